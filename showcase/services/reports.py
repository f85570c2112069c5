"""The report of an event: its figures, a draft that writes itself from them, and what staff make of it for everyone.

Figures name nobody and hold no price. At publication they are kept as they stood, so that the report does not change
under its readers; outcomes that come later are shown beside it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import (
    Candidate,
    Challenge,
    Council,
    Event,
    EventChallenge,
    EventReport,
    Invitation,
    Meeting,
    Organisation,
    Question,
    Registration,
    Release,
    Response,
    Supplier,
)
from showcase.models.enums import EventState, InvitationState, QuestionState, ResponseState
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor, Permission, require, visible_to
from showcase.services import audit, feedback, outcomes, pitches

PARTS = {
    "summary": "What the showcase was",
    "part": "Who took part",
    "said": "What they said",
    "came": "What came of it",
    "learned": "What we learned, and what is next",
}
"""Parts of a report with their headings."""
LEAST_VALUES = 3
"""Contracts from which on their values are given as a sum."""


def find(event: Event) -> EventReport | None:
    """Return an event's report, published or not."""
    return db.session.scalar(sa.select(EventReport).where(EventReport.event_id == event.id))


def among(events: Sequence[Event], *, seen_by: Actor) -> list[Event]:
    """Return those of the events whose report the viewer may see, in their order."""
    query = sa.select(EventReport.event_id).where(
        EventReport.event_id.in_([event.id for event in events]), visible_to(seen_by, EventReport)
    )
    reported = set(db.session.scalars(query))
    return [event for event in events if event.id in reported]


def save(event: Event, texts: Mapping[str, str], *, revision: int, by: Actor, now: datetime) -> EventReport:
    """Keep staff's words.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the event is not finished, or someone else saved in between.
        DomainError: nothing is said.
    """
    require(by, Permission.REPORT_EDIT, event)
    if event.state is not EventState.FINISHED:
        raise Conflict("A report can be written once the showcase is finished.")
    said = {name: texts.get(name, "").strip() for name in PARTS}
    if not any(said.values()):
        raise DomainError("Write at least one part.")
    report = _held(event)
    if report is None:
        if revision != 0:
            raise Conflict("Someone else changed this report while you were writing. Look at what it says now.")
        report = EventReport(event_id=event.id, texts=said, revision=1, created_at=now)
        db.session.add(report)
    else:
        if report.revision != revision:
            raise Conflict("Someone else changed this report while you were writing. Look at what it says now.")
        report.texts, report.revision = said, report.revision + 1
    db.session.flush()
    audit.record("report.saved", report, by=by, event=str(event.id), revision=report.revision)
    return report


def publish(event: Event, *, by: Actor, now: datetime) -> None:
    """Show the report to everyone, with the figures as they stand now.

    Raises:
        NotAllowed: the policy says no.
        Conflict: nothing is written yet.
    """
    require(by, Permission.REPORT_EDIT, event)
    report = _held(event)
    if report is None:
        raise Conflict("Write the report first.")
    report.figures, report.published_at = figures(event), report.published_at or now
    db.session.flush()
    audit.record("report.published", report, by=by, event=str(event.id))


def figures(event: Event) -> dict[str, Any]:
    """Return everything that is counted of an event, as JSON values: totals, groups, averages, outcomes."""
    challenges = sa.select(EventChallenge.challenge_id).where(EventChallenge.event_id == event.id)
    chosen = pitches.list_of(event)
    suppliers = {each.solution.organisation for each in chosen}
    councils = _councils(event)
    came = outcomes.values_of(event)
    return {
        "totals": {
            "Challenges": len(event.entries),
            "Councils that set them": len({entry.challenge.organisation_id for entry in event.entries}),
            "Solutions put forward": _count(Response, Response.challenge_id.in_(challenges), _standing()),
            "Solutions considered": _considered(event),
            "Pitches": len(chosen),
            "Suppliers that pitched": len(suppliers),
            "People present in person": _present(event, "in_person"),
            "People present online": _present(event, "online"),
            "One-to-one meetings held": _meetings(event),
            "Questions answered": _count(
                Question, Question.challenge_id.in_(challenges), Question.state == QuestionState.ANSWERED
            ),
            "Pieces of information released to all": _count(Release, Release.challenge_id.in_(challenges)),
        },
        "groups": {
            "Suppliers that pitched, by size": _tally(_size(each) for each in suppliers),
            "Suppliers that pitched, by region": _tally(_region(each) for each in suppliers),
            "Councils that took part, by type": _tally(_council_type(each) for each in councils),
            "Councils that took part, by region": _tally(_region(each) for each in councils),
        },
        "feedback": [
            {
                "about": about,
                "question": each.ask.label,
                "answers": each.count,
                "average": round(each.average, 1) if each.average is not None else None,
                "chosen": dict(each.chosen),
            }
            for about, summaries in feedback.summarise(event).items()
            for each in summaries
        ],
        "outcomes": {str(months): counts for months, counts in outcomes.counts(event).items()},
        "contracts_pence_excluding_vat": sum(came) if len(came) >= LEAST_VALUES else None,
    }


def draft(event: Event) -> dict[str, str]:
    """Return the words of a report as they write themselves from the figures, by part."""
    counted = figures(event)
    totals, groups = counted["totals"], counted["groups"]
    held = event.starts_at.astimezone(audit.LONDON)
    where = f"in {event.venue} and online" if event.venue else "online"
    tracks = [track.name for track in event.tracks]
    summary = (
        f"{event.name} was held on {held.day} {held:%B %Y}, {where}. {_number(totals['Challenges'], 'challenge')} of "
        f"{_number(totals['Councils that set them'], 'council')} met "
        f"{_number(totals['Pitches'], 'pitch', 'pitches')} of {_number(totals['Suppliers that pitched'], 'supplier')}"
        + (f", in {_number(len(tracks), 'track')}: {', '.join(tracks)}." if tracks else ".")
    )
    present = totals["People present in person"], totals["People present online"]
    part = (
        f"Put forward: {_number(totals['Solutions put forward'], 'solution')}. Considered: "
        f"{totals['Solutions considered']}. Present in person: {_number(present[0], 'person', 'people')}; online: "
        f"{present[1]}.\n\n" + "\n".join(f"{name}: {_listed(counts)}." for name, counts in groups.items() if counts)
    )
    said = [_in_words(row) for row in counted["feedback"]]
    came = [
        f"After {months} months: "
        + _listed({outcomes.WORDS[state].lower(): counts[state.value] for state in outcomes.WORDS})
        for months, counts in counted["outcomes"].items()
    ]
    return {
        "summary": summary,
        "part": part,
        "said": "\n".join(line for line in said if line) or "Too few answers were given for figures.",
        "came": "\n".join(f"{line}." for line in came) or "Councils are asked 6, 12 and 24 months after the showcase.",
        "learned": "",
    }


def as_rows(counted: Mapping[str, Any]) -> list[tuple[str, str, str | int | float]]:
    """Return figures as the rows of a table: part, what, figure."""
    rows: list[tuple[str, str, str | int | float]] = [
        ("Totals", name, count) for name, count in counted["totals"].items()
    ]
    for group, counts in counted["groups"].items():
        rows += [(group, name, count) for name, count in counts.items()]
    for each in counted["feedback"]:
        rows.append(("Feedback", f"{each['question']} (answers)", each["answers"]))
        if each["average"] is not None:
            rows.append(("Feedback", f"{each['question']} (average of 5)", each["average"]))
        rows += [("Feedback", f"{each['question']} {name}", count) for name, count in each["chosen"].items()]
    for months, counts in counted["outcomes"].items():
        rows += [(f"Outcomes after {months} months", name, count) for name, count in _named(counts).items()]
    if counted["contracts_pence_excluding_vat"] is not None:
        rows.append(("Outcomes", "Contracts, £ excluding VAT", counted["contracts_pence_excluding_vat"] / 100))
    return rows


def _held(event: Event) -> EventReport | None:
    query = sa.select(EventReport).where(EventReport.event_id == event.id).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


def _count(model: type[Any], *where: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


def _standing() -> sa.ColumnElement[bool]:
    return Response.state != ResponseState.WITHDRAWN


def _considered(event: Event) -> int:
    query = sa.select(sa.func.count(Candidate.id)).join(Candidate.entry).where(EventChallenge.event_id == event.id)
    return db.session.scalar(query) or 0


def _present(event: Event, hall: str) -> int:
    return _count(Registration, Registration.event_id == event.id, Registration.attended == hall)


def _meetings(event: Event) -> int:
    query = (
        sa.select(sa.func.count(Meeting.id))
        .join(Meeting.entry)
        .where(EventChallenge.event_id == event.id, Meeting.noted_at.is_not(None))
    )
    return db.session.scalar(query) or 0


def _councils(event: Event) -> list[Council]:
    """Return the councils that set a challenge, accepted an invitation or were present."""
    ids: sa.CompoundSelect[Any] = sa.union(
        sa.select(Organisation.id)
        .join(Challenge, Challenge.organisation_id == Organisation.id)
        .join(EventChallenge, EventChallenge.challenge_id == Challenge.id)
        .where(EventChallenge.event_id == event.id),
        sa.select(Invitation.organisation_id).where(
            Invitation.event_id == event.id, Invitation.state == InvitationState.ACCEPTED
        ),
        sa.select(Registration.organisation_id).where(
            Registration.event_id == event.id, Registration.checked_in_at.is_not(None)
        ),
    )
    return list(db.session.scalars(sa.select(Council).where(Council.id.in_(ids)).order_by(Council.name)))


def _tally(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _size(organisation: Organisation) -> str:
    is_sme = organisation.is_sme if isinstance(organisation, Supplier) else None
    return {True: "small or medium-sized", False: "large", None: "size not said"}[is_sme]


def _region(organisation: Organisation) -> str:
    return vocabulary("regions").label(organisation.region) if organisation.region else "region not said"


def _council_type(council: Council) -> str:
    return vocabulary("council_types").label(council.council_type) if council.council_type else "type not said"


def _named(counts: Mapping[str, int]) -> dict[str, int]:
    return {words.lower(): counts[state.value] for state, words in outcomes.WORDS.items()}


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "nothing yet"


def _in_words(row: Mapping[str, Any]) -> str:
    if row["average"] is not None:
        return f"{row['question']} {row['average']} of 5 on average, from {_number(row['answers'], 'answer')}."
    if row["chosen"]:
        return f"{row['question']} {_listed(row['chosen'])}."
    return ""
