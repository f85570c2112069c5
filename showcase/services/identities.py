"""Signing in with an organisation's own accounts: which provider serves an address, and who comes in with its word.

What a provider says is taken only for people of its own organisation: their tenant must be on its list, and their
address, when they first come, in one of the organisation's e-mail domains.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import (
    Account,
    EmailDomain,
    ExternalIdentity,
    IdentityProvider,
    Membership,
    Organisation,
)
from showcase.policies import Actor, Permission, require
from showcase.services import accounts, audit, locked_secrets

NOT_YOURS = "{name} did not say that you work there. Sign in with another account, or ask its administrators"


@dataclass(frozen=True)
class Wanted:
    """What staff set for a provider; a blank secret keeps the one there is."""

    issuer: str
    client_id: str
    client_secret: str = ""
    tenants: Sequence[str] = ()
    has_second_step: bool = False
    is_only_way: bool = False


def find(organisation: Organisation) -> IdentityProvider | None:
    """Return the provider of an organisation."""
    return db.session.scalar(sa.select(IdentityProvider).where(IdentityProvider.organisation_id == organisation.id))


def serving(email: str) -> list[IdentityProvider]:
    """Return the providers of the organisations whose people write from the address's domain, by name."""
    domain = accounts.tidied(email).rpartition("@")[2]
    query = (
        sa.select(IdentityProvider)
        .join(IdentityProvider.organisation)
        .where(Organisation.domains.any(EmailDomain.domain == domain), Organisation.suspended_at.is_(None))
        .order_by(Organisation.name, Organisation.id)
    )
    return list(db.session.scalars(query))


def set_up(organisation: Organisation, wanted: Wanted, *, by: Actor, now: datetime) -> IdentityProvider:
    """Let an organisation's people sign in with a provider, or change how.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the issuer is not an https address, or there is no secret.
    """
    require(by, Permission.ORGANISATION_MANAGE, organisation)
    parts = urlsplit(wanted.issuer)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
        raise DomainError("The issuer’s address must start with https://")
    if "login.microsoftonline.com/common" in wanted.issuer and not wanted.tenants:
        raise DomainError("This issuer serves every organisation: name the tenants that may come in")
    provider = find(organisation)
    if provider is None:
        if not wanted.client_secret:
            raise DomainError("Enter the secret that the provider gave you")
        provider = IdentityProvider(organisation_id=organisation.id, created_at=now)
        db.session.add(provider)
    provider.issuer, provider.client_id = wanted.issuer.rstrip("/"), wanted.client_id
    if wanted.client_secret:
        provider.client_secret = locked_secrets.lock(wanted.client_secret)
    provider.tenants = list(wanted.tenants)
    provider.has_second_step, provider.is_only_way = wanted.has_second_step, wanted.is_only_way
    db.session.flush()
    audit.record("organisation.provider_set", organisation, by=by, issuer=provider.issuer, tenants=provider.tenants)
    return provider


def remove(provider: IdentityProvider, *, by: Actor) -> None:
    """Have an organisation's people sign in with passwords again.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.ORGANISATION_MANAGE, provider.organisation)
    audit.record("organisation.provider_removed", provider.organisation, by=by)
    db.session.delete(provider)
    db.session.flush()


def who(provider: IdentityProvider, claims: Mapping[str, Any]) -> str:
    """Return the id under which the provider knows a person whose token was checked.

    Raises:
        DomainError: the tenant is not one of the organisation's.
    """
    tenant, person = str(claims.get("tid") or ""), str(claims.get("oid") or "")
    if provider.tenants and tenant not in provider.tenants:
        raise DomainError(NOT_YOURS.format(name=provider.organisation.name))
    return f"{tenant}:{person}" if tenant and person else str(claims["sub"])


def come_in(provider: IdentityProvider, subject: str, *, email: str, name: str, now: datetime) -> Membership:
    """Return the membership under which a person comes in; makes account and membership when they come first.

    Raises:
        DomainError: the address is not the organisation's, or the person may not sign in.
    """
    organisation = provider.organisation
    accounts.lock(organisation)
    known = db.session.scalar(
        sa.select(ExternalIdentity).where(
            ExternalIdentity.provider_id == provider.id, ExternalIdentity.subject == subject
        )
    )
    account = known.account if known is not None else _first_time(provider, subject, email=email, name=name, now=now)
    if account.deactivated_at is not None or organisation.suspended_at is not None:
        raise DomainError(accounts.WRONG)
    for membership in account.memberships:
        if membership.organisation_id == organisation.id:
            return membership
    if known is not None:
        raise DomainError(f"You act for {organisation.name} no more. Ask a colleague to invite you again")
    membership = accounts.add_member(
        organisation, account, now=now, is_administrator=not accounts.has_members(organisation)
    )
    audit.record("account.joined", organisation, by=Actor(account.id, account.name, organisation.id), by_provider=True)
    return membership


def needs_provider(account: Account) -> Organisation | None:
    """Return the organisation with whose accounts a person has to sign in instead of a password, if there is one."""
    ids = [membership.organisation_id for membership in account.memberships]
    return db.session.scalar(
        sa.select(Organisation)
        .join(IdentityProvider, IdentityProvider.organisation_id == Organisation.id)
        .where(IdentityProvider.is_only_way, Organisation.id.in_(ids))
        .order_by(Organisation.name)
        .limit(1)
    )


def known_by(account: Account) -> list[IdentityProvider]:
    """Return the providers that know a person, by the names of their organisations."""
    query = (
        sa.select(IdentityProvider)
        .join(IdentityProvider.organisation)
        .where(IdentityProvider.id.in_(_providers_of(account)))
        .order_by(Organisation.name, Organisation.id)
    )
    return list(db.session.scalars(query))


def is_known_as(account: Account, provider: IdentityProvider, subject: str) -> bool:
    """Tell whether a provider's word is about this person."""
    query = _providers_of(account).where(
        ExternalIdentity.provider_id == provider.id, ExternalIdentity.subject == subject
    )
    return db.session.scalar(query) is not None


def _providers_of(account: Account) -> sa.Select[uuid.UUID]:
    return sa.select(ExternalIdentity.provider_id).where(ExternalIdentity.account_id == account.id)


def _first_time(provider: IdentityProvider, subject: str, *, email: str, name: str, now: datetime) -> Account:
    email = accounts.tidied(email)
    domains = {row.domain for row in provider.organisation.domains}
    if email.rpartition("@")[2] not in domains:
        raise DomainError(NOT_YOURS.format(name=provider.organisation.name))
    account = accounts.find(email)
    if account is None:
        account = Account(email=email, name=name or email, password_hash=None, created_at=now)
        db.session.add(account)
        db.session.flush()
    db.session.add(ExternalIdentity(provider_id=provider.id, subject=subject, account_id=account.id, created_at=now))
    db.session.flush()
    audit.record("account.linked_to_provider", account, by=Actor(account.id, account.name, provider.organisation_id))
    return account
