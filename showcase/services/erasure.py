"""Erasing a person: what tells who it was goes, what the law wants kept stays without them.

The account's row stays under a name that says so, because decisions, prices and engagement records point to it. Nobody
is kept from being erased by an organisation that would be left without an administrator; LGA staff are told of it.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from showcase.errors import Conflict
from showcase.extensions import db, settings
from showcase.models import (
    Account,
    AttendeeNeeds,
    AuditEntry,
    CalendarFeed,
    ExternalIdentity,
    Feedback,
    InterestDeclaration,
    InterestList,
    Invitation,
    KnownBrowser,
    Membership,
    Message,
    Organisation,
    Publication,
    RecoveryCode,
    Registration,
    SecondStep,
    SignInSession,
    Speaker,
    Ticket,
    Version,
)
from showcase.models.enums import OrganisationKind
from showcase.policies import Actor, Permission, require
from showcase.services import accounts, audit, events, members, messages, people, places, sealing
from showcase.services.personal_data import LAST_WORD, ROWS_OF

ERASED = "Somebody whose data was erased"
NOBODY = Actor(name="Worker")
LEAST_SEARCHED = 6
"""Characters of a name from which on the audit trail's details are searched for it: a shorter one fits other words."""


def erase(account: Account, *, by: Actor, now: datetime) -> None:
    """Erase a person, as they or staff on their behalf wish.

    Raises:
        NotAllowed: the policy says no.
        Conflict: they are erased already, or LGA staff would be left without an administrator.
    """
    require(by, Permission.ACCOUNT_ERASE, account)
    if account.erased_at is not None:
        raise Conflict("This person’s data was erased already.")
    if any(each.kind is OrganisationKind.HOST for each in people.lonely_organisations(account)):
        raise Conflict("Nobody else is an administrator of LGA staff. Make someone else one first.")
    carry_out(account, by=by, now=now)


def carry_out(account: Account, *, by: Actor, now: datetime) -> None:
    """Erase a person without asking whether that is allowed; the worker does so when their time is over."""
    address, name = account.email, account.name
    _leave_organisations(account, by=by, now=now)
    _give_places_back(account, now=now)
    _take_out_of_profiles(account, by=by, now=now)
    _replace_names(account)
    _forget_details(account, now=now)
    delete_mail(db.session.scalars(sa.select(Message).where(Message.to == address)).all())
    for model in (Ticket, SecondStep, RecoveryCode, KnownBrowser, ExternalIdentity, CalendarFeed):
        db.session.execute(sa.delete(model).where(ROWS_OF[model](account)))
    account.name, account.email, account.password_hash = ERASED, f"{account.id.hex}@erased.invalid", None
    account.deactivated_at, account.erased_at = account.deactivated_at or now, now
    account.last_signed_in_at = account.warned_at = None
    db.session.flush()
    audit.record("account.erased", account, by=by)
    _tell(account, address, name, now=now)


def erase_observer(registration: Registration, *, by: Actor, now: datetime) -> None:
    """Erase somebody who has no account from their registration, and the e-mails to them about anything.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the person has an account, where all of their data is erased at once.
    """
    require(by, Permission.REGISTRATION_CHANGE, registration)
    if registration.account_id is not None:
        raise Conflict("Sign in and have your data erased in your account: this registration is part of it.")
    address = registration.email
    _give_place_back(registration, now=now)
    gone = db.session.scalars(sa.select(Message).where(Message.to == address)).all() if address else ()
    delete_mail(gone)
    audit.record("registration.erased", registration, by=by)


def texts_that_name(account: Account) -> Sequence[Publication]:
    """Return the profiles in which the person is the contact, in the working text or in a version, by title."""
    in_version = sa.select(Version.publication_id).where(ROWS_OF[Version](account))
    query = sa.select(Publication).where(sa.or_(ROWS_OF[Publication](account), Publication.id.in_(in_version)))
    return db.session.scalars(query.order_by(Publication.title, Publication.id)).all()


def delete_mail(gone: Sequence[Message]) -> None:
    """Delete e-mails, and the files that stand for them where no mail server is set."""
    folder = Path(settings().instance_path) / "mail"
    for message in gone:
        for file in folder.glob(f"*-{message.id}.eml"):
            file.unlink(missing_ok=True)
        db.session.delete(message)
    db.session.flush()


# --- steps of it ------------------------------------------------------------------------------------------------------


def _leave_organisations(account: Account, *, by: Actor, now: datetime) -> None:
    lonely = people.lonely_organisations(account)
    for membership in list(account.memberships):
        if membership.is_procurement_lead:
            members.end_lead(membership, by=by, now=now)
    db.session.execute(sa.delete(SignInSession).where(ROWS_OF[SignInSession](account)))
    db.session.execute(sa.delete(Membership).where(Membership.account_id == account.id))
    db.session.flush()
    db.session.expire(account, ["memberships"])
    for organisation in lonely:
        _tell_of_lonely(organisation, by=by, now=now)


def _tell_of_lonely(organisation: Organisation, *, by: Actor, now: datetime) -> None:
    """Let nobody find out by chance that an organisation has no administrator any more."""
    audit.record("organisation.left_without_administrator", organisation, by=by)
    link = messages.link(f"/organisations/{organisation.id}/people")
    body = f"The last administrator of {organisation.name} left and was erased. Name another, or write to it:\n\n{link}"
    for person in accounts.staff():
        messages.queue(person.email, f"Without an administrator: {organisation.name}", body, now=now)


def _give_places_back(account: Account, *, now: datetime) -> None:
    """Cancel what is ahead, so that others move up, and leave no name in what is over."""
    for registration in db.session.scalars(sa.select(Registration).where(ROWS_OF[Registration](account))).all():
        _give_place_back(registration, now=now)


def _give_place_back(registration: Registration, *, now: datetime) -> None:
    events.hold(registration.event)
    is_ahead = registration.is_live and registration.event.ends_at > now and not registration.is_present
    if is_ahead:
        registration.placed_in, registration.waits_for, registration.cancelled_at = None, None, now
    forget_attendee(registration)
    if is_ahead:
        audit.record("registration.cancelled", registration, by=NOBODY)
        places.give(registration.event, now=now)


def forget_attendee(registration: Registration) -> None:
    """Take the person out of a registration and keep that somebody of that organisation came; their ticket is void."""
    db.session.execute(sa.delete(AttendeeNeeds).where(AttendeeNeeds.registration_id == registration.id))
    registration.name, registration.email, registration.account_id = ERASED, None, None
    if registration.organisation_id is None:
        registration.organisation_name = ""
    registration.token = secrets.token_urlsafe(24)  # nobody is told of it: the link in old e-mails is dead
    db.session.flush()


def _take_out_of_profiles(account: Account, *, by: Actor, now: datetime) -> None:
    """Take the person's contact out of profiles, published versions too: the one change that is made to a version."""
    for publication in texts_that_name(account):
        texts: list[Publication | Version] = [publication, *publication.versions]
        for text in texts:
            if str(text.content.get("contact_email", "")).lower() == account.email:
                text.content = {**text.content, "contact_name": "", "contact_email": ""}
        db.session.flush()
        audit.record(f"{publication.kind}.contact_erased", publication, by=by)
        _tell_of_contact(publication, now=now)


def _tell_of_contact(publication: Publication, *, now: datetime) -> None:
    link = messages.link(f"/{publication.kind}s/{publication.id}")
    body = f"The contact named in “{publication.title}” was erased from this service. Name another:\n\n{link}"
    for membership in members.list_members(publication.organisation):
        if membership.is_administrator and membership.account.deactivated_at is None:
            messages.queue(membership.account.email, "Name another contact", body, now=now)


def _replace_names(account: Account) -> None:
    changes: tuple[tuple[type[Any], dict[str, Any]], ...] = (
        (Speaker, {"name": ERASED, "email": "", "account_id": None}),
        (Invitation, {"speaker_name": ERASED, "speaker_email": ""}),
        (InterestDeclaration, {"details": "", "steps": ""}),
        (InterestList, {"runner_name": "", "runner_email": ""}),
        (Feedback, {"account_id": None}),
    )
    for model, values in changes:
        db.session.execute(sa.update(model).where(ROWS_OF[model](account)).values(**values))


def _forget_details(account: Account, *, now: datetime) -> None:
    """Erase those details of the audit trail that are about the person or hold their name or address."""
    text = sa.cast(AuditEntry.details, sa.Text)
    said = [account.email, str(account.id)] + ([account.name] if len(account.name) >= LEAST_SEARCHED else [])
    named = [text.icontains(json.dumps(words)[1:-1], autoescape=True) for words in said]
    of_them = sa.and_(AuditEntry.subject_id == account.id, text != "{}")
    found = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.erased_at.is_(None), sa.or_(of_them, *named))
    ).all()
    sealing.erase_details(found, now=now)


def _tell(account: Account, address: str, name: str, *, now: datetime) -> None:
    """Say that it is done; the worker deletes this e-mail as well once it is sent."""
    body = (
        f"What the Tech Innovation Showcase kept about you, {name}, was erased on {now:%-d %B %Y}. You can no longer"
        " sign in.\n\nWhat you did for an organisation stays where the law wants it kept, without your name or address."
        " This e-mail is the last, and is deleted here as soon as it is sent."
    )
    messages.queue(address, "Your data was erased", body, now=now, key=f"{LAST_WORD}{account.id}")
