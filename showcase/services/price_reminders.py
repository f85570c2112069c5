"""What suppliers are told of lists that take indicative prices: that one does, and that its time is nearly over.

The worker calls `tell` now and then; each e-mail is sent once. It goes to administrators of suppliers that follow the
list's service and to the people of those that gave prices, in the same words, so that it tells nobody who gave any.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, InterestList, Membership, PriceOffer, Supplier
from showcase.models.interests import ListState
from showcase.models.prices import NOTICE
from showcase.models.vocabularies import vocabulary
from showcase.services import messages, service_followers
from showcase.services.audit import LONDON

CLOSES_WITHIN = timedelta(days=3)
NEWS = (
    "An interest list of councils takes indicative prices until {closes} in London:\n\n{title}\n\n{need}\n\n"
    "It is in a service that one of your published profiles names ({service})."
)
REMINDER = (
    "The interest list “{title}” takes indicative prices until {closes} in London. Until then your firm can give them,"
    " and change or withdraw what it gave."
)
WHY = "You get this because your firm follows this service or gave prices for this list. To stop such news, open {link}"


def tell(*, now: datetime) -> int:
    """Queue what is due about every list that takes prices; return how many e-mails were due, sent before or not."""
    open_to_prices = sa.select(InterestList).where(
        InterestList.state.in_((ListState.OPEN, ListState.CLOSING)),
        InterestList.prices_close_at > now,
        InterestList.is_illustrative.is_(False),
    )
    due = 0
    for interest_list in db.session.scalars(open_to_prices.order_by(InterestList.id)).all():
        closes = interest_list.prices_close_at
        assert closes is not None, "the query asks for lists with a time"
        followers = _followers(interest_list)
        for person in followers:
            subject = f"Indicative prices wanted: {interest_list.title}"
            _queue(interest_list, person, subject, NEWS, f"price-news:{interest_list.id}:{person.id}", now)
        due += len(followers)
        if closes - now <= CLOSES_WITHIN:
            concerned = {person.id: person for person in (*followers, *_givers(interest_list))}
            for person in concerned.values():
                subject = f"Prices close soon: {interest_list.title}"
                key = f"price-closing:{interest_list.id}:{closes.isoformat()}:{person.id}"
                _queue(interest_list, person, subject, REMINDER, key, now)
            due += len(concerned)
    db.session.flush()
    return due


def _queue(interest_list: InterestList, person: Account, subject: str, body: str, key: str, now: datetime) -> None:
    closes = interest_list.prices_close_at
    assert closes is not None, "only lists with a time are told of"
    local = closes.astimezone(LONDON)
    words = body.format(
        title=interest_list.title,
        need=interest_list.need,
        closes=f"{local.day} {local:%B %Y, %H:%M}",
        service=vocabulary("service_areas").label(interest_list.service_area or ""),
    )
    link = messages.link(f"/interest-lists/{interest_list.id}/prices")
    why = WHY.format(link=messages.link("/account"))
    messages.queue(person.email, subject, f"{words}\n\n{NOTICE}\n\n{link}\n\n{why}", now=now, key=key)


def _followers(interest_list: InterestList) -> list[Account]:
    """Return who follows the list's service; of a shared ask to one supplier that is not news for others."""
    if interest_list.service_area is None or interest_list.asked_supplier:
        return []
    return service_followers.administrators_in([interest_list.service_area])


def _givers(interest_list: InterestList) -> list[Account]:
    """Return the people of the suppliers whose prices stand."""
    firms = sa.select(PriceOffer.supplier_id).where(
        PriceOffer.interest_list_id == interest_list.id, PriceOffer.withdrawn_at.is_(None)
    )
    query = (
        sa.select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .join(Supplier, Supplier.id == Membership.organisation_id)
        .where(Account.deactivated_at.is_(None), Supplier.suspended_at.is_(None), Supplier.id.in_(firms))
        .distinct()
        .order_by(Account.email)
    )
    return list(db.session.scalars(query))
