"""Keeps the promises of `personal_data`: what has been kept for long enough is deleted, or goes on without the person.

The worker calls `forget_due` every few minutes, in a transaction of its own. Each step looks for a bounded number of
rows, so that the first round after a long pause does not hold the database for long.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from showcase.extensions import db, settings
from showcase.models import (
    Account,
    AuditEntry,
    Event,
    EventChallenge,
    Feedback,
    InterestDeclaration,
    Invitation,
    Message,
    Registration,
    Session,
    Speaker,
)
from showcase.models.enums import AttendeeKind, OrganisationKind
from showcase.policies import Actor
from showcase.services import account_messages, audit, erasure, people, personal_data, sealing
from showcase.services.erasure import ERASED

WORKER = Actor(name="Worker")
AT_ONCE = 500
"""Rows of a kind in one round."""
COMINGS = (
    "account.signed_in",
    "account.sign_in_refused",
    "account.confirmed",
    "permission.denied",
    "list.exported",
    "file.taken",
)
"""Actions of the audit trail whose details are kept for a shorter time than others'."""


def forget_due(*, now: datetime) -> int:
    """Forget everything whose time is over, as far as one round goes; return how many rows were changed."""
    done = 0
    for name, step in STEPS.items():
        count = step(now)
        if count:
            audit.record("data.forgotten", by=WORKER, of=name, rows=count)
        done += count
    db.session.flush()
    return done


# --- accounts ---------------------------------------------------------------------------------------------------------


def _warn(now: datetime) -> int:
    """Tell people whose account will be erased because they do not use it."""
    due = _unused_since(now - personal_data.UNUSED + personal_data.WARNING).where(Account.warned_at.is_(None))
    found = db.session.scalars(due.limit(AT_ONCE)).all()
    for account in found:
        account.warned_at = now
        on = now + personal_data.WARNING
        account_messages.send("unused", account.email, path="/sign-in", now=now, on=f"{on:%-d %B %Y}")
    return len(found)


def _erase_unused(now: datetime) -> int:
    """Erase who was warned long enough ago and has not come; the last administrator of LGA staff is left alone."""
    due = _unused_since(now - personal_data.UNUSED).where(Account.warned_at <= now - personal_data.WARNING)
    count = 0
    for account in db.session.scalars(due.limit(AT_ONCE)).all():
        if any(each.kind is OrganisationKind.HOST for each in people.lonely_organisations(account)):
            continue
        erasure.carry_out(account, by=WORKER, now=now)
        count += 1
    return count


def _unused_since(moment: datetime) -> sa.Select[Account]:
    last = sa.func.coalesce(Account.last_signed_in_at, Account.created_at)
    query = sa.select(Account).where(last <= moment, Account.erased_at.is_(None), ~Account.is_demo)
    return query.order_by(Account.id)


# --- e-mails ----------------------------------------------------------------------------------------------------------


def _forget_mail(now: datetime) -> int:
    """Delete old e-mails. Of one with a key the row stays, empty: asking twice must still send once."""
    is_old = Message.created_at <= now - personal_data.MESSAGES
    is_last_word = sa.and_(Message.key.startswith(personal_data.LAST_WORD), Message.sent_at.is_not(None))
    due = sa.select(Message).where(Message.to != "", sa.or_(is_old, is_last_word)).order_by(Message.id).limit(AT_ONCE)
    found = db.session.scalars(due).all()
    gone = [message for message in found if message.key is None or "@" in message.key]
    for message in found:
        message.to, message.subject, message.body, message.error = "", "", "", None
        message.sent_at = message.sent_at or now  # one that never went out is not tried again
    for message in gone:
        db.session.delete(message)
    _delete_old_files(now - personal_data.MESSAGES)
    return len(found)


def _delete_old_files(before: datetime) -> None:
    """Delete the files that stand for e-mails where no mail server is set; their names begin with their time."""
    folder = Path(settings().instance_path) / "mail"
    for file in folder.glob("*.eml"):
        if file.name < f"{before:%Y%m%dT%H%M%S}":
            file.unlink(missing_ok=True)


# --- showcases --------------------------------------------------------------------------------------------------------


def _ended(after: timedelta, now: datetime) -> sa.Select[uuid.UUID]:
    return sa.select(Event.id).where(Event.ends_at <= now - after)


def _forget_attendees(now: datetime) -> int:
    is_observer = Registration.kind == AttendeeKind.OBSERVER
    due = sa.or_(
        Registration.event_id.in_(_ended(personal_data.ATTENDEES, now)),
        sa.and_(is_observer, Registration.event_id.in_(_ended(personal_data.OBSERVERS, now))),
    )
    query = sa.select(Registration).where(due, Registration.name != ERASED).order_by(Registration.id).limit(AT_ONCE)
    found = db.session.scalars(query).all()
    for registration in found:
        erasure.forget_attendee(registration)
    return len(found)


def _forget_speakers(now: datetime) -> int:
    ended = _ended(personal_data.SPEAKERS, now)
    sessions = sa.select(Session.id).where(Session.event_id.in_(ended))
    speakers = sa.update(Speaker).where(Speaker.session_id.in_(sessions), Speaker.name != ERASED)
    speakers = speakers.values(name=ERASED, email="", account_id=None)
    invited = sa.update(Invitation).where(Invitation.event_id.in_(ended), Invitation.speaker_name.not_in(("", ERASED)))
    return _run(speakers) + _run(invited.values(speaker_name=ERASED, speaker_email=""))


def _forget_declarations(now: datetime) -> int:
    entries = sa.select(EventChallenge.id).where(EventChallenge.event_id.in_(_ended(personal_data.DECLARATIONS, now)))
    said = sa.or_(InterestDeclaration.details != "", InterestDeclaration.steps != "")
    query = sa.update(InterestDeclaration).where(InterestDeclaration.entry_id.in_(entries), said)
    return _run(query.values(details="", steps=""))


def _forget_who_gave_feedback(now: datetime) -> int:
    ended = _ended(personal_data.FEEDBACK, now)
    query = sa.update(Feedback).where(Feedback.event_id.in_(ended), Feedback.account_id.is_not(None))
    return _run(query.values(account_id=None))


# --- the audit trail --------------------------------------------------------------------------------------------------


def _forget_details(now: datetime) -> int:
    """Erase details that are old enough. Entries that have none count as well, so that none is looked at twice."""
    comings = sa.and_(AuditEntry.action.in_(COMINGS), AuditEntry.created_at <= now - personal_data.COMINGS)
    done = 0
    for is_old in (comings, AuditEntry.created_at <= now - personal_data.TRAIL):
        query = sa.select(AuditEntry).where(is_old, AuditEntry.erased_at.is_(None)).order_by(AuditEntry.created_at)
        done += sealing.erase_details(db.session.scalars(query.limit(AT_ONCE)).all(), now=now)
    return done


def _run(query: sa.Update | sa.Delete) -> int:
    done = db.session.execute(query.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


STEPS: Mapping[str, Callable[[datetime], int]] = {
    "accounts to be erased": _warn,
    "accounts": _erase_unused,
    "e-mails": _forget_mail,
    "registrations": _forget_attendees,
    "speakers": _forget_speakers,
    "declarations of interests": _forget_declarations,
    "who gave feedback": _forget_who_gave_feedback,
    "details in the audit trail": _forget_details,
}
"""What is forgotten in a round. `accounts.forget_expired` sees to links and sessions, `attendee_needs` to needs."""
