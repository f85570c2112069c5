"""Interest lists, showcases and people for `bench load`, made through the services where people would use them."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyotp
import sqlalchemy as sa

import seeds
from bench.load_data import SEED, Sizes, shuffled
from bench.stuffing import read
from seeds import interests
from showcase.extensions import db
from showcase.models import (
    Account,
    Call,
    Challenge,
    Council,
    Criterion,
    Event,
    EventChallenge,
    Host,
    InterestList,
    Membership,
    Organisation,
    Publication,
    Room,
    Solution,
    Track,
)
from showcase.models.enums import AttendeeKind, CriterionKind, Hall
from showcase.policies import Actor
from showcase.services import candidates, event_building, events, organisations, passwords, registrations, second_steps
from showcase.services.registrations import Attendee

PASSWORD = "a-password-for-measuring-2026"
COUNCILS_ON_A_LIST = (15, 60)
CHALLENGES_OF_AN_EVENT = 8
CANDIDATES_OF_A_CHALLENGE = 4
ATTENDEES = 150
TOTP_SECRET = pyotp.random_base32()


@dataclass(frozen=True)
class Person:
    """One who will use the service: `role` is council, supplier, staff or public."""

    role: str
    email: str = ""
    secret: str = ""
    """Of the second step, where there is one."""


def fill(sizes: Sizes, *, now: datetime) -> list[Person]:
    """Add lists, showcases and people until there are as many as wanted; commit; return the people."""
    host = organisations.host(now=now)
    staff = _acting_for(host)
    _lists(sizes.interest_lists, staff, now)
    _events(sizes.events, staff, now)
    people = _people(sizes.people, host, now)
    db.session.commit()
    return people


def keep(people: Sequence[Person], file: Path) -> None:
    """Write people down for a later run on the same database."""
    file.write_text(json.dumps([asdict(person) for person in people]))


def kept(file: Path) -> list[Person]:
    """Return the people that were written down."""
    return [Person(**row) for row in json.loads(file.read_text())]


# --- interest lists ---------------------------------------------------------------------------------------------------


def _lists(wanted: int, staff: Actor, now: datetime) -> None:
    rows = [row for row in read("interest_lists.json") if row["state"] in ("open", "closing") and row["pledges"]]
    councils = {council.gss_code: council for council in db.session.scalars(sa.select(Council))}
    able = sorted(code for code, council in councils.items() if code and council.ends_on is None)
    there = db.session.scalar(sa.select(sa.func.count(InterestList.id))) or 0
    for number in range(wanted - there):
        dice = random.Random(f"{SEED} list {number}")
        row = dict(rows[number % len(rows)])
        codes = dice.sample(able, dice.randint(*COUNCILS_ON_A_LIST))
        row |= {"key": f"load-{number}", "title": f"{row['title']} ({number + 1})", "service_area": None}
        row |= {"state": "open", "lead": codes[0], "pledges": [_pledge(row, code, dice) for code in codes]}
        row |= {"opened_days_ago": 40 + number, "closes_in_days": 60 + number, "prices_close_in_days": 50 + number}
        interests.add_list(row, councils, staff, _acting_for, now=now)
        db.session.commit()


def _pledge(row: dict[str, Any], code: str, dice: random.Random) -> dict[str, Any]:
    model = dice.choice([one for one in row["pledges"] if one["rung"] in ("interested", "expression_of_interest")])
    return {**model, "council": code, "quantity": dice.randint(100, 5_000)}


# --- showcases --------------------------------------------------------------------------------------------------------


def _events(wanted: int, staff: Actor, now: datetime) -> None:
    there = db.session.scalar(sa.select(sa.func.count(Event.id))) or 0
    is_open = sa.and_(Publication.published_version_id.is_not(None), Publication.closed_at.is_(None))
    challenges = shuffled(db.session.scalars(_first(Challenge, is_open, 200)).all(), "challenges")
    solutions = shuffled(db.session.scalars(_first(Solution, is_open, 400)).all(), "solutions")
    councils = db.session.scalars(sa.select(Council).where(Council.ends_on.is_(None)).order_by(Council.id)).all()
    for number in range(wanted - there):
        event = _event(number, staff, now)
        track = None
        for place in range(CHALLENGES_OF_AN_EVENT):
            if place % 4 == 0:
                track = event_building.add(event, Track, {"name": f"Track {place // 4 + 1}"}, by=staff, now=now)
            challenge = challenges[(number * CHALLENGES_OF_AN_EVENT + place) % len(challenges)]
            values = {"track": track, "challenge": challenge, "places": 3}
            entry = event_building.add(event, EventChallenge, values, by=staff, now=now)
            for one in solutions[place::CHALLENGES_OF_AN_EVENT][:CANDIDATES_OF_A_CHALLENGE]:
                candidates.consider(entry, one, by=staff, now=now)
        db.session.expire_all()
        events.announce(event, by=staff, now=now)
        for place in range(ATTENDEES):
            council = councils[(number * 37 + place) % len(councils)]
            name = f"Invented officer {place + 1}"
            who = Attendee(name, None, AttendeeKind.COUNCIL, council.name, organisation_id=council.id)
            registrations.enter(event, who, Hall.ONLINE if place % 3 else Hall.IN_PERSON, by=staff, now=now)
        db.session.commit()


def _event(number: int, staff: Actor, now: datetime) -> Event:
    starts = datetime.combine((now + timedelta(days=40 + 20 * number)).date(), time(9, 30), now.tzinfo)
    event = events.create(
        events.Particulars(
            name=f"Technology Innovation Showcase {number + 1}",
            starts_at=starts,
            ends_at=starts + timedelta(hours=7),
            summary="One day on eight challenges. Illustrative.",
            venue="LGA, Smith Square",
            in_person_places=ATTENDEES // 2,
            online_places=3 * ATTENDEES,
            registration_opens_at=now - timedelta(days=1),
            registration_closes_at=starts - timedelta(days=1),
        ),
        by=staff,
        now=now - timedelta(days=30),
    )
    marked = {"kind": CriterionKind.RATING, "weight": 1, "most": 5}
    parts: tuple[tuple[Any, dict[str, Any]], ...] = (
        (Room, {"name": "Main hall", "capacity": 200}),
        (Criterion, {"name": "Answers the problem", **marked}),
        (Call, {"opens_at": now - timedelta(days=10), "closes_at": now + timedelta(days=20)}),
    )
    for kind, values in parts:
        event_building.add(event, kind, values, by=staff, now=now)
    return event


def _first(kind: type[Any], where: sa.ColumnElement[bool], most: int) -> sa.Select[Any]:
    return sa.select(kind).where(where).order_by(kind.published_at.desc(), kind.id).limit(most)


# --- people -----------------------------------------------------------------------------------------------------------


def _people(wanted: int, host: Host, now: datetime) -> list[Person]:
    """Make people: half of them officers, a third of suppliers, some of staff; the others need no account."""
    shares = (("council", wanted // 2, Challenge), ("supplier", wanted // 3, Solution), ("staff", wanted // 40, None))
    hashed = passwords.hash_of(PASSWORD)
    made: list[Person] = []
    for role, count, kind in shares:
        for number, organisation in enumerate(_with_texts(kind, count) if kind else [host] * count):
            secret = TOTP_SECRET if role == "staff" else ""
            person = Person(role, f"{role}{number}@load.example", secret)
            account = Account(email=person.email, name=f"Load {role} {number}", password_hash=hashed, created_at=now)
            account.memberships.append(Membership(organisation=organisation, is_administrator=True, created_at=now))
            db.session.add(account)
            db.session.flush()
            if secret:
                code = pyotp.TOTP(secret).at(now)
                second_steps.turn_on(account, secret, code, by=_acting_for(organisation), now=now)
            made.append(person)
    return [*made, *(Person("public") for _ in range(wanted - len(made)))]


def _with_texts(kind: type[Publication], count: int) -> Sequence[Organisation]:
    """Return organisations that published, those of which nobody is a member yet."""
    query = (
        sa.select(Organisation)
        .where(
            Organisation.id.in_(sa.select(kind.organisation_id).where(kind.published_version_id.is_not(None))),
            Organisation.id.not_in(sa.select(Membership.organisation_id)),
        )
        .order_by(Organisation.id)
    )
    return db.session.scalars(query.limit(count)).all()


def _acting_for(organisation: Organisation) -> Actor:
    """Return an actor without a person, as the seeds use."""
    return Actor(
        name=seeds.__name__.capitalize(),
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        is_organisation_active=organisation.is_active,
        is_administrator=True,
        is_procurement_lead=True,
    )
