"""Time does its work: what has been kept for long enough goes, and what is counted stays."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from showcase.access import actor_for
from showcase.extensions import db, settings
from showcase.models import (
    Account,
    AuditEntry,
    Feedback,
    InterestDeclaration,
    Invitation,
    Message,
    Session,
    Speaker,
    utc_now,
)
from showcase.models.enums import Hall, SessionKind
from showcase.services import (
    audit,
    mail,
    messages,
    retention,
    sealing,
    sessions,
)
from showcase.services.erasure import ERASED
from showcase.services.personal_data import (
    DECLARATIONS,
    MESSAGES,
    OBSERVERS,
    SPEAKERS,
    TRAIL,
    UNUSED,
    WARNING,
)
from tests.integration.conftest import CheckedClient, People
from tests.integration.publication_texts import a_challenge, published
from tests.integration.registered import announced, member, observer, subjects_to
from tests.integration.showcase_events import NOW, an_entry

DAY = timedelta(days=1)


def test_unused_accounts_are_told_and_then_erased(people: People) -> None:
    account = people.founder.account
    account.last_signed_in_at = NOW
    for other in db.session.scalars(sa.select(Account).where(Account.id != account.id)):
        other.last_signed_in_at = NOW + UNUSED
    db.session.flush()
    soon = NOW + UNUSED - WARNING
    retention.forget_due(now=soon - DAY)
    assert account.warned_at is None
    retention.forget_due(now=soon)
    assert [s for s in subjects_to(account.email) if s.startswith("Your account will be erased on")]
    retention.forget_due(now=soon + WARNING - DAY)
    assert account.erased_at is None
    retention.forget_due(now=soon + WARNING)
    assert account.name == ERASED


def test_who_signs_in_again_is_left_alone(client: CheckedClient, people: People) -> None:
    account = people.founder.account
    account.last_signed_in_at = NOW - UNUSED + WARNING
    retention.forget_due(now=NOW)
    assert account.warned_at == NOW
    sessions.start(people.founder, token_hash="x", address="", browser="", now=NOW + DAY)
    retention.forget_due(now=NOW + WARNING + DAY)
    assert (account.warned_at, account.erased_at) == (None, None)


def test_emails_go_and_still_go_out_once(people: People) -> None:
    for key in (None, "reminder:1", "agenda:1:fay@firm.example"):
        messages.queue("fay@firm.example", "Hello", "Dear Fay", now=NOW, key=key)
    db.session.commit()
    mail.send_due(now=NOW)
    folder = Path(settings().instance_path) / "mail"
    db.session.commit()
    retention.forget_due(now=NOW + MESSAGES - DAY)
    assert subjects_to("fay@firm.example") == ["Hello"] * 3
    assert list(folder.glob(f"{NOW:%Y%m%dT%H%M%S}-*.eml"))
    retention.forget_due(now=NOW + MESSAGES)
    db.session.expire_all()
    (left,) = db.session.scalars(sa.select(Message).where(Message.key.is_not(None)))
    assert (left.key, left.to, left.subject, left.body) == ("reminder:1", "", "", "")
    messages.queue("fay@firm.example", "Hello", "Dear Fay", now=NOW + MESSAGES, key="reminder:1")
    assert subjects_to("fay@firm.example") == []
    retention.forget_due(now=NOW + MESSAGES + DAY)
    assert list(folder.glob(f"{NOW:%Y%m%dT%H%M%S}-*.eml")) == []


def test_attendees_go_and_their_numbers_stay(people: People) -> None:
    event = announced(people)
    officer, guest = member(event, people.officer), observer(event, "Gina", Hall.ONLINE)
    db.session.commit()
    retention.forget_due(now=event.ends_at + OBSERVERS - DAY)
    assert guest.name == "Gina"
    retention.forget_due(now=event.ends_at + OBSERVERS)
    assert (guest.name, guest.email, guest.organisation_name) == (ERASED, None, "")
    assert officer.name == "Olive Officer"
    retention.forget_due(now=event.ends_at + SPEAKERS)
    assert (officer.name, officer.email, officer.account_id) == (ERASED, None, None)
    assert officer.organisation_id == people.officer.organisation_id
    assert officer.placed_in is Hall.IN_PERSON


def test_speakers_declarations_and_givers_of_feedback_go_at_their_time(people: People) -> None:
    event = announced(people)
    challenge = a_challenge(people.officer)
    published(challenge, people)
    entry = an_entry(event, people, challenge)
    officer = people.officer.account_id
    session = Session(event_id=event.id, kind=SessionKind.TALK, title="Opening", minutes=20)
    db.session.add(session)
    db.session.flush()
    speaker = Speaker(session_id=session.id, name="Fay Founder", email="fay@firm.example", account_id=officer)
    invitation = Invitation(
        event_id=event.id,
        organisation_id=people.founder.organisation_id,
        speaker_name="Fay Founder",
        speaker_email="fay@firm.example",
        state_since=NOW,
        answer_by=NOW,
    )
    declaration = InterestDeclaration(
        entry_id=entry.id, account_id=officer, has_conflict=True, details="My sister works there", steps="Stands back"
    )
    council = people.officer.organisation_id
    feedback = Feedback(event_id=event.id, account_id=officer, organisation_id=council, about="event", updated_at=NOW)
    db.session.add_all([speaker, invitation, declaration, feedback])
    db.session.commit()

    def kept() -> tuple[bool, bool, bool, bool]:
        db.session.expire_all()
        return (
            speaker.name == "Fay Founder" and speaker.email != "" and speaker.account_id is not None,
            invitation.speaker_name == "Fay Founder" and invitation.speaker_email != "",
            declaration.details != "" and declaration.steps != "",
            feedback.account_id is not None,
        )

    retention.forget_due(now=event.ends_at + SPEAKERS - DAY)
    assert kept() == (True, True, True, True)
    retention.forget_due(now=event.ends_at + SPEAKERS)
    assert kept() == (False, False, True, False)
    assert (speaker.name, speaker.email, invitation.speaker_email) == (ERASED, "", "")
    retention.forget_due(now=event.ends_at + DECLARATIONS - DAY)
    assert kept()[2]
    retention.forget_due(now=event.ends_at + DECLARATIONS)
    assert not kept()[2]
    assert (declaration.details, declaration.steps, declaration.has_conflict) == ("", "", True)


def test_details_of_the_trail_go_and_the_chain_holds(people: People) -> None:
    for action in ("permission.denied", "challenge.saved"):
        audit.record(action, by=actor_for(people.officer), route="GET /x")
    db.session.commit()
    sealing.seal_due(now=utc_now())
    kept = {"permission.denied": {"route": "GET /x"}, "challenge.saved": {"route": "GET /x"}}

    def details() -> dict[str, Any]:
        db.session.expire_all()
        found = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action.in_(kept)))
        return {entry.action: entry.details for entry in found}

    retention.forget_due(now=utc_now() + 364 * DAY)
    assert details() == kept
    retention.forget_due(now=utc_now() + 366 * DAY)
    assert details() == {**kept, "permission.denied": {}}
    retention.forget_due(now=utc_now() + TRAIL + DAY)
    assert details() == {"permission.denied": {}, "challenge.saved": {}}
    assert sealing.verify().faults == []


def test_what_is_due_is_forgotten_once_and_noted(people: People) -> None:
    messages.queue("fay@firm.example", "Hello", "Dear Fay", now=NOW)
    db.session.commit()
    assert retention.forget_due(now=NOW + MESSAGES) == 1
    assert retention.forget_due(now=NOW + MESSAGES) == 0
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "data.forgotten")).one()
    assert entry.details == {"of": "e-mails", "rows": 1}
