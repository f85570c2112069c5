"""The plan of one-to-one meetings at an event: times, places and limits, set once by staff and offered to all at once.

Every invited supplier gets the same offer: the same number of meetings, the same window of time to ask, told in the
same round of e-mails. Once the window has opened, what the offer says cannot be changed any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import (
    Event,
    EventChallenge,
    Invitation,
    Meeting,
    MeetingPlan,
    MeetingRound,
    Organisation,
    Publication,
)
from showcase.models.enums import EventState, InvitationState, OrganisationKind
from showcase.policies import Actor, Permission, require
from showcase.services import audit, events, meeting_messages

MOST_MEETINGS = 20
"""Of one organisation at one event."""
MOST_ROUNDS = 40
MOST_PLACES = 40


@dataclass(frozen=True)
class Terms:
    """What staff set. Names are those of the columns."""

    minutes: int
    starts: Sequence[datetime]
    """When rounds begin."""
    places: Sequence[str]
    opens_at: datetime
    closes_at: datetime
    most_of_supplier: int
    most_of_council: int


def find(event: Event) -> MeetingPlan | None:
    """Return the plan of an event, if there are to be meetings."""
    query = sa.select(MeetingPlan).where(MeetingPlan.event_id == event.id).options(selectinload(MeetingPlan.rounds))
    return db.session.scalar(query)


def suppliers(event: Event) -> Sequence[Organisation]:
    """Return the suppliers that are invited and have not declined, by name: those to whom the offer is made."""
    return _invited(event, OrganisationKind.SUPPLIER)


def councils(event: Event) -> Sequence[Organisation]:
    """Return the councils whose challenges the event is held around, by name."""
    held = (
        sa.select(Publication.organisation_id)
        .join(EventChallenge, EventChallenge.challenge_id == Publication.id)
        .where(EventChallenge.event_id == event.id)
    )
    query = sa.select(Organisation).where(Organisation.id.in_(held)).order_by(Organisation.name, Organisation.id)
    return db.session.scalars(query).all()


def keep(event: Event, terms: Terms, *, revision: int, by: Actor, now: datetime) -> MeetingPlan:
    """Set or change the plan.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone else saved since `revision`, the event is over, or the offer is made and would change.
        DomainError: times, places or limits cannot be right.
    """
    require(by, Permission.MEETING_PLAN, event)
    events.hold(event)
    if event.state is EventState.CANCELLED or now >= event.ends_at:
        raise Conflict("This showcase is over or cancelled.")
    _check(event, terms)
    plan = find(event)
    if plan is None:
        plan = MeetingPlan(event=event, created_at=now, revision=0)
        db.session.add(plan)
    elif plan.revision != revision:
        raise Conflict("Someone else changed these meetings while you were writing. Look at what is there now.")
    elif plan.opens_at <= now and _offer(plan) != (terms.opens_at, terms.most_of_supplier, terms.most_of_council):
        raise Conflict("The offer is made: how many meetings each has, and from when, stays as everyone was told.")
    else:
        _require_free(plan, terms)
    for name in ("minutes", "opens_at", "closes_at", "most_of_supplier", "most_of_council"):
        setattr(plan, name, getattr(terms, name))
    plan.places = list(terms.places)
    known = {each.starts_at: each for each in plan.rounds}
    plan.rounds = [known.get(start) or MeetingRound(starts_at=start) for start in sorted(terms.starts)]
    plan.revision += 1
    db.session.flush()
    audit.record("meeting_plan.kept", plan, by=by, event=str(event.id), rounds=len(plan.rounds))
    return plan


def offer_due(*, now: datetime) -> int:
    """Tell everyone invited that meetings can be asked for, once each, from when the window opens; return how many.

    Who is invited later is told then, with what is left of the window.
    """
    query = (
        sa.select(MeetingPlan)
        .join(Event, Event.id == MeetingPlan.event_id)
        .where(MeetingPlan.opens_at <= now, MeetingPlan.closes_at > now, Event.state == EventState.ANNOUNCED)
        .order_by(MeetingPlan.id)
    )
    told = 0
    for plan in db.session.scalars(query).all():
        told += meeting_messages.offer(plan, suppliers(plan.event), councils(plan.event), now=now)
        if plan.offered_at is None:
            plan.offered_at = now
            audit.record("meeting_plan.offered", plan, by=Actor(name="Worker"), event=str(plan.event_id))
    db.session.flush()
    return told


def _invited(event: Event, kind: OrganisationKind) -> Sequence[Organisation]:
    standing = sa.select(Invitation.organisation_id).where(
        Invitation.event_id == event.id, Invitation.state.in_((InvitationState.SENT, InvitationState.ACCEPTED))
    )
    query = sa.select(Organisation).where(Organisation.id.in_(standing), Organisation.kind == kind)
    return db.session.scalars(query.order_by(Organisation.name, Organisation.id)).all()


def _offer(plan: MeetingPlan) -> tuple[datetime, int, int]:
    return plan.opens_at, plan.most_of_supplier, plan.most_of_council


def _check(event: Event, terms: Terms) -> None:
    starts = sorted(terms.starts)
    length = timedelta(minutes=terms.minutes)
    faults = [
        (not 5 <= terms.minutes <= 120, "A meeting takes 5 to 120 minutes."),
        (not starts or len(starts) > MOST_ROUNDS, f"Enter 1 to {MOST_ROUNDS} times at which meetings begin."),
        (
            any(later - earlier < length for earlier, later in pairwise(starts)),
            f"Times must lie at least {terms.minutes} minutes apart: no two rounds overlap.",
        ),
        (not terms.places or len(terms.places) > MOST_PLACES, f"Enter 1 to {MOST_PLACES} places, one a line."),
        (len(set(terms.places)) != len(terms.places), "Each place needs a name of its own."),
        (any(len(place) > 60 for place in terms.places), "Use 60 characters or fewer for a place."),
        (terms.opens_at >= terms.closes_at, "Asking must end after it begins."),
        (bool(starts) and terms.closes_at > starts[0], "Asking must end before the first meeting."),
        (bool(starts) and starts[0] < event.starts_at, "The first meeting cannot begin before the showcase does."),
        (
            not all(1 <= most <= MOST_MEETINGS for most in (terms.most_of_supplier, terms.most_of_council)),
            f"An organisation can have 1 to {MOST_MEETINGS} meetings.",
        ),
    ]
    if found := [words for is_wrong, words in faults if is_wrong]:
        raise DomainError(" ".join(found))


def _require_free(plan: MeetingPlan, terms: Terms) -> None:
    """Refuse to take away a time or a place that a meeting has, or to lengthen meetings under them."""
    query = sa.select(Meeting.starts_at, Meeting.place).where(
        Meeting.plan_id == plan.id, Meeting.starts_at.is_not(None)
    )
    used = db.session.execute(query).all()
    if any(row.starts_at not in terms.starts or row.place not in terms.places for row in used):
        raise Conflict("A meeting has a time or place that you took away. Make the timetable again first.")
