"""Who is told by e-mail of interest lists, and in which words. No e-mail says when or how far another council moved.

What goes to members, suppliers and proposers is written from the list's own words alone. Where one council stands is
told to that council's people and to LGA staff, and to nobody else.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, InterestList, Membership, Organisation, Pledge
from showcase.models.enums import OrganisationKind
from showcase.models.interests import Rung
from showcase.models.rungs import LABELS
from showcase.policies import Actor
from showcase.services import messages

MOVES: Mapping[str, tuple[str, str]] = {
    "open": ("Open: {title}", "The interest list “{title}” is open. Councils can join until {closes}."),
    "announce_closing": (
        "Closing soon: {title}",
        "The interest list “{title}” takes no more councils. Those on it can change where they stand until {closes}.",
    ),
    "let_in_again": ("Open again: {title}", "The interest list “{title}” takes councils again.\n\n{reason}"),
    "close": ("Closed: {title}", "The interest list “{title}” is closed. Where each council stands stays as it is."),
    "withdraw": ("Withdrawn: {title}", "LGA staff withdrew the interest list “{title}”:\n\n{reason}"),
    "give_up": ("Not opened: {title}", "The proposed interest list “{title}” is not opened:\n\n{reason}"),
}
NOTICE = "This is not a call for competition and commits nobody to buy."


def tell_of_proposal(interest_list: InterestList, *, by: Actor, now: datetime) -> None:
    """Tell staff that a council proposes a list."""
    if by.is_staff or interest_list.proposed_for is None:
        return
    body = f"{interest_list.proposed_for.name} proposes the interest list “{interest_list.title}”."
    _send(staff(), f"Proposed: {interest_list.title}", body, interest_list, by, now)


def tell_of_move(interest_list: InterestList, verb: str, *, by: Actor, now: datetime) -> None:
    """Tell the councils on a list, and the one that proposed it, what became of it."""
    subject, body = MOVES[verb]
    closes = f"{interest_list.closes_on:%-d %B %Y}" if interest_list.closes_on else "a date that is not yet said"
    values = {"title": interest_list.title, "closes": closes, "reason": interest_list.state_reason}
    councils = {pledge.council_id for pledge in interest_list.pledges if pledge.is_in}
    councils |= {interest_list.proposed_for_id} if interest_list.proposed_for_id else set()
    people = _members(Membership.organisation_id.in_(councils))
    _send(people, subject.format(**values), f"{body.format(**values)}\n\n{NOTICE}", interest_list, by, now)


def tell_of_step(pledge: Pledge, before: Rung | None, *, by: Actor, now: datetime) -> None:
    """Tell a council's own administrators and procurement lead, and staff, where the council stands from now on."""
    interest_list = pledge.interest_list
    own = Membership.organisation_id == pledge.council_id
    people = _members(own, sa.or_(Membership.is_administrator, Membership.is_procurement_lead))
    was = f", before: {LABELS[before].lower()}" if before else ""
    body = f"{pledge.council.name} now stands at: {LABELS[pledge.rung].lower()}{was}. {by.name} said so.\n\n{NOTICE}"
    _send([*people, *staff()], f"{pledge.council.name}: {interest_list.title}", body, interest_list, by, now)


def remind(pledge: Pledge, words: str, *, key: str, now: datetime) -> None:
    """Remind a council's own people of a list, once for each key."""
    interest_list = pledge.interest_list
    people = _members(Membership.organisation_id == pledge.council_id)
    subject = f"Reminder: {interest_list.title}"
    _send(people, subject, f"{words}\n\n{NOTICE}", interest_list, Actor(), now, key=key)


def staff() -> list[Account]:
    """Return everyone who acts for the host."""
    return _members(Membership.organisation.has(Organisation.kind == OrganisationKind.HOST))


def send_to_staff(interest_list: InterestList, subject: str, body: str, *, key: str, now: datetime) -> None:
    """Tell staff something about a list, once for each key."""
    _send(staff(), subject, body, interest_list, Actor(), now, key=key)


def _send(
    people: list[Account],
    subject: str,
    body: str,
    interest_list: InterestList,
    by: Actor,
    now: datetime,
    key: str | None = None,
) -> None:
    mark = "Illustrative: not a list of these councils.\n\n" if interest_list.is_illustrative else ""
    link = messages.link(f"/interest-lists/{interest_list.id}")
    for person in {person.id: person for person in people}.values():
        if person.id != by.account_id:
            unique = f"{key}:{person.id}" if key else None
            messages.queue(person.email, subject, f"{mark}{body}\n\n{link}", now=now, key=unique)


def _members(*conditions: sa.ColumnElement[bool]) -> list[Account]:
    query = (
        sa.select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(Account.deactivated_at.is_(None), *conditions)
        .order_by(Account.email)
        .distinct()
    )
    return list(db.session.scalars(query))
