"""What personal data is kept, why, on which lawful basis, for how long, and what becomes of it when a person is erased.

One table: the page on privacy and `docs/data-protection.md` show it, `person_export` gives a person what it names,
`erasure` and `retention` keep its promises. A test finds columns that hold personal data and are not in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from showcase.models import (
    Account,
    AttendeeNeeds,
    AuditEntry,
    Base,
    CalendarFeed,
    ExternalIdentity,
    Feedback,
    InterestDeclaration,
    InterestList,
    Invitation,
    KnownBrowser,
    Membership,
    Message,
    Publication,
    RecordEntry,
    RecoveryCode,
    Registration,
    SecondStep,
    SignInSession,
    Speaker,
    Ticket,
    Version,
)

DAY = timedelta(days=1)
UNUSED = 730 * DAY
"""Without a sign-in for so long, an account is erased …"""
WARNING = 30 * DAY
"""… after its person was told so long before."""
MESSAGES = 90 * DAY
ATTENDEES = 365 * DAY
OBSERVERS = 90 * DAY
"""After the event's end, as for attendees: observers have no account and no wish to be found again."""
SPEAKERS = 365 * DAY
DECLARATIONS = 3 * 365 * DAY
FEEDBACK = 365 * DAY
COMINGS = 365 * DAY
"""Details of sign-ins, refusals and exports in the audit trail."""
TRAIL = 6 * 365 * DAY
"""Details of everything else there: as long as a claim about a contract can be brought (Limitation Act 1980, s. 5)."""
LAST_WORD = "erased:"
"""What the key of the e-mail begins with that tells a person of their erasure: it goes once it is sent."""


class Basis(StrEnum):
    """On what the law lets it be kept: Article 6(1) of the UK GDPR."""

    INTERESTS = "Legitimate interests, Article 6(1)(f); for a council its public task, Article 6(1)(e)"
    CONTRACT_LAW = "Legal obligation, Article 6(1)(c): Procurement Act 2023; till then as for the account"
    SECURITY = "Legitimate interests, Article 6(1)(f): the security that Article 32 asks for"
    CONSENT = "Consent, Article 6(1)(a)"


@dataclass(frozen=True)
class Kind:
    """One kind of personal data."""

    what: str
    why: str
    seen_by: str
    kept: str
    """For how long, in words made of the periods above."""
    basis: Basis
    when_erased: str
    """What becomes of it when the person is erased."""
    holds: Mapping[type[Base], tuple[str, ...]]
    """Model → columns that a person is given of it."""
    condition: str = ""
    """The condition of Article 9(2) for special-category data."""


def in_words(period: timedelta) -> str:
    """Return a period in words: years where it is whole years, else days."""
    years = period.days / 365
    if years == int(years):
        return f"{int(years)} year" if years == 1 else f"{int(years)} years"
    return f"{period.days} days"


KINDS: tuple[Kind, ...] = (
    Kind(
        "Name, e-mail address, organisations and role; when the account was made and last used",
        "So that a person can sign in and act for their organisations",
        "Colleagues in the organisation; LGA staff",
        f"Until nobody has signed in for {in_words(UNUSED)}, with an e-mail {in_words(WARNING)} before, or on request",
        Basis.INTERESTS,
        "Name and address are replaced; the row stays, without a person, for what the law wants kept",
        {
            Account: ("name", "email", "created_at", "last_signed_in_at", "warned_at", "deactivated_at"),
            Membership: ("organisation_id", "is_administrator", "is_procurement_lead", "is_told_of_challenges"),
        },
    ),
    Kind(
        "Password, second step, recovery codes, the id at an organisation’s own sign-in, calendar link",
        "So that nobody else signs in as the person",
        "Nobody: digests alone of passwords and recovery codes, and a secret for the codes of an app",
        "As long as the account, or until changed",
        Basis.SECURITY,
        "Deleted",
        {
            SecondStep: ("created_at",),
            RecoveryCode: ("created_at", "used_at"),
            ExternalIdentity: ("subject", "created_at"),
            CalendarFeed: ("created_at",),
        },
    ),
    Kind(
        "Sessions: network address, description of the browser, times; browsers that were signed in from before",
        "So that a person and staff see and end them, and a strange browser is noticed",
        "The person; LGA staff",
        f"A session until signing out, at most {SignInSession.LIFETIME.days} days; a known browser 1 year from its use",
        Basis.SECURITY,
        "Deleted",
        {
            SignInSession: ("address", "browser", "created_at", "last_seen_at", "expires_at"),
            KnownBrowser: ("created_at", "last_seen_at"),
        },
    ),
    Kind(
        "Links sent to an address to join, register, accept an invitation or choose a password, with what was typed",
        "To make sure that the address is the person’s",
        "An invitation’s address: the organisation’s people and LGA staff; else nobody",
        "Until the link ends, at most 14 days. Counts of tries, under digests: at most an hour",
        Basis.SECURITY,
        "Deleted",
        {Ticket: ("purpose", "email", "details", "created_at", "expires_at", "used_at")},
    ),
    Kind(
        "E-mails sent by the service: address, subject and text",
        "To tell people what concerns them, and so that staff can see whether it arrived",
        "The recipient; LGA staff",
        f"{in_words(MESSAGES)} after they were written",
        Basis.INTERESTS,
        "Those to the person are deleted. Their name in e-mails to others goes with these e-mails",
        {Message: ("to", "subject", "body", "created_at", "sent_at")},
    ),
    Kind(
        "Registrations for showcases: name, address, organisation, place, whether the person came",
        "To give places and let people in; numbers alone go into reports",
        "The person; colleagues see that they come; LGA staff",
        f"{in_words(ATTENDEES)} after the showcase; of observers {in_words(OBSERVERS)}. Then without name and address",
        Basis.INTERESTS,
        "A place ahead is given back; name and address are replaced, the organisation stays",
        {
            Registration: (
                "kind",
                "name",
                "email",
                "organisation_name",
                "placed_in",
                "waits_for",
                "created_at",
                "cancelled_at",
                "checked_in_at",
            )
        },
    ),
    Kind(
        "What a person says of access and dietary needs, and a telephone number to call about it",
        "To prepare rooms and food",
        "The person; LGA staff who prepare the showcase",
        "Until the person cancels or takes it back, else some days after the showcase",
        Basis.CONSENT,
        "Deleted",
        {AttendeeNeeds: ("access", "access_words", "wants_call", "telephone", "dietary", "dietary_words")},
        condition="Explicit consent, Article 9(2)(a): given by filling the page in, taken back by emptying it",
    ),
    Kind(
        "Speakers and who comes for an invited firm: name, address, hours",
        "So that nobody is put in two places at once, and the agenda says who speaks",
        "Everyone, of the name in a published agenda; LGA staff, of the rest",
        f"{in_words(SPEAKERS)} after the showcase",
        Basis.INTERESTS,
        "Name and address are replaced",
        {
            Speaker: ("name", "email", "available_from", "available_until"),
            Invitation: ("speaker_name", "speaker_email"),
        },
    ),
    Kind(
        "The contact named in a solution profile, and who runs an interest list",
        "So that councils can reach the firm, and firms and councils whoever runs the list",
        "Signed-in council officers; LGA staff; the firm. Of a list also suppliers",
        "As long as the profile and its versions, or the list, are kept",
        Basis.INTERESTS,
        "Taken out of profiles and their versions where it is the person’s address",
        {
            Publication: ("title",),
            Version: ("number", "created_at"),
            InterestList: ("title", "runner_name", "runner_email"),
        },
    ),
    Kind(
        "Declarations of interests before scoring: whether there is a conflict, and which",
        "So that nobody with a conflict scores unseen",
        "The person; LGA staff. The council’s engagement record has it as well",
        f"The words for {in_words(DECLARATIONS)} after the showcase",
        Basis.CONTRACT_LAW,
        "The words go here; what the engagement record has of it is kept as the law wants",
        {InterestDeclaration: ("has_conflict", "details", "steps", "created_at")},
    ),
    Kind(
        "What a person did: texts saved, decisions, scores, answers, pledges, prices, uploads, each with who",
        "So that decisions can be explained, and a council’s engagement record is whole",
        "As each page says; LGA staff",
        f"As long as the thing itself. Who gave feedback after a showcase: {in_words(FEEDBACK)}",
        Basis.CONTRACT_LAW,
        "It stays, without the person: it is then by somebody whose data was erased",
        {Feedback: ("answers", "updated_at"), RecordEntry: ("happened_at", "words", "released_to")},
    ),
    Kind(
        "The audit trail: what was done, when, by whom and for whom, with sign-ins, refusals and exports",
        "So that misuse is found, and what happened can be shown",
        "LGA staff; an organisation’s administrators, of what its own people did for it",
        f"Details of sign-ins, refusals and exports for {in_words(COMINGS)}, of the rest for {in_words(TRAIL)}; what is"
        " left are ids and times",
        Basis.SECURITY,
        "Details that hold the name or address are erased; the entry stays under an id that leads to nobody",
        {AuditEntry: ("created_at", "action", "subject_kind", "details")},
    ),
)


def _of(column: Any) -> Callable[[Account], sa.ColumnElement[bool]]:
    return lambda account: column == account.id


def names_address(content: Any, account: Account) -> sa.ColumnElement[bool]:
    """Return the condition that a JSON column of a profile's answers has the person's address as its contact."""
    condition: sa.ColumnElement[bool] = sa.func.lower(content["contact_email"].as_string()) == account.email
    return condition


def _sessions(account: Account) -> sa.ColumnElement[bool]:
    return SignInSession.membership_id.in_(sa.select(Membership.id).where(Membership.account_id == account.id))


def registrations_of(account: Account) -> sa.ColumnElement[bool]:
    """Return the condition that a registration is the person's, made with or without being signed in."""
    return sa.or_(Registration.account_id == account.id, Registration.email == account.email)


def _needs(account: Account) -> sa.ColumnElement[bool]:
    return AttendeeNeeds.registration_id.in_(sa.select(Registration.id).where(registrations_of(account)))


ROWS_OF: Mapping[type[Base], Callable[[Account], sa.ColumnElement[bool]]] = {
    Account: _of(Account.id),
    Membership: _of(Membership.account_id),
    SecondStep: _of(SecondStep.account_id),
    RecoveryCode: _of(RecoveryCode.account_id),
    ExternalIdentity: _of(ExternalIdentity.account_id),
    CalendarFeed: _of(CalendarFeed.account_id),
    SignInSession: _sessions,
    KnownBrowser: _of(KnownBrowser.account_id),
    Ticket: lambda account: Ticket.email == account.email,
    Message: lambda account: Message.to == account.email,
    Registration: registrations_of,
    AttendeeNeeds: _needs,
    Speaker: lambda account: sa.or_(Speaker.account_id == account.id, Speaker.email == account.email),
    Invitation: lambda account: Invitation.speaker_email == account.email,
    Publication: lambda account: names_address(Publication.content, account),
    Version: lambda account: names_address(Version.content, account),
    InterestList: lambda account: sa.func.lower(InterestList.runner_email) == account.email,
    InterestDeclaration: _of(InterestDeclaration.account_id),
    Feedback: _of(Feedback.account_id),
    RecordEntry: _of(RecordEntry.account_id),
    AuditEntry: lambda account: sa.or_(AuditEntry.by_id == account.id, AuditEntry.subject_id == account.id),
}
"""Model → which of its rows are about a person."""
