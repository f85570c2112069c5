"""Who is told by e-mail of indicative prices: the supplier's own people, and nobody else. No e-mail names a price."""

from datetime import datetime

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, Membership, PriceOffer, PriceVersion
from showcase.models.prices import NOTICE
from showcase.policies import Actor
from showcase.services import messages
from showcase.services.audit import LONDON


def tell_of_version(version: PriceVersion, *, by: Actor, now: datetime) -> None:
    """Tell the supplier that its prices were received, and until when they are sealed."""
    offer = version.offer
    opens = f"{offer.opens_at.astimezone(LONDON):%-d %B %Y at %H:%M}"
    body = (
        f"Version {version.number} of your indicative prices for the interest list “{offer.interest_list.title}” was "
        f"saved. It is sealed until {opens} in London: until then nobody but your firm can read it, and after that "
        "LGA staff, and the lead authority where it compares options. You can give another version until then, and "
        "withdraw at any time."
    )
    _send(offer, f"Received: indicative prices for {offer.interest_list.title}", body, now)


def tell_of_withdrawal(offer: PriceOffer, *, by: Actor, now: datetime) -> None:
    """Tell the supplier that its prices were withdrawn."""
    body = f"{by.name} withdrew your indicative prices for the interest list “{offer.interest_list.title}”."
    _send(offer, f"Withdrawn: indicative prices for {offer.interest_list.title}", body, now)


def _send(offer: PriceOffer, subject: str, body: str, now: datetime) -> None:
    address = messages.link(f"/interest-lists/{offer.interest_list_id}/prices")
    people = db.session.scalars(
        sa.select(Account)
        .join(Membership)
        .where(Membership.organisation_id == offer.supplier_id, Account.deactivated_at.is_(None))
        .order_by(Account.email)
    )
    for account in people:
        messages.queue(account.email, subject, f"{body}\n\n{NOTICE}\n\n{address}", now=now)
