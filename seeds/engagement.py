"""Illustrative engagement: questions and answers, records, feedback, outcomes and the report of the showcase of 2024.

Every step is taken through the services, at the time at which it would have been taken, by invented people.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import xlsxwriter
from flask import current_app

from seeds.showcases import _acting, _person
from showcase.extensions import db
from showcase.models import Candidate, Challenge, Event, File, Host, Question, Supplier
from showcase.models.enums import EntryKind, OutcomeState
from showcase.policies import Actor
from showcase.services import (
    documents,
    event_lists,
    feedback,
    files,
    materials,
    outcomes,
    pitches,
    question_moderation,
    questions,
    record_keeping,
    records,
    releases,
    reports,
)

FILE = Path(__file__).parent / "engagement.json"
MORNING = time(10)


class _Upload:
    """A file as a form would hand it over."""

    def __init__(self, filename: str, data: bytes) -> None:
        self.filename = filename
        self._data = data

    def read(self, size: int = -1, /) -> bytes:
        """Return its bytes."""
        return self._data


@dataclass(frozen=True)
class People:
    """Who acts, and what time it is now."""

    host: Host
    firms: dict[str, Supplier]
    now: datetime

    def firm(self, key: str) -> Actor:
        """Return an invented person of a firm."""
        return _acting(_person(self.firms[key], "founder", 1, self.now), self.firms[key])

    def council(self, challenge: Challenge) -> Actor:
        """Return an invented officer of the council that wrote a challenge."""
        return _acting(_person(challenge.organisation, "officer", 1, self.now), challenge.organisation)

    def staff(self) -> Actor:
        """Return an invented member of staff."""
        return _acting(_person(self.host, "staff", 1, self.now), self.host)

    def time(self, row: dict[str, Any], name: str) -> datetime:
        """Return the moment that a row names, as a day or as days ago."""
        if f"{name}_days_ago" in row:
            return self.now - timedelta(days=row[f"{name}_days_ago"])
        if name in row:
            said = datetime.fromisoformat(row[name])
            return (said if said.time() != time() else datetime.combine(said, MORNING)).replace(tzinfo=UTC)
        return self.now - timedelta(days=row["days_ago"])


def load(host: Host, firms: dict[str, Supplier], *, now: datetime) -> int:
    """Add what is missing to showcases on which nothing was asked yet; return how many questions that was."""
    people, added = People(host, firms, now), 0
    for key, row in json.loads(FILE.read_text(encoding="utf-8")).items():
        event = event_lists.find_by_key(key)
        if event is None or _is_loaded(event):
            continue
        for challenge_key, each in row["challenges"].items():
            challenge = db.session.scalars(sa.select(Challenge).where(Challenge.key == challenge_key)).one()
            added += _challenge(challenge, each, row["purposes"], people)
        _after(event, row, people)
    return added


def _is_loaded(event: Event) -> bool:
    ids = [entry.challenge_id for entry in event.entries]
    return db.session.scalar(sa.select(Question.id).where(Question.challenge_id.in_(ids)).limit(1)) is not None


def _challenge(challenge: Challenge, row: dict[str, Any], purposes: list[str], people: People) -> int:
    officer = people.council(challenge)
    first = min((people.time(each, "asked") for each in row.get("questions", ())), default=people.now)
    record_keeping.set_purposes(challenge, purposes, by=officer, now=first)
    for each in row.get("questions", ()):
        _question(challenge, each, officer, people)
    for each in row.get("releases", ()):
        now = people.time(each, "on")
        file = _table(each["table"], officer, now) if "table" in each else None
        releases.release(challenge, each["title"], each["text"], by=officer, now=now, file=file)
    for each in row.get("by_hand", ()):
        at = people.time(each, "on")
        later = at + timedelta(hours=3)
        records.write(challenge, EntryKind(each["kind"]), each["words"], happened_at=at, by=officer, now=later)
    for firm, (verdict, reasons, steps) in row.get("judgements", {}).items():
        judged = datetime(2024, 11, 20, 10, tzinfo=UTC)
        record_keeping.judge(
            challenge, people.firms[firm], verdict, reasons=reasons, steps=steps, by=officer, now=judged
        )
    return len(row.get("questions", ()))


def _table(rows: list[list[Any]], by: Actor, now: datetime) -> File:
    """Return a spreadsheet of rows, kept as a file."""
    data = BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Illustrative")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return files.keep(_Upload("comments.xlsx", data.getvalue()), by=by, now=now)


def _question(challenge: Challenge, row: dict[str, Any], officer: Actor, people: People) -> None:
    asked = questions.ask(challenge, row["question"], by=people.firm(row["firm"]), now=people.time(row, "asked"))
    if "reworded" in row:
        question_moderation.reword(asked, row["reworded"], by=officer, now=people.time(row, "answered"))
    if "answer" in row:
        questions.answer(asked, row["answer"], by=officer, now=people.time(row, "answered"))
    if "corrected" in row:
        corrected = row["corrected"]
        questions.answer(asked, corrected["text"], by=officer, now=people.time(corrected, "on"))


# --- after an event ---------------------------------------------------------------------------------------------------


def _after(event: Event, row: dict[str, Any], people: People) -> None:
    if "materials" in row:
        rules = materials.Rules(**row["materials"], due_at=event.starts_at - timedelta(days=14))
        materials.set_rules(event, rules, by=people.staff(), now=people.now)
        _slides(event, row["slides"], people)
    if "feedback" not in row:
        return
    found = {each.solution.key or "": each for each in pitches.list_of(event)}
    _feedback(event, row["feedback"], found, people)
    report = row["report"]
    written = people.time(report, "on")
    for months, each in row["outcomes"].items():
        if people.time(each, "on") > written and reports.find(event) is None:
            _report(event, report, people.staff(), written)
        if people.time(each, "on") <= people.now:
            _outcomes(int(months), each, found, people)


def _slides(event: Event, row: dict[str, Any], people: People) -> None:
    """Send the slides of one pitch, where this machine can make PDFs."""
    pitch = next(each for each in pitches.list_of(event) if each.solution.key == row["solution"])
    if documents.is_available():
        page = current_app.jinja_env.get_template("documents/slides.html")  # there is no request whose context it needs
        data = documents.pdf(page.render(title=row["title"], slides=row["slides"], demo_mode=True))
        materials.send(pitch, _Upload("slides.pdf", data), by=people.firm(row["firm"]), now=people.now)


def _feedback(event: Event, row: dict[str, Any], found: dict[str, Candidate], people: People) -> None:
    now = event.ends_at + timedelta(days=2)
    for key, given in row["pitches"].items():
        for challenge_key, fit, clarity, following, said, private in given:
            challenge = db.session.scalars(sa.select(Challenge).where(Challenge.key == challenge_key)).one()
            answers = {"fit": fit, "clarity": clarity, "next": following, "said": said, "private": private}
            feedback.give(event, answers, by=people.council(challenge), now=now, candidate=found[key])
    for firm, (overall, fair, equal, private) in row["event"].items():
        answers = {"overall": overall, "fair": fair, "equal": equal, "private": private}
        feedback.give(event, answers, by=people.firm(firm), now=now)


def _outcomes(months: int, row: dict[str, Any], found: dict[str, Candidate], people: People) -> None:
    for key, (state, value, note) in row["pairs"].items():
        outcomes.record(
            found[key],
            months,
            OutcomeState(state),
            by=people.council(found[key].entry.challenge),
            now=people.time(row, "on"),
            value_pence_excluding_vat=value * 100 if value else None,
            note=note,
        )


def _report(event: Event, row: dict[str, Any], staff: Actor, now: datetime) -> None:
    texts = {**reports.draft(event), "learned": row["learned"]}
    reports.save(event, texts, revision=0, by=staff, now=now)
    reports.publish(event, by=staff, now=now)
