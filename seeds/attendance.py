"""Who comes to the illustrative showcases and meets whom: invented people of real councils and invented firms.

They have no e-mail address, so that nobody is written to. Every step is taken through the services, at the time at
which it would have been taken.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, Candidate, Council, Event, Invitation, Organisation
from showcase.models.enums import AttendeeKind, Hall, InvitationState, OrganisationKind
from showcase.policies import Actor
from showcase.services import (
    attendee_needs,
    check_in,
    meeting_plans,
    meeting_timetable,
    meetings,
    registrations,
)
from showcase.services.attendee_needs import Needs
from showcase.services.meeting_plans import Terms
from showcase.services.registrations import Attendee

COMING = "showcase-coming"
"""Key of the showcase that is to be held."""
UNANSWERED = "camden-mould-before-winter"
"""Key of the challenge about which a meeting is asked for."""
OTHER_COUNCILS = 14
OBSERVERS = 6
ABSENT_EVERY = 7
"""Of those registered, each so manieth did not come."""
LAST_MEETING = timedelta(minutes=20)
"""How long before the end the last round of meetings begins."""
NEW = "About 4,000 cases a year go through this service, a third of them in winter. We did not say so in our statement."
"""What an invented officer said in a meeting that the challenge statement does not."""
NEEDS = (
    Needs(access=["step-free", "wheelchair-space"]),
    Needs(access=["captions"], dietary=["vegetarian"]),
    Needs(wants_call=True, telephone="020 7946 0000", dietary=["other-allergy"], dietary_words="Celery"),
)
"""What some of those ask for who come to the showcase that is to be held. The number is one kept for fiction."""


def register(event: Event, staff: Actor, *, asked: datetime, is_held: bool) -> None:
    """Register invented people for an event, and check in those who came if it was held."""
    made = [
        registrations.enter(event, who, Hall.ONLINE if n % 5 in (1, 3) else Hall.IN_PERSON, by=staff, now=asked)
        for n, who in enumerate(_attendees(event))
    ]
    if not is_held:
        for registration, needs in zip(made[::4], NEEDS, strict=False):
            attendee_needs.keep(registration, needs, by=staff, now=asked)
        return
    for n, registration in enumerate(made):
        if n % ABSENT_EVERY and registration.placed_in is not None:
            check_in.check_in(registration, by=staff, now=event.starts_at, hall=registration.placed_in)


def meet(event: Event, staff: Actor, *, offered: datetime, is_held: bool) -> None:
    """Plan one-to-one meetings; the first that were chosen meet, and what one council said that was new is released."""
    last = event.ends_at - LAST_MEETING
    terms = Terms(
        minutes=15,
        starts=[last - timedelta(minutes=20 * n) for n in (2, 1, 0)],
        places=["Table 1", "Table 2", "Table 3", "Call online"],
        opens_at=offered.replace(minute=0, second=0, microsecond=0),
        closes_at=event.starts_at - timedelta(days=2),
        most_of_supplier=3,
        most_of_council=4,
    )
    plan = meeting_plans.keep(event, terms, revision=0, by=staff, now=offered)
    for n, candidate in enumerate(_pitched(event)):
        council, firm = candidate.entry.challenge.organisation, candidate.solution.organisation
        note = "We would like to show how it works with your case system."
        meeting = meetings.ask(candidate.entry, firm, note=note, by=_acting(firm), now=offered)
        if candidate.entry.challenge.key == UNANSWERED:
            continue  # left for somebody at the demo to answer
        if n == 3:
            meetings.decline(meeting, "We heard what we need in the pitch.", by=_acting(council), now=offered)
            continue
        meetings.accept(meeting, by=_acting(council), now=offered)
        if is_held:
            rounds, places = plan.rounds, plan.places
            starts_at, place = rounds[n % len(rounds)].starts_at, places[n % len(places)]
            meeting_timetable.place(meeting, starts_at, place, by=staff, now=offered)
            after = event.ends_at + timedelta(hours=1)
            meetings.record(meeting, NEW if n == 1 else "", by=_acting(council), now=after)
            if n == 1:
                meetings.release(meeting, "How many cases there are", by=_acting(council), now=after)
            meetings.close(meeting, by=_acting(council), now=after)


def register_person(email: str, *, now: datetime) -> None:
    """Give a person of the demo a place at the showcase to come, without writing to them, unless they have one."""
    event = db.session.scalars(sa.select(Event).where(Event.key == COMING)).one()
    account = db.session.scalars(sa.select(Account).where(Account.email == email)).one()
    by = replace(_acting(account.memberships[0].organisation), account_id=account.id, name=account.name)
    if registrations.find_own(event, seen_by=by) is not None or registrations.why_closed(event, now=now):
        return
    organisation = account.memberships[0].organisation
    who = replace(_of(organisation, 1), name=account.name, account_id=account.id)
    registrations.enter(event, who, Hall.IN_PERSON, by=by, now=now).email = account.email


def _attendees(event: Event) -> Iterator[Attendee]:
    """Give two people of each council and firm that takes part, one of some other councils, and observers."""
    councils = meeting_plans.councils(event)
    for organisation in [*councils, *meeting_plans.suppliers(event)]:
        for number in (1, 2):
            yield _of(organisation, number)
    others = sa.select(Council).where(Council.id.not_in([each.id for each in councils]), Council.ends_on.is_(None))
    for council in db.session.scalars(others.order_by(Council.gss_code).limit(OTHER_COUNCILS)):
        yield _of(council, 1)
    for number in range(1, OBSERVERS + 1):
        yield Attendee(f"Invented observer {number}", None, AttendeeKind.OBSERVER)


def _of(organisation: Organisation, number: int) -> Attendee:
    is_council = organisation.kind is OrganisationKind.COUNCIL
    kind = AttendeeKind.COUNCIL if is_council else AttendeeKind.SUPPLIER
    role = "officer" if is_council else "speaker"
    name = f"Invented {role} {number} ({organisation.name})"
    return Attendee(name, None, kind, organisation.name, organisation_id=organisation.id)


def _pitched(event: Event) -> list[Candidate]:
    """Return the solutions whose suppliers accepted to pitch, one of each supplier and council at most, in order."""
    query = (
        sa.select(Candidate)
        .join(Invitation, Invitation.candidate_id == Candidate.id)
        .where(Invitation.event_id == event.id, Invitation.state == InvitationState.ACCEPTED)
    )

    def place(candidate: Candidate) -> tuple[bool, int, int, int]:
        entry = candidate.entry
        return entry.challenge.key != UNANSWERED, entry.track.position, entry.position, candidate.number

    met: set[object] = set()
    found = []
    for candidate in sorted(db.session.scalars(query), key=place):
        sides = {candidate.entry.challenge.organisation_id, candidate.solution.organisation_id}
        if not sides & met:
            found.append(candidate)
            met |= sides
    return found


def _acting(organisation: Organisation) -> Actor:
    return Actor(
        name="Seeds",
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        is_organisation_active=organisation.is_active,
        is_administrator=True,
        is_procurement_lead=True,
    )
