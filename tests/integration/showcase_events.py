"""Showcases that several tests share: a draft, an announced one with two challenges, and who does what to them."""

from datetime import UTC, datetime, timedelta

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Call, Candidate, Challenge, Criterion, Event, EventChallenge, Membership, Track
from showcase.models.enums import CriterionKind
from showcase.services import candidates, event_building, events, interest_declarations, scoring, selections
from tests.integration.conftest import People
from tests.integration.publication_texts import a_challenge, a_solution, published

NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
"""When the tests of showcases take place."""
STARTS = datetime(2027, 3, 10, 9, 30, tzinfo=UTC)
AFTER = STARTS + timedelta(days=1)


def particulars(**changes: object) -> events.Particulars:
    """Return the particulars of a showcase."""
    values: dict[str, object] = {
        "name": "Spring showcase",
        "summary": "Damp homes and missed bins.",
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(hours=7),
        "venue": "Bevan Hall",
        "address": "18 Smith Square, London",
        "pitch_minutes": 20,
        "in_person_places": 40,
        "online_places": 100,
    }
    return events.Particulars(**{**values, **changes})  # type: ignore[arg-type]


def a_draft(people: People, **changes: object) -> Event:
    """Make the draft of a showcase."""
    event = events.create(particulars(**changes), by=actor_for(people.staff), now=NOW)
    db.session.commit()
    return event


def a_call(event: Event, people: People, **changes: object) -> Call:
    """Give a showcase a call of 28 days."""
    values = {"opens_at": NOW + timedelta(days=7), "closes_at": NOW + timedelta(days=35), "short_because": ""}
    return event_building.add(event, Call, {**values, **changes}, by=actor_for(people.staff), now=NOW)


def a_criterion(event: Event, people: People, **changes: object) -> Criterion:
    """Give a showcase a criterion."""
    values = {"name": "Fit", "help": "Answers the problem.", "kind": CriterionKind.RATING, "weight": 2, "most": 5}
    return event_building.add(event, Criterion, {**values, **changes}, by=actor_for(people.staff), now=NOW)


def an_entry(event: Event, people: People, challenge: Challenge, places: int = 2) -> EventChallenge:
    """Put a published challenge in a track of its own."""
    staff = actor_for(people.staff)
    name = f"Track {len(event.tracks) + 1}"
    track = event_building.add(event, Track, {"name": name}, by=staff, now=NOW)
    db.session.expire(event, ["tracks"])
    values = {"track": track, "challenge": challenge, "places": places}
    return event_building.add(event, EventChallenge, values, by=staff, now=NOW)


def an_announced(people: People, *, places: int = 2, **changes: object) -> Event:
    """Make an announced showcase around a challenge of each council, scored by fit (2) and readiness (1)."""
    event = a_draft(people, **changes)
    for member, title in ((people.officer, "Damp homes"), (people.other_officer, "Missed bins")):
        challenge = a_challenge(member, title=title)
        published(challenge, people)
        an_entry(event, people, challenge, places)
    a_call(event, people)
    a_criterion(event, people)
    a_criterion(event, people, name="Ready for councils", kind=CriterionKind.YES_NO, weight=1)
    db.session.expire_all()
    events.announce(event, by=actor_for(people.staff), now=NOW)
    db.session.commit()
    return event


def let_in(entry: EventChallenge, *members: Membership) -> None:
    """Have people declare that they have no conflict of interest."""
    for member in members:
        interest_declarations.declare(entry, has_conflict=False, by=actor_for(member), now=NOW)
    db.session.expire_all()


def a_candidate(entry: EventChallenge, member: Membership, people: People, **answers: object) -> Candidate:
    """Make a published solution of a supplier a candidate."""
    solution = a_solution(member, **answers)
    published(solution, people)
    found = candidates.consider(entry, solution, by=actor_for(people.staff), now=NOW)
    db.session.commit()
    return found


def scored(candidate: Candidate, member: Membership, fit: int, is_ready: int, comment: str = "Answers us.") -> None:
    """Give a candidate one officer's score."""
    first, second = events.criteria_of(candidate.entry.event)
    scoring.give(candidate, {first.id: fit, second.id: is_ready}, comment, by=actor_for(member), now=NOW)
    db.session.commit()


def a_chosen(entry: EventChallenge, member: Membership, people: People, **answers: object) -> Candidate:
    """Make a candidate that its council scored and staff chose."""
    owner = next(m for m in vars(people).values() if m.organisation_id == entry.challenge.organisation_id)
    let_in(entry, people.staff, owner)
    found = a_candidate(entry, member, people, **answers)
    scored(found, owner, 4, 1)
    selections.choose(found, "Best for tenants.", by=actor_for(people.staff), now=NOW)
    db.session.commit()
    return found
