"""Organisations: finding, approving and suspending them, what a supplier says of itself, councils' e-mail domains."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, with_polymorphic

from showcase.errors import Conflict, DomainError, NotFound
from showcase.extensions import db
from showcase.models import Account, Council, EmailDomain, Host, Membership, Organisation, Publication, Supplier
from showcase.policies import Actor, Permission, require, visible_to
from showcase.services import account_messages, audit
from showcase.services.paging import contains

DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
STANDINGS: Mapping[str, str] = {
    "active": "Active",
    "waiting": "Waiting for approval",
    "refused": "Not approved",
    "suspended": "Suspended",
}
"""Label of each standing that an organisation can have with LGA staff."""


@dataclass(frozen=True)
class Filters:
    """What a list of organisations is narrowed to; empty for no narrowing."""

    text: str = ""
    kinds: Sequence[str] = ()
    regions: Sequence[str] = ()
    standings: Sequence[str] = ()
    has_ended: bool = False
    """Whether councils that no longer exist are listed as well."""


def host(*, now: datetime) -> Host:
    """Return the Local Government Association, made when it is first asked for."""
    found = db.session.scalar(sa.select(Host))
    if found is None:
        found = Host(name="Local Government Association", approved_at=now, created_at=now)
        db.session.add(found)
        db.session.flush()
    return found


def standing(organisation: Organisation) -> str:
    """Return where an organisation stands with LGA staff: one of `STANDINGS`."""
    if organisation.is_active:
        return "active"
    if organisation.approved_at is None:
        return "waiting" if organisation.suspended_at is None else "refused"
    return "suspended"


def listed(filters: Filters, *, seen_by: Actor, now: datetime) -> sa.Select[Organisation]:
    """Return the query of the organisations that the viewer may see, by name."""
    every = with_polymorphic(Organisation, [Council, Supplier])
    query = sa.select(every).where(visible_to(seen_by, Organisation)).order_by(Organisation.name, Organisation.id)
    if not filters.has_ended:
        query = query.where(sa.or_(every.Council.ends_on.is_(None), every.Council.ends_on >= now.date()))
    if filters.text:
        query = query.where(
            sa.or_(
                contains(Organisation.name, filters.text),
                contains(every.Council.short_name, filters.text),
                every.Council.gss_code == filters.text.upper(),
                every.Supplier.companies_house_number == filters.text.upper(),
            )
        )
    if filters.kinds:
        query = query.where(Organisation.kind.in_(filters.kinds))
    if filters.regions:
        query = query.where(Organisation.region.in_(filters.regions))
    if filters.standings:
        query = query.where(sa.or_(*(_has_standing(name) for name in filters.standings)))
    return query


def _has_standing(name: str) -> sa.ColumnElement[bool]:
    is_approved, is_stopped = Organisation.approved_at.is_not(None), Organisation.suspended_at.is_not(None)
    return {
        "active": is_approved & ~is_stopped,
        "waiting": ~is_approved & ~is_stopped,
        "refused": ~is_approved & is_stopped,
        "suspended": is_approved & is_stopped,
    }.get(name, sa.false())


def successors_of(council: Council) -> Sequence[Council]:
    """Return the councils that take over from one, by name."""
    codes = council.successor_codes or []
    return db.session.scalars(sa.select(Council).where(Council.gss_code.in_(codes)).order_by(Council.name)).all()


def predecessors_of(council: Council) -> Sequence[Council]:
    """Return the councils that one takes over from, by name."""
    ending = db.session.scalars(sa.select(Council).where(Council.ends_on.is_not(None)).order_by(Council.name))
    return [each for each in ending if council.gss_code in (each.successor_codes or [])]


def named(codes: Sequence[str | None]) -> dict[str, Council]:
    """Return the councils of some GSS codes, by code."""
    found = db.session.scalars(sa.select(Council).where(Council.gss_code.in_([code for code in codes if code])))
    return {council.gss_code: council for council in found if council.gss_code}


def published_by(organisation: Organisation, *, seen_by: Actor) -> Sequence[Publication]:
    """Return what an organisation has published and the viewer may see, the newest first; at most twenty."""
    query = sa.select(Publication).options(joinedload(Publication.published_version))
    query = query.where(
        Publication.organisation_id == organisation.id,
        Publication.published_version_id.is_not(None),
        visible_to(seen_by, Publication),
    )
    return db.session.scalars(query.order_by(Publication.published_at.desc(), Publication.id).limit(20)).all()


# --- what LGA staff decide --------------------------------------------------------------------------------------------


def approve(organisation: Organisation, *, by: Actor, now: datetime) -> None:
    """Let a supplier in: what it publishes can be seen by councils.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is approved already.
    """
    require(by, Permission.ORGANISATION_MANAGE, organisation)
    if organisation.approved_at is not None:
        raise Conflict(f"{organisation.name} is approved already")
    organisation.approved_at, organisation.suspended_at = now, None
    _tell("approved", organisation, by=by, now=now)


def refuse(organisation: Organisation, reason: str, *, by: Actor, now: datetime) -> None:
    """Do not let a supplier in, and say why. It can be approved later.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it does not wait for approval.
        DomainError: no reason is given.
    """
    require(by, Permission.ORGANISATION_MANAGE, organisation)
    if standing(organisation) != "waiting":
        raise Conflict(f"{organisation.name} does not wait for approval")
    _need(reason)
    organisation.suspended_at = now
    _tell("refused", organisation, by=by, now=now, reason=reason)


def suspend(organisation: Organisation, reason: str, *, by: Actor, now: datetime) -> None:
    """Take what an organisation published out of sight, and say why.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is not active, or it is the one that the person acts for.
        DomainError: no reason is given.
    """
    require(by, Permission.ORGANISATION_MANAGE, organisation)
    if standing(organisation) != "active" or organisation.id == by.organisation_id:
        raise Conflict(f"{organisation.name} cannot be suspended")
    _need(reason)
    organisation.suspended_at = now
    _tell("suspended", organisation, by=by, now=now, reason=reason)


def reinstate(organisation: Organisation, *, by: Actor, now: datetime) -> None:
    """Bring what a suspended organisation published back into sight.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is not suspended.
    """
    require(by, Permission.ORGANISATION_MANAGE, organisation)
    if standing(organisation) != "suspended":
        raise Conflict(f"{organisation.name} is not suspended")
    organisation.suspended_at = None
    _tell("reinstated", organisation, by=by, now=now)


def _need(reason: str) -> None:
    if not reason.strip():
        raise DomainError("Say why: the organisation is sent your reason")


def _tell(step: str, organisation: Organisation, *, by: Actor, now: datetime, reason: str = "") -> None:
    """Keep a step of LGA staff, in the audit trail and in an e-mail to the organisation's administrators."""
    db.session.flush()
    details: dict[str, Any] = {"reason": reason.strip()} if reason else {}
    audit.record(f"organisation.{step}", organisation, by=by, **details)
    administrators = sa.select(Account).join(Account.memberships).order_by(Account.email)
    administrators = administrators.where(Membership.organisation_id == organisation.id, Membership.is_administrator)
    for person in db.session.scalars(administrators):
        account_messages.send(
            step,
            person.email,
            path=f"/organisations/{organisation.id}",
            now=now,
            organisation=organisation,
            reason=reason.strip(),
        )


# --- what a supplier says of itself -----------------------------------------------------------------------------------

SUPPLIER_FACTS = (
    "name",
    "about",
    "website",
    "region",
    "companies_house_number",
    "ppon",
    "founded_year",
    "is_vcse",
    "staff",
    "turnover_pence",
    "balance_sheet_pence",
    "figures_on",
)


def edit(supplier: Supplier, facts: Mapping[str, Any], *, by: Actor) -> None:
    """Keep what a supplier says of itself: some or all of `SUPPLIER_FACTS`.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.ORGANISATION_EDIT, supplier)
    changed = [name for name in SUPPLIER_FACTS if name in facts and facts[name] != getattr(supplier, name)]
    before = audit.told({name: getattr(supplier, name) for name in changed})
    for name in changed:
        setattr(supplier, name, facts[name])
    db.session.flush()
    if changed:
        after = audit.told({name: facts[name] for name in changed})
        audit.record("organisation.edited", supplier, by=by, changed=changed, before=before, after=after)


# --- councils' e-mail domains -----------------------------------------------------------------------------------------


def sharers_of(domains: Sequence[str], *, beside: Organisation) -> dict[str, list[str]]:
    """Return the names of the other councils whose officers write from some domains, by domain."""
    query = sa.select(EmailDomain.domain, Organisation.name).join(EmailDomain.organisation)
    query = query.where(EmailDomain.domain.in_(domains), Organisation.id != beside.id).order_by(Organisation.name)
    shared: dict[str, list[str]] = {}
    for domain, name in db.session.execute(query):
        shared.setdefault(domain, []).append(name)
    return shared


def add_domain(council: Organisation, domain: str, *, by: Actor) -> EmailDomain:
    """Let officers who write from a domain join a council.

    Raises:
        NotAllowed: the policy says no.
        DomainError: it is no domain, belongs to everyone, or is the council's already.
    """
    require(by, Permission.ORGANISATION_MANAGE, council)
    domain = domain.strip().lower().removeprefix("@")
    if not isinstance(council, Council) or not DOMAIN.fullmatch(domain):
        raise DomainError("Enter a domain, such as northmere.gov.uk")
    if domain in OPEN_TO_ALL:
        raise DomainError(f"Anyone can have an address of {domain}")
    if any(known.domain == domain for known in council.domains):
        raise Conflict(f"{domain} is a domain of {council.name} already")
    row = EmailDomain(domain=domain)
    council.domains.append(row)
    db.session.flush()
    audit.record("organisation.domain_added", council, by=by, domain=domain)
    return row


OPEN_TO_ALL = frozenset(
    (
        *("aol.com", "btinternet.com", "gmail.com", "gmx.com", "gov.uk", "googlemail.com", "hotmail.co.uk"),
        *("hotmail.com", "icloud.com", "live.co.uk", "live.com", "me.com", "msn.com", "outlook.com", "proton.me"),
        *("protonmail.com", "sky.com", "talktalk.net", "virginmedia.com", "yahoo.co.uk", "yahoo.com"),
    )
)
"""Domains in which anyone can have an address."""


def remove_domain(council: Organisation, domain_id: uuid.UUID, *, by: Actor) -> str:
    """Let officers who write from a domain no longer join a council; those who have stay. Return the domain.

    Raises:
        NotAllowed: the policy says no.
        NotFound: the council has no such domain.
    """
    require(by, Permission.ORGANISATION_MANAGE, council)
    for row in council.domains:
        if row.id == domain_id:
            domain = row.domain
            council.domains.remove(row)
            db.session.flush()
            audit.record("organisation.domain_removed", council, by=by, domain=domain)
            return domain
    raise NotFound
