"""Suppliers that follow a service: their published profiles name it, and their administrators did not say no to news.

What is new in a service (a challenge, a call, an interest list that takes prices) is told to these people alone.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, Facet, Membership, Solution, Supplier


def administrators_in(areas: Sequence[str]) -> list[Account]:
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
