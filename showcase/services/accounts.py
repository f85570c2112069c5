"""Accounts: signing up, signing in, passwords.

Whether an address has an account is told to nobody but the reader of its mail: the pages and their work are the same.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db, settings
from showcase.models import (
    Account,
    Council,
    EmailDomain,
    Membership,
    Organisation,
    SignInSession,
    Supplier,
    Throttle,
    Ticket,
)
from showcase.models.enums import OrganisationKind, TicketPurpose
from showcase.policies import PUBLIC, Actor
from showcase.services import account_messages, audit, passwords, second_steps, sessions, throttles, tickets
from showcase.transactions import afterwards, pausing

WRONG = "The e-mail address or the password is wrong"


def tidied(email: str) -> str:
    """Return an address as it is kept: lower case, without spaces round it."""
    return email.strip().lower()


def find(email: str) -> Account | None:
    """Return the account of an address."""
    return db.session.scalar(sa.select(Account).where(Account.email == tidied(email)))


# --- signing in -------------------------------------------------------------------------------------------------------


def authenticate(email: str, password: str, *, address: str, now: datetime) -> Account:
    """Return the account that the password opens. Lets go of the request's transaction while it compares.

    Raises:
        TooMany: too many tries for this account or from this network address.
        DomainError: there is no such account, it may not sign in, or the password is wrong: one and the same answer.
    """
    email = tidied(email)
    found = find(email)
    account_id = found.id if found else None
    kept = found.password_hash if found and _may_sign_in(found) else None
    with pausing():
        throttles.count((throttles.SIGN_IN_ACCOUNT, email), (throttles.SIGN_IN_ADDRESS, address), now=now)
        is_right = passwords.is_right(password, kept)
        if is_right:
            throttles.forget(throttles.SIGN_IN_ACCOUNT, email)
    account = db.session.get(Account, account_id) if is_right and account_id else None
    if account is None:
        afterwards(
            lambda session: audit.record("account.sign_in_refused", by=PUBLIC, session=session, account=str(account_id))
        )
        raise DomainError(WRONG)
    return account


def _may_sign_in(account: Account) -> bool:
    return account.deactivated_at is None and (settings().is_demo or not account.is_demo)


def count_mail(email: str, *, address: str, now: datetime) -> None:
    """Count a wish for an e-mail with a link. Lets go of the request's transaction.

    Raises:
        TooMany: too many wishes for this account or from this network address.
    """
    with pausing():
        throttles.count((throttles.MAIL_ACCOUNT, tidied(email)), (throttles.MAIL_ADDRESS, address), now=now)


# --- signing up -------------------------------------------------------------------------------------------------------


def councils_of(email: str, *, now: datetime) -> list[Council]:
    """Return the councils that exist and whose officers write from the address's domain, by name."""
    domain = tidied(email).rpartition("@")[2]
    query = sa.select(Council).where(
        Council.suspended_at.is_(None),
        sa.or_(Council.ends_on.is_(None), Council.ends_on >= now.date()),
        Council.domains.any(EmailDomain.domain == domain),
    )
    return list(db.session.scalars(query.order_by(Council.name, Council.id)))


def ask_to_join(email: str, *, now: datetime) -> None:
    """Send a council officer the link that lets them in, or the news that they have an account already.

    Raises:
        DomainError: no council is known to use the address's domain.
    """
    email = tidied(email)
    if not councils_of(email, now=now):
        raise DomainError(
            f"We do not know {email.rpartition('@')[2]} as a council’s e-mail domain. Use your council address, ask a"
            " colleague who has an account to invite you, or ask LGA staff to add the domain"
        )
    if find(email):
        account_messages.send("has_account", email, path="/sign-in", now=now)
        return
    token = tickets.issue(TicketPurpose.JOIN_COUNCIL, email, now=now)
    account_messages.send("join", email, path=f"/join/{token}", now=now)


def join(ticket: Ticket, council: Council, *, name: str, password: str, now: datetime) -> Membership:
    """Make the account of a council officer. The first one of a council becomes its administrator.

    Raises:
        NotAllowed: the council does not use the address's domain.
        Spent: the link was used.
        Conflict: the address has an account by now.
        DomainError: the password is not good enough.
    """
    if council not in councils_of(ticket.email, now=now):
        raise NotAllowed
    account = create(ticket.email, name=name, password=password, now=now)
    tickets.use(ticket, now=now)
    membership = add_member(council, account, now=now, is_administrator=not has_members(council))
    audit.record("account.joined", council, by=_actor(membership), is_administrator=membership.is_administrator)
    return membership


def ask_to_register(
    email: str, *, firm: str, name: str, number: str, website: str, now: datetime, pasted: str = ""
) -> None:
    """Send a supplier the link that registers it, or the news that its writer has an account already.

    A `pasted` text waits with the link, for the first profile to be started from it.
    """
    email = tidied(email)
    if find(email):
        account_messages.send("has_account", email, path="/sign-in", now=now)
        return
    details = {"firm": firm, "name": name, "number": number, "website": website, "pasted": pasted}
    token = tickets.issue(TicketPurpose.REGISTER_SUPPLIER, email, now=now, details=details)
    account_messages.send("register", email, path=f"/register/{token}", now=now, organisation=Supplier(name=firm))


def register(ticket: Ticket, *, password: str, now: datetime) -> Membership:
    """Make a supplier that waits for approval, and the account of its first administrator; tell LGA staff.

    Raises:
        Spent: the link was used.
        Conflict: the address has an account by now.
        DomainError: the password is not good enough.
    """
    details = ticket.details
    account = create(ticket.email, name=details["name"], password=password, now=now)
    tickets.use(ticket, now=now)
    number = details["number"] or None
    known = number and db.session.scalar(sa.select(Supplier.name).where(Supplier.companies_house_number == number))
    supplier = Supplier(
        name=details["firm"], companies_house_number=number, website=details["website"] or None, created_at=now
    )
    membership = add_member(supplier, account, now=now, is_administrator=True)
    audit.record("organisation.registered", supplier, by=_actor(membership))
    note = f"\n\n{known} is registered already with the same Companies House number." if known else ""
    for person in staff():
        account_messages.send(
            "waiting", person.email, path=f"/organisations/{supplier.id}", now=now, organisation=supplier, note=note
        )
    return membership


def staff() -> list[Account]:
    """Return the people who act for the host, by e-mail address."""
    query = sa.select(Account).join(Account.memberships).join(Membership.organisation)
    query = query.where(Organisation.kind == OrganisationKind.HOST, Account.deactivated_at.is_(None))
    return list(db.session.scalars(query.order_by(Account.email)))


def create(email: str, *, name: str, password: str, now: datetime) -> Account:
    """Make an account.

    Raises:
        Conflict: the address has one.
        DomainError: the password is not good enough.
    """
    passwords.check(password, email=email, name=name)
    account = Account(email=tidied(email), name=name, password_hash=passwords.hash_of(password), created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError:
        raise Conflict("You have an account already. Sign in with it.") from None
    return account


def has_members(organisation: Organisation) -> bool:
    """Tell whether anyone acts for an organisation, once others who change that have finished."""
    lock(organisation)
    return db.session.scalar(sa.select(sa.exists().where(Membership.organisation_id == organisation.id))) or False


def lock(organisation: Organisation) -> None:
    """Wait until others who change an organisation's people have finished. On SQLite the request has waited already."""
    db.session.execute(sa.select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())


def add_member(
    organisation: Organisation, account: Account, *, now: datetime, is_administrator: bool = False
) -> Membership:
    """Let a person act for an organisation."""
    membership = Membership(
        organisation=organisation, account=account, is_administrator=is_administrator, created_at=now
    )
    db.session.add(membership)
    db.session.flush()
    return membership


def _actor(membership: Membership) -> Actor:
    return Actor(membership.account_id, membership.account.name, membership.organisation_id)


# --- names and passwords ----------------------------------------------------------------------------------------------


def rename(account: Account, name: str, *, by: Actor) -> None:
    """Change the name that others see."""
    before, account.name = account.name, name
    db.session.flush()
    audit.record("account.renamed", account, by=by, before=before, after=name)


def ask_to_reset(email: str, *, now: datetime) -> None:
    """Send a link to choose a new password, or the news that there is no account."""
    email = tidied(email)
    account = find(email)
    if account is None or not _may_sign_in(account):
        account_messages.send("no_account", email, path="/sign-up", now=now)
        return
    token = tickets.issue(TicketPurpose.RESET_PASSWORD, email, now=now)
    account_messages.send("reset", email, path=f"/reset/{token}", now=now)


def reset_password(ticket: Ticket, password: str, *, now: datetime) -> None:
    """Set a new password and sign the person out everywhere.

    Raises:
        Spent: the link was used, or the account is gone.
        DomainError: the password is not good enough.
    """
    account = find(ticket.email)
    if account is None:
        raise tickets.Spent
    passwords.check(password, email=account.email, name=account.name)
    tickets.use(ticket, now=now)
    tickets.use_all(TicketPurpose.RESET_PASSWORD, account.email, now=now)
    _set_password(account, password, now=now)
    sessions.end_all(account)
    audit.record("account.password_reset", account, by=PUBLIC)


def change_password(account: Account, password: str, *, keep: str, by: Actor, now: datetime) -> None:
    """Set a new password and sign the person out everywhere but in the session with the token digest `keep`.

    Raises:
        DomainError: the password is not good enough.
    """
    passwords.check(password, email=account.email, name=account.name)
    _set_password(account, password, now=now)
    sessions.end_all(account, keep=keep)
    audit.record("account.password_changed", account, by=by)


def forget_expired(*, now: datetime) -> None:
    """Delete sessions, links and counts of tries that are over."""
    for dead in (
        sa.delete(SignInSession).where(SignInSession.expires_at <= now),
        sa.delete(Ticket).where(Ticket.expires_at <= now),
        sa.delete(Throttle).where(Throttle.window_ends_at <= now),
    ):
        db.session.execute(dead)
    second_steps.forget_browsers(now=now)


def _set_password(account: Account, password: str, *, now: datetime) -> None:
    account.password_hash = passwords.hash_of(password)
    db.session.flush()
    account_messages.send("password_changed", account.email, path="/reset", now=now, on=f"{now:%-d %B %Y}")
