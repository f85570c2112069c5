"""Illustrative showcases: one that was held on the themes of November 2024, one that is to come.

Every step is taken through the services, at the time at which it would have been taken. Who declares, scores and
decides are invented people whose accounts are closed: they cannot sign in, and nobody is sent an e-mail.
"""

import json
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from seeds import attendance
from seeds.showcase_times import LONDON, Times, hours, times_of
from showcase.extensions import db
from showcase.models import (
    Account,
    Break,
    Call,
    Candidate,
    Challenge,
    Criterion,
    Event,
    EventChallenge,
    Host,
    Membership,
    Organisation,
    Room,
    Session,
    Solution,
    Track,
)
from showcase.models.enums import CriterionKind, EventState, SessionKind
from showcase.policies import Actor
from showcase.services import (
    candidates,
    event_building,
    event_copies,
    event_lists,
    events,
    interest_declarations,
    invitations,
    scoring,
    selections,
    speakers,
)

FILE = Path(__file__).parent / "showcases.json"
LET_IN = {
    "staff@lga.demo.example": ("camden-mould-before-winter", "durham-easy-read"),
    "officer@durham.demo.example": ("durham-easy-read",),
}
"""Challenges of the showcase to come for which people of the demo have declared their interests, by e-mail address."""
OFFICERS = 2
"""Invented officers of each council who score."""


def load(host: Host, *, now: datetime) -> int:
    """Add the showcases that are missing; return how many were."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    missing = [row for row in rows if event_lists.find_by_key(row["key"]) is None]
    if not missing:
        return 0
    staff = _acting(_person(host, "staff", 1, now), host)
    for row in missing:
        if "copy_of" in row:
            _copy(row, staff, now)
        else:
            _showcase(row, times_of(row, now), staff)
    return len(missing)


def let_in(*, now: datetime) -> None:
    """Have some of the demo's people declare that they have no conflict, so that candidates can be read at once.

    The others are asked, as everyone is.
    """
    for email, keys in LET_IN.items():
        account = db.session.scalars(sa.select(Account).where(Account.email == email)).one()
        actor = _acting(account, account.memberships[0].organisation)
        query = sa.select(EventChallenge).join(EventChallenge.challenge.of_type(Challenge)).join(EventChallenge.event)
        for entry in db.session.scalars(query.where(Challenge.key.in_(keys), Event.state == EventState.ANNOUNCED)):
            interest_declarations.declare(entry, has_conflict=False, by=actor, now=now)


def _copy(row: dict[str, Any], staff: Actor, now: datetime) -> None:
    """Start a draft from a showcase that was held."""
    source = event_lists.find_by_key(row["copy_of"])
    assert source is not None
    starts, ends = hours(row, now)
    plain = ("summary", "venue", "address", "travel", "pitch_minutes", "in_person_places", "online_places")
    values = {name: getattr(source, name) for name in plain}
    particulars = events.Particulars(name=row["name"], starts_at=starts, ends_at=ends, hides_names=True, **values)
    made = event_copies.copy(source, particulars, by=staff, now=now)
    made.key, made.is_illustrative = row["key"], True
    db.session.flush()


def _showcase(row: dict[str, Any], times: Times, staff: Actor) -> None:
    event = events.create(_particulars(row, times), by=staff, now=times.created)
    event.key, event.is_illustrative = row["key"], True
    db.session.flush()
    _build(event, row, times, staff)
    db.session.expire_all()
    events.announce(event, by=staff, now=times.announced)
    entries = {entry.challenge.key: entry for entry in event.entries}
    listed = [each for track in row["tracks"] for each in track["entries"]]
    made = [
        (each, _candidate(entries[listing["challenge"]], each, staff, times))
        for listing in listed
        for each in listing["candidates"]
    ]
    selections.show_names(event, by=staff, now=times.scored)
    for each, candidate in made:
        _decide(candidate, each, staff, times)
        if each.get("is_told"):
            selections.tell(candidate, by=staff, now=times.invited)
    for each in listed:
        if each.get("conflict"):
            _declare_conflict(entries[each["challenge"]], each["conflict"], times)
    for each, candidate in made:
        if each.get("invitation"):
            _invite(event, candidate, each["invitation"], staff, times)
    _invite_councils(event, staff, times)
    attendance.register(event, staff, asked=times.answered, is_held=times.finished is not None)
    attendance.meet(event, staff, offered=times.answered, is_held=times.finished is not None)
    if times.finished is not None:
        selections.tell_outcomes(event, by=staff, now=times.invited)
        events.finish(event, by=staff, now=times.finished)


# --- the day ----------------------------------------------------------------------------------------------------------


def _particulars(row: dict[str, Any], times: Times) -> events.Particulars:
    plain = ("name", "summary", "venue", "address", "travel", "pitch_minutes", "in_person_places", "online_places")
    return events.Particulars(
        starts_at=times.starts,
        ends_at=times.ends,
        hides_names=row["hides_names"],
        registration_opens_at=times.announced,
        registration_closes_at=times.starts - timedelta(days=1),
        **{name: row[name] for name in plain},
    )


def _build(event: Event, row: dict[str, Any], times: Times, staff: Actor) -> None:
    def add(part: type[Any], /, **values: Any) -> Any:
        return event_building.add(event, part, values, by=staff, now=times.created)

    for room in row["rooms"]:
        add(Room, **room)
    for each in row["breaks"]:
        starts = datetime.combine(times.starts.date(), time.fromisoformat(each["starts"]), tzinfo=LONDON)
        add(Break, name=each["name"], starts_at=starts, minutes=each["minutes"])
    for each in row["criteria"]:
        add(Criterion, **{**each, "kind": CriterionKind(each["kind"])})
    add(Call, opens_at=times.opens, closes_at=times.closes)
    for each in row["tracks"]:
        track = add(Track, name=each["name"], summary=each["summary"])
        for entry in each["entries"]:
            add(EventChallenge, track=track, challenge=_text(Challenge, entry["challenge"]), places=entry["places"])
    for each in row["sessions"]:
        plain = {name: each[name] for name in ("title", "minutes", "audience")}
        named = speakers.read(each["speakers"], event)
        add(Session, **plain, kind=SessionKind(each["kind"]), speakers=named)


def _text(kind: type[Any], key: str) -> Any:
    return db.session.scalars(sa.select(kind).where(kind.key == key)).one()


# --- who pitches ------------------------------------------------------------------------------------------------------


def _candidate(entry: EventChallenge, row: dict[str, Any], staff: Actor, times: Times) -> Candidate:
    """Take a solution in and have its council's invented officers score it."""
    solution = _text(Solution, row["solution"])
    candidate = candidates.consider(entry, solution, by=staff, now=times.closes, reasons=row["reasons"])
    criteria = events.criteria_of(entry.event)
    council = entry.challenge.organisation
    officers = [_acting(_person(council, "officer", n, times.created), council) for n in range(1, OFFICERS + 1)]
    for actor in (staff, *officers):
        if interest_declarations.find(entry, by=actor) is None:
            interest_declarations.declare(entry, has_conflict=False, by=actor, now=times.closes)
    for actor, marks, comment in zip(officers, row["scores"], row["comments"], strict=False):
        given = {each.id: mark for each, mark in zip(criteria, marks, strict=True)}
        scoring.give(candidate, given, comment, by=actor, now=times.scored)
    return candidate


def _declare_conflict(entry: EventChallenge, details: str, times: Times) -> None:
    council = entry.challenge.organisation
    actor = _acting(_person(council, "officer", OFFICERS + 1, times.created), council)
    interest_declarations.declare(entry, has_conflict=True, details=details, by=actor, now=times.closes)


def _decide(candidate: Candidate, row: dict[str, Any], staff: Actor, times: Times) -> None:
    if row["state"] == "chosen":
        selections.choose(candidate, row["reason"], by=staff, now=times.decided)
    elif row["state"] == "reserve":
        selections.put_in_reserve(candidate, row["reason"], by=staff, now=times.decided)
    elif row["state"] == "not_chosen":
        selections.turn_down(candidate, row["reason"], row["feedback"], by=staff, now=times.decided)


def _invite(event: Event, candidate: Candidate, answer: str, staff: Actor, times: Times) -> None:
    firm = candidate.solution.organisation
    invitation = invitations.invite(
        event, firm, answer_by=times.answer_by, by=staff, now=times.invited, candidate=candidate
    )
    if answer == "accepted":
        name, email = invitation.speaker_name, invitation.speaker_email
        by = _acting(None, firm)
        invitations.accept(invitation, speaker_name=name, speaker_email=email, by=by, now=times.answered)


def _invite_councils(event: Event, staff: Actor, times: Times) -> None:
    """Invite the councils of the challenges; those of a showcase that was held came."""
    councils = {entry.challenge.organisation_id: entry.challenge.organisation for entry in event.entries}
    for council in councils.values():
        invitation = invitations.invite(event, council, answer_by=times.answer_by, by=staff, now=times.invited)
        if times.finished is not None:
            person = _person(council, "officer", 1, times.created)
            by = _acting(person, council)
            invitations.accept(
                invitation, speaker_name=person.name, speaker_email=person.email, by=by, now=times.answered
            )


# --- people -----------------------------------------------------------------------------------------------------------


def _person(organisation: Organisation, role: str, number: int, now: datetime) -> Account:
    """Return an invented person whose account is closed, made once."""
    email = f"{role}{number}.{organisation.id.hex[:8]}@invented.demo.example"
    found = db.session.scalar(sa.select(Account).where(Account.email == email))
    if found is None:
        name = f"{'Invented staff' if role == 'staff' else 'Invented officer'} {number} ({organisation.name})"
        found = Account(email=email, name=name, is_demo=True, deactivated_at=now, created_at=now)
        found.memberships.append(Membership(organisation=organisation, created_at=now))
        db.session.add(found)
        db.session.flush()
    return found


def _acting(person: Account | None, organisation: Organisation) -> Actor:
    actor = Actor(
        name="Seeds",
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        is_organisation_active=organisation.is_active,
        is_administrator=True,
        is_procurement_lead=True,
    )
    return actor if person is None else replace(actor, account_id=person.id, name=person.name)
