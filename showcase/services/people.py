"""People as LGA staff look after them: find them, see where they are signed in, lock them out and let them in again."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from showcase.errors import Conflict, NotFound
from showcase.extensions import db
from showcase.models import Account, Membership, Organisation, SignInSession
from showcase.policies import Actor, Permission, require
from showcase.services import audit, members, sessions
from showcase.services.paging import contains

STATES = {"active": "Can sign in", "deactivated": "Deactivated"}


def list_all(*, words: str = "", state: str = "") -> sa.Select[Account]:
    """Return the query for people by name, e-mail address or organisation, in the order of their names."""
    query = (
        sa.select(Account)
        .where(Account.erased_at.is_(None))
        .options(selectinload(Account.memberships).joinedload(Membership.organisation))
        .order_by(sa.func.lower(Account.name), Account.id)
    )
    if state in STATES:
        is_active = Account.deactivated_at.is_(None)
        query = query.where(is_active if state == "active" else ~is_active)
    for word in words.split():
        acts_for = Account.memberships.any(Membership.organisation.has(contains(Organisation.name, word)))
        query = query.where(sa.or_(contains(Account.name, word), contains(Account.email, word), acts_for))
    return query


def list_sessions(*, words: str = "", now: datetime) -> sa.Select[SignInSession]:
    """Return the query for the sessions that are open, the one last used first."""
    query = (
        sa.select(SignInSession)
        .join(SignInSession.membership)
        .join(Membership.account)
        .join(Membership.organisation)
        .where(SignInSession.expires_at > now)
        .options(
            joinedload(SignInSession.membership).joinedload(Membership.account),
            joinedload(SignInSession.membership).joinedload(Membership.organisation),
        )
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id)
    )
    for word in words.split():
        columns = (Account.name, Account.email, Organisation.name, SignInSession.address, SignInSession.browser)
        query = query.where(sa.or_(*(contains(column, word) for column in columns)))
    return query


def lonely_organisations(account: Account) -> list[Organisation]:
    """Return the organisations of which this person is the only administrator who can sign in."""
    other = sa.orm.aliased(Membership)
    others = sa.exists().where(
        other.organisation_id == Membership.organisation_id,
        other.account_id != account.id,
        other.is_administrator,
        other.account.has(Account.deactivated_at.is_(None)),
    )
    query = (
        sa.select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.account_id == account.id, Membership.is_administrator, ~others)
        .order_by(Organisation.name, Organisation.id)
    )
    return list(db.session.scalars(query))


def deactivate(account: Account, *, by: Actor, now: datetime) -> None:
    """Lock a person out and end all their sessions. What they wrote stays; as procurement lead they step down.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.ACCOUNT_MANAGE, account)
    if account.deactivated_at is not None:
        return
    account.deactivated_at = now
    for membership in account.memberships:
        if membership.is_procurement_lead:
            members.end_lead(membership, by=by, now=now)
    sessions.end_all(account)
    db.session.flush()
    audit.record("account.deactivated", account, by=by)


def reactivate(account: Account, *, by: Actor) -> None:
    """Let a person sign in again.

    Raises:
        NotAllowed: the policy says no.
        Conflict: there is nobody to let in: what tells who it was is erased.
    """
    require(by, Permission.ACCOUNT_MANAGE, account)
    if account.erased_at is not None:
        raise Conflict("This person’s data was erased. They can sign up anew.")
    if account.deactivated_at is None:
        return
    account.deactivated_at = None
    db.session.flush()
    audit.record("account.reactivated", account, by=by)


def end_session(account: Account, session_id: uuid.UUID, *, by: Actor) -> None:
    """Sign one of a person's browsers out.

    Raises:
        NotAllowed: the policy says no.
        NotFound: they have no such session.
    """
    require(by, Permission.ACCOUNT_MANAGE, account)
    sessions.end(account, session_id, by=by)


def get(account_id: uuid.UUID) -> Account:
    """Return a person with their organisations.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalar(list_all().where(Account.id == account_id))
    if found is None:
        raise NotFound
    return found
