"""The audit trail: services append to it inside the transaction of the change it tells of, and staff search it."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from showcase.extensions import db
from showcase.models import Account, AuditEntry, Base, InterestList, Organisation, Publication
from showcase.models.questions import Questionnaire
from showcase.policies import SHOWN_TO_STAFF, Actor, visible_to
from showcase.services import permissions
from showcase.services.paging import contains

LONDON = ZoneInfo("Europe/London")
KINDS = {
    "interestlist": "interest list",
    "signinsession": "session",
    "emaildomain": "e-mail domain",
    "host": "Local Government Association",
    "weightset": "weights",
    "event": "showcase",
    "eventchallenge": "challenge in a showcase",
    "meetingplan": "one-to-one meetings",
}
"""Kinds of subjects whose name in the software is not what people call them."""
ACTIONS = {
    "interest.declared": "Declaration of interests: made",
    "interest.decided": "Declaration of interests: conflict decided about",
    "account.acts_for": "Account: acts for another organisation",
    "account.confirmed": "Account: showed again who it is",
    "account.erased": "Account: the person’s data erased",
    "account.exported": "Account: what is kept about the person taken away",
    "data.forgotten": "Data forgotten because its time was over",
    "organisation.disclosed": "Organisation: what it holds taken away for freedom of information",
    "file.taken": "File: taken away",
    "feedback.given": "Showcase: feedback given",
    "materials.rules_set": "Showcase: rules for slides set",
    "materials.shown": "Showcase: slides shown to councils",
    "material.sent": "Showcase: slides sent",
    "meeting_plan.kept": "One-to-one meetings: planned",
    "meeting_plan.offered": "One-to-one meetings: offered to all",
    "meeting_plan.timetable_asked": "One-to-one meetings: timetable asked for",
    "meeting_plan.timetable_applied": "One-to-one meetings: timetable applied",
    "interest_list.announce_closing": "Interest list: takes no more councils",
    "interest_list.give_up": "Interest list: not opened",
    "interest_list.let_in_again": "Interest list: takes councils again",
    "interest_list.open": "Interest list: opened",
    "interest_list.protected": "Interest list: guard of its figures set",
    "meeting.asked": "One-to-one meeting: asked for",
    "meeting.held": "One-to-one meeting: what was new noted",
    "meeting.placed": "One-to-one meeting: placed by hand",
    "pledge.shared": "Pledge: who sees the name",
    "pledge.stepped": "Pledge: another rung",
    "permission.denied": "Refused: not allowed",
    "question.asker_learned": "Question: looked up who asked",
    "question.reworded": "Question: words taken out",
    "record.dates": "Engagement record: dates changed",
    "record.disposed": "Engagement record: destroyed",
    "record.exported": "Engagement record: exported",
    "record.judged": "Engagement record: unfair advantage judged",
    "record.notice": "Engagement record: draft notice changed",
    "record.purposes": "Engagement record: purposes set",
    "record.written": "Engagement record: entry added by hand",
    "registration.made": "Registration: asked for a place",
    "registration.needs_kept": "Registration: needs kept (not which)",
    "registration.needs_deleted": "Registrations: needs deleted after the event",
    "registration.written_to": "Showcase: written to those who come",
    "release.given": "Information released to all",
    "register.applied": "Register of councils: new edition applied",
}
"""Actions whose name in the software does not say what was done."""
STEPS = {
    "submit": "sent for review",
    "recall": "taken back from review",
    "approve": "approved",
    "publish": "published",
    "request_changes": "changes asked for",
    "close": "closed",
    "reopen": "opened again",
    "archive": "archived",
    "restore": "restored",
    "refuse": "not approved",
    "suspend": "suspended",
    "reinstate": "reinstated",
    "reset": "draft given up",
    "saved": "draft saved",
}
"""What was done to a text or an organisation by each step."""
DETAILS = {
    "account": "Account with the id",
    "answers": "Answers changed",
    "before": "Before",
    "after": "Now",
    "file": "File",
    "interest_list": "Interest list with the id",
    "parts": "About the ids",
    "filters": "Filters",
    "is_administrator": "As an administrator",
    "revision": "Number of the save",
    "route": "Asked for",
    "solution": "Solution with the id",
    "to": "Now",
    "updated": "Changed",
}
"""Details whose name in the software is not what people call them."""
NAME = re.compile(r"[a-z]+(_[a-z]+)+")
"""A value that is the name of something within the software, such as "in_review"."""


def record(
    action: str, subject: Base | None = None, *, by: Actor, session: Session | None = None, **details: Any
) -> None:
    """Append that `by` did `action` to `subject`. Details are JSON values; never a password, a link or a price."""
    subject_id: uuid.UUID | None = subject.id if subject is not None else None
    entry = AuditEntry(
        action=action,
        by_id=by.account_id,
        acting_for_id=by.organisation_id,
        subject_kind=type(subject).__name__.lower() if subject is not None else "",
        subject_id=subject_id,
        details=details,
    )
    (session or db.session).add(entry)


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as an entry keeps them: what JSON does not know as text, money left out."""
    kept = {name: value for name, value in values.items() if not name.endswith("_pence")}
    plain = (str, int, float, bool, list, dict, type(None))
    return {name: value if isinstance(value, plain) else str(value) for name, value in kept.items()}


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What staff look for in the trail; blank for anything."""

    action: str = ""
    person: str = ""
    """Part of a name or e-mail address."""
    organisation: str = ""
    """Part of the name of the organisation that the person acted for."""
    subject_id: uuid.UUID | None = None
    since: date | None = None
    """First day, in London's calendar."""
    until: date | None = None
    """Last day, in London's calendar."""


def search(wanted: Wanted) -> sa.Select[AuditEntry]:
    """Return the query for the entries that fit, the newest first."""
    query = (
        sa.select(AuditEntry)
        .options(joinedload(AuditEntry.by), joinedload(AuditEntry.acting_for))
        .order_by(AuditEntry.created_at.desc(), AuditEntry.id)
    )
    if wanted.action:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.person:
        named = sa.or_(contains(Account.name, wanted.person), contains(Account.email, wanted.person))
        query = query.where(AuditEntry.by.has(named))
    if wanted.organisation:
        query = query.where(AuditEntry.acting_for.has(contains(Organisation.name, wanted.organisation)))
    if wanted.subject_id:
        query = query.where(AuditEntry.subject_id == wanted.subject_id)
    if wanted.since:
        query = query.where(AuditEntry.created_at >= _midnight(wanted.since))
    if wanted.until:
        query = query.where(AuditEntry.created_at < _midnight(wanted.until + timedelta(days=1)))
    return query


def list_actions() -> list[str]:
    """Return every action that was ever recorded, in alphabetical order."""
    return list(db.session.scalars(sa.select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def name_subjects(entries: Sequence[AuditEntry], *, seen_by: Actor) -> dict[uuid.UUID, str]:
    """Return the names of the entries' subjects, as far as the viewer may see these."""
    ids = {entry.subject_id for entry in entries if entry.subject_id}
    named: dict[uuid.UUID, str] = {}
    for model, name in (
        (Publication, Publication.title),
        (Organisation, Organisation.name),
        (Account, Account.name),
        (InterestList, InterestList.title),
    ):
        query = sa.select(model.id, name).where(model.id.in_(ids), visible_to(seen_by, model))
        if model is Publication:  # the working title of a draft is its organisation's own
            query = query.where(Publication.state.in_(SHOWN_TO_STAFF))
        if model is Account:  # who was erased has no page any more
            query = query.where(Account.erased_at.is_(None))
        named.update(db.session.execute(query).all())
    return named


def in_words(name: str) -> str:
    """Return the name of an action in words: "challenge.submit" becomes "Challenge: sent for review"."""
    kind, _, step = name.partition(".")
    said = ACTIONS.get(name) or (f"{kind_in_words(kind)}: {STEPS.get(step, step)}" if step else name)
    said = said.replace("_", " ")
    return said[:1].upper() + said[1:]


def kind_in_words(kind: str) -> str:
    """Return the kind of an entry's subject in words."""
    return KINDS.get(kind, kind)


def details_in_words(entry: AuditEntry) -> list[tuple[str, str]]:
    """Return an entry's details as (name, value)."""
    return [
        (DETAILS.get(name) or in_words(name), _detail_in_words(entry, name, value))
        for name, value in entry.details.items()
        if value not in ("", [], {})
    ]


def _detail_in_words(entry: AuditEntry, name: str, value: object) -> str:
    if name == "answers" and isinstance(value, list):
        return "; ".join(_label_of(entry.subject_kind, str(question)) for question in value)
    if name == "permission":
        return permissions.in_words(str(value))
    return _value_in_words(value)


def _label_of(kind: str, question: str) -> str:
    """Return the label of a question; its name when the questionnaire no longer asks it."""
    models = {each.__name__.lower(): each for each in Publication.__subclasses__()}
    questionnaire: Questionnaire | None = models[kind].questionnaire if kind in models else None
    known = {each.name: each.label for each in questionnaire or ()}
    return known.get(question, question.replace("_", " "))


def _value_in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_value_in_words(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_value_in_words(item) for item in value)
    if value is None:
        return "none"
    return value.replace("_", " ") if isinstance(value, str) and NAME.fullmatch(value) else str(value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON)
