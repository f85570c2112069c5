"""Contracts that councils have now: record, change, delete, and carry over from a challenge's answers.

Each change leaves an entry in the audit trail that says which particulars changed, never their values. Many at once
come through `contract_import`; what they add up to is told by `radar`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Challenge, Contract, InterestList, Organisation, Pledge
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor, Permission, answers_for, require, visible_to
from showcase.services import audit
from showcase.services.paging import contains

MOST_MONTHS = 240


@dataclass(frozen=True)
class Details:
    """What is recorded of a contract."""

    supplier: str
    product: str
    service_area: str
    ends_on: date
    notice_months: int | None = None
    extension_months: int | None = None
    annual_cost_pence: int | None = None
    """Excluding VAT."""
    exit_terms: str = ""

    @property
    def identity(self) -> str:
        """Supplier, product and service in one plain form, by which a contract is known again."""
        return " / ".join((plain_supplier(self.supplier), " ".join(self.product.casefold().split()), self.service_area))


LABELS = {
    "supplier": "Supplier",
    "product": "Product",
    "service_area": "Service",
    "ends_on": "Ends on",
    "notice_months": "Notice in months",
    "extension_months": "Possible extension in months",
    "annual_cost_pence": "Annual cost excluding VAT",
    "exit_terms": "Exit terms",
}


def plain_supplier(name: str) -> str:
    """Return a supplier's name without case, punctuation and its legal form, so that spellings of one name agree."""
    words = re.sub(r"[^\w\s]", " ", name.casefold().replace("&", " and ")).split()
    while len(words) > 1 and words[-1] in {"ltd", "limited", "plc", "llp", "inc", "uk", "group"}:
        words.pop()
    return " ".join(words)


# --- reading ----------------------------------------------------------------------------------------------------------


def select_visible(*, seen_by: Actor, service_area: str = "", words: str = "") -> sa.Select[Contract]:
    """Return the query for the contracts that the viewer may read, those that end first on top."""
    query = sa.select(Contract).where(visible_to(seen_by, Contract)).options(joinedload(Contract.council))
    if service_area:
        query = query.where(Contract.service_area == service_area)
    if words:
        named = Contract.council.has(contains(Organisation.name, words))
        query = query.where(sa.or_(contains(Contract.supplier, words), contains(Contract.product, words), named))
    return query.order_by(Contract.ends_on, Contract.supplier, Contract.id)


def of_members(interest_list: InterestList, *, seen_by: Actor) -> Mapping[UUID, Sequence[Contract]]:
    """Return the contracts for a list's service of the councils on it, by council, as far as the viewer reads them."""
    on_it = sa.select(Pledge.council_id).where(Pledge.interest_list_id == interest_list.id)
    query = (
        sa.select(Contract)
        .where(
            visible_to(seen_by, Contract),
            Contract.service_area == (interest_list.service_area or ""),
            Contract.council_id.in_(on_it),
        )
        .order_by(Contract.ends_on, Contract.supplier, Contract.id)
    )
    found: dict[UUID, list[Contract]] = {}
    for contract in db.session.scalars(query):
        found.setdefault(contract.council_id, []).append(contract)
    return found


def carried_from(challenge: Challenge, *, by: Actor) -> dict[str, object]:
    """Return what a challenge's answers say of the contract it may replace, as far as the actor reads them."""
    told = answers_for(by, challenge, challenge.content)
    areas = told.get("service_areas") or []
    ends_on = told.get("contract_ends_on")
    return {
        "supplier": told.get("contract_supplier", ""),
        "product": told.get("contract_product", ""),
        "service_area": areas[0] if areas else "",
        "ends_on": date.fromisoformat(ends_on) if ends_on else None,
    }


def challenges_to_carry(*, by: Actor) -> Sequence[Challenge]:
    """Return the council's challenges that name a contract which is not recorded from them yet."""
    carried = sa.select(Contract.challenge_id).where(Contract.challenge_id.is_not(None))
    own = db.session.scalars(
        sa.select(Challenge)
        .where(Challenge.organisation_id == by.organisation_id, Challenge.id.not_in(carried))
        .order_by(Challenge.created_at, Challenge.id)
    )
    return [c for c in own if c.content.get("contract_supplier") or c.content.get("contract_product")]


# --- changing ---------------------------------------------------------------------------------------------------------


def record(
    details: Details, *, by: Actor, now: datetime, challenge: Challenge | None = None, is_illustrative: bool = False
) -> Contract:
    """Record a contract of the actor's council.

    Raises:
        NotAllowed: the policy says no.
        DomainError: a particular is wrong.
        Conflict: that contract is recorded already.
    """
    require(by, Permission.CONTRACT_RECORD)
    _check(details)
    if find_own(details, by=by) is not None:
        raise Conflict("Your council has recorded this contract already: same supplier, product and service.")
    contract = Contract(
        council_id=by.organisation_id,
        identity=details.identity,
        challenge_id=challenge.id if challenge else None,
        updated_at=now,
        created_at=now,
        is_illustrative=is_illustrative,
        **asdict(details),
    )
    db.session.add(contract)
    db.session.flush()
    audit.record("contract.recorded", contract, by=by, service=details.service_area)
    return contract


def change(contract: Contract, details: Details, *, revision: int, by: Actor, now: datetime) -> None:
    """Change what is recorded of a contract.

    Raises:
        NotAllowed: the policy says no.
        DomainError: a particular is wrong.
        Conflict: someone else changed it first, or another contract is recorded under these particulars.
    """
    require(by, Permission.CONTRACT_EDIT, contract)
    _check(details)
    db.session.refresh(contract, with_for_update=True)
    if contract.revision != revision:
        raise Conflict(
            "Someone in your council changed this contract after you opened it. Yours is below, unsaved; "
            "save again to replace what they wrote."
        )
    twin = find_own(details, by=by)
    if twin is not None and twin.id != contract.id:
        raise Conflict("Your council has another contract with this supplier, product and service.")
    changed = [name for name, value in asdict(details).items() if getattr(contract, name) != value]
    if not changed:
        return
    for name, value in asdict(details).items():
        setattr(contract, name, value)
    contract.identity, contract.updated_at = details.identity, now
    contract.revision += 1
    db.session.flush()
    audit.record("contract.changed", contract, by=by, particulars=[LABELS[name] for name in changed])


def delete(contract: Contract, *, by: Actor) -> None:
    """Delete a contract; the audit trail keeps that it was there.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.CONTRACT_EDIT, contract)
    audit.record("contract.deleted", contract, by=by, service=contract.service_area)
    db.session.delete(contract)
    db.session.flush()


def find_own(details: Details, *, by: Actor) -> Contract | None:
    """Return the contract of the actor's council that goes by the same supplier, product and service."""
    return db.session.scalar(
        sa.select(Contract).where(Contract.council_id == by.organisation_id, Contract.identity == details.identity)
    )


def _check(details: Details) -> None:
    if details.service_area not in vocabulary("service_areas").labels:
        raise DomainError("Choose a service.")
    for months in (details.notice_months, details.extension_months):
        if months is not None and not 0 <= months <= MOST_MONTHS:
            raise DomainError(f"Notice and extension are at most {MOST_MONTHS} months.")
    if not 1990 <= details.ends_on.year <= 2100:
        raise DomainError("A contract ends between 1990 and 2100.")
