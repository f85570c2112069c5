"""News of a published challenge for the suppliers whose published profiles name one of its services."""

from datetime import datetime

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, Challenge, Facet, Membership, Solution, Supplier
from showcase.models.vocabularies import vocabulary
from showcase.services import messages

BODY = (
    "{council} published a challenge in a service that one of your published profiles names ({services}):\n\n"
    "{title}\n\n{link}\n\nYou can read it, see how your profile fits, and put a solution forward.\n\n"
    "You get this as an administrator of your firm, once for each challenge. To stop it, open {account}"
)


def tell(challenge: Challenge, *, now: datetime) -> None:
    """Queue an e-mail for each person concerned, once for a challenge however often it is published.

    Nobody is told of an illustrative challenge, nor of one that cannot be seen because its council is not active.
    """
    areas = list(challenge.published_content.get("service_areas") or ())
    if challenge.is_illustrative or not challenge.organisation.is_active:
        return
    body = BODY.format(
        council=challenge.organisation.name,
        services=", ".join(vocabulary("service_areas").label(area) for area in areas),
        title=challenge.published_title,
        link=messages.link(f"/challenges/{challenge.id}"),
        account=messages.link("/account"),
    )
    for person in _concerned(areas):
        key = f"challenge-news:{challenge.id}:{person.id}"
        messages.queue(person.email, f"New challenge: {challenge.published_title}", body, now=now, key=key)


def _concerned(areas: list[str]) -> list[Account]:
    """Return the administrators of approved suppliers with a published profile in one of the services, by address."""
    firms = (
        sa.select(Solution.organisation_id)
        .join(Facet, Facet.publication_id == Solution.id)
        .where(Solution.published_version_id.is_not(None), Facet.name == "service_areas", Facet.value.in_(areas))
    )
    query = (
        sa.select(Account)
        .join(Account.memberships)
        .join(Supplier, Supplier.id == Membership.organisation_id)
        .where(
            Account.deactivated_at.is_(None),
            Membership.is_administrator,
            Membership.is_told_of_challenges,
            Supplier.approved_at.is_not(None),
            Supplier.suspended_at.is_(None),
            Supplier.id.in_(firms),
        )
        .distinct()
        .order_by(Account.email)
    )
    return list(db.session.scalars(query))
