"""Signed-in sessions: rows that can be listed and ended. Which browser has which one only its secret token tells."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from showcase.errors import DomainError, NotFound
from showcase.extensions import db
from showcase.models import Account, Membership, SignInSession
from showcase.policies import Actor
from showcase.services import audit, second_steps
from showcase.transactions import afterwards


def start(membership: Membership, *, token_hash: str, address: str, browser: str, now: datetime) -> SignInSession:
    """Sign a browser in, to act for an organisation."""
    over = sa.or_(SignInSession.expires_at <= now, SignInSession.last_seen_at <= now - SignInSession.IDLE)
    db.session.execute(sa.delete(SignInSession).where(over))
    row = SignInSession(
        token_hash=token_hash,
        membership=membership,
        created_at=now,
        last_seen_at=now,
        expires_at=now + SignInSession.LIFETIME,
        address=address[:60],
        browser=browser[:200],
    )
    db.session.add(row)
    membership.account.last_signed_in_at, membership.account.warned_at = now, None
    db.session.flush()
    by = Actor(membership.account_id, membership.account.name, membership.organisation_id)
    audit.record("account.signed_in", row, by=by)
    return row


def confirm(row: SignInSession, *, by: Actor, now: datetime) -> None:
    """Note that the person has shown again who they are, in a transaction that outlives a refusal of what follows."""
    subject = SignInSession(id=row.id)  # the row itself belongs to the request's transaction

    def write(session: Session) -> None:
        session.execute(sa.update(SignInSession).where(SignInSession.id == subject.id).values(confirmed_at=now))
        audit.record("account.confirmed", subject, by=by, session=session)

    afterwards(write)


def list_open(account: Account, *, now: datetime) -> Sequence[SignInSession]:
    """Return a person's sessions, the one last used first."""
    return db.session.scalars(
        sa.select(SignInSession)
        .where(
            SignInSession.expires_at > now,
            SignInSession.last_seen_at > now - SignInSession.IDLE,
            SignInSession.membership_id.in_(_memberships(account)),
        )
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id)
    ).all()


def end(account: Account, session_id: uuid.UUID, *, by: Actor) -> None:
    """Sign one of a person's browsers out.

    Raises:
        NotFound: they have no such session.
    """
    row = db.session.scalar(
        sa.select(SignInSession).where(
            SignInSession.id == session_id, SignInSession.membership_id.in_(_memberships(account))
        )
    )
    if row is None:
        raise NotFound
    db.session.delete(row)
    db.session.flush()
    audit.record("account.session_ended", row, by=by)


def end_all(account: Account, *, keep: str | None = None) -> None:
    """Sign a person out everywhere, save in the session with the token digest `keep`."""
    query = sa.delete(SignInSession).where(SignInSession.membership_id.in_(_memberships(account)))
    if keep is not None:
        query = query.where(SignInSession.token_hash != keep)
    db.session.execute(query)


def end_others(account: Account, *, keep: str, by: Actor) -> None:
    """Sign a person out of every browser but the one with the token digest `keep`, as they wish."""
    end_all(account, keep=keep)
    audit.record("account.other_sessions_ended", account, by=by)


def act_for(row: SignInSession, organisation_id: uuid.UUID, *, by: Actor) -> None:
    """Act for another of the person's organisations in this browser from now on.

    Raises:
        NotFound: they do not act for it.
        DomainError: acting for it takes a second step at sign-in, which they have not set up.
    """
    for membership in row.membership.account.memberships:
        if membership.organisation_id == organisation_id:
            account = membership.account
            if second_steps.is_required(account) and second_steps.find(account) is None:
                raise DomainError("LGA staff need a second step at sign-in. Set it up in your account first")
            row.membership = membership
            db.session.flush()
            audit.record("account.acts_for", membership.organisation, by=by)
            return
    raise NotFound


def _memberships(account: Account) -> sa.Select[uuid.UUID]:
    return sa.select(Membership.id).where(Membership.account_id == account.id)
