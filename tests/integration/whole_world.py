"""One of everything in every state, with a person of each role: what tests over all routes ask about.

Made once for a module on a database of its own. `undone()` gives each request a transaction that is rolled back, so
that what one of them changes is not there for the next.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from showcase.access import actor_for, hash_token
from showcase.extensions import db
from showcase.models import (
    CalendarFeed,
    Council,
    Event,
    Membership,
    SignInSession,
    Supplier,
    utc_now,
)
from showcase.models.enums import TicketPurpose
from showcase.policies import PUBLIC, Actor
from showcase.services import tickets
from tests.integration import registered, world_of_events, world_of_lists, world_of_texts
from tests.integration.conftest import People, make_people, member_of

REGISTERED = "registered by a link"
"""The role of somebody without an account, who follows the link to one registration."""

FIRM = {"firm": "Late Ltd", "name": "Lea Late", "number": "01234567", "website": "https://late.example", "pasted": ""}
OBSERVER = {"hall": "online", "organisation_name": ""}


@dataclass
class World:
    """The application with everything in it, and who may be let loose on it."""

    app: Flask
    actors: dict[str, Actor]
    clients: dict[str, FlaskClient]
    tokens: dict[str, str]
    """By endpoint, or its part before the dot: the secret in the link that it is asked with."""
    engine: sa.Engine
    maker: sessionmaker[Session]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo at the end of the block whatever the application wrote in it."""
        with undone(self.engine, self.maker):
            yield


@contextmanager
def undone(engine: sa.Engine, maker: sessionmaker[Session]) -> Iterator[None]:
    """Have everything that an application commits within the block be a savepoint of one transaction, and undo that."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection = connection.execution_options(is_writing=True)
        transaction = connection.begin()
        before = dict(maker.kw)
        maker.configure(bind=connection, join_transaction_mode="create_savepoint")
        try:
            yield
        finally:
            maker.kw.clear()
            maker.kw.update(before)
            transaction.rollback()


def make_world(app: Flask) -> World:
    """Fill the empty database of an application with one of everything."""
    with app.app_context():
        people = make_people()
        members = _everyone(people)
        world_of_texts.fill(people, members)
        world_of_events.fill(people, members)
        world_of_lists.fill(people, members)
        tokens = _links(people)
        members["lead"].is_procurement_lead = True
        sessions = {role: _signed_in(member) for role, member in members.items()}
        db.session.commit()
        db.session.expire_all()
        engine, maker = db.engine, db.sessionmaker
        actors = {"public": PUBLIC, **{role: actor_for(member) for role, member in members.items()}}
    clients = {role: _client(app, sessions.get(role)) for role in actors}
    return World(app, actors, clients, tokens, engine, maker)


def _everyone(people: People) -> dict[str, Membership]:
    """Return a person of each role that can sign in."""
    now = utc_now()
    closed = Council(name="Closed Council", council_type="district", approved_at=now, suspended_at=now)
    barred = Supplier(name="Barred Ltd", region="london", approved_at=now)
    made = {
        "staff": people.staff,
        "officer": people.officer,
        "plain officer": member_of(people.officer.organisation, "Petra Plain"),
        "lead": member_of(people.officer.organisation, "Lee Lead"),
        "other officer": people.other_officer,
        "suspended officer": member_of(closed, "Cleo Closed", is_administrator=True),
        "founder": people.founder,
        "other founder": people.other_founder,
        "suspended founder": member_of(barred, "Bo Barred", is_administrator=True),
        "unapproved founder": member_of(Supplier(name="New Ltd"), "Nora New", is_administrator=True),
    }
    db.session.commit()
    return made


def _links(people: People) -> dict[str, str]:
    """Return one good secret for each kind of link that e-mails carry."""
    event = db.session.scalars(sa.select(Event).where(Event.name == "Open for registration")).first()
    assert event is not None
    council, now = people.officer.organisation, utc_now()
    ticket = registered.observer(event, "Oscar")
    made = {"own_registration": ticket.token}
    for endpoint, purpose, details in (
        ("members.accept", TicketPurpose.ACCEPT_INVITATION, {"is_administrator": False}),
        ("accounts.accept_join", TicketPurpose.JOIN_COUNCIL, {}),
        ("accounts.accept_register", TicketPurpose.REGISTER_SUPPLIER, FIRM),
        ("accounts.accept_reset", TicketPurpose.RESET_PASSWORD, {}),
        (
            "registrations.confirm",
            TicketPurpose.REGISTER_OBSERVER,
            {"event": str(event.id), "name": "Olga", **OBSERVER},
        ),
    ):
        organisation = council if purpose is TicketPurpose.ACCEPT_INVITATION else None
        email = people.officer.account.email if purpose is TicketPurpose.RESET_PASSWORD else f"{endpoint}@a.example"
        made[endpoint] = tickets.issue(purpose, email, organisation=organisation, details=details, now=now)
    feed = CalendarFeed(account_id=people.officer.account_id)
    db.session.add(feed)
    db.session.flush()
    return {**made, "calendars.feed": feed.token}


def _signed_in(member: Membership) -> str:
    """Make a session of a person; return the secret of its cookie."""
    token, now = secrets.token_urlsafe(), utc_now()
    session = SignInSession(
        token_hash=hash_token(token),
        membership=member,
        last_seen_at=now,
        expires_at=now + timedelta(hours=9),
        confirmed_at=now + timedelta(hours=9),  # nobody is asked again who they are, however long the tests take
        address="127.0.0.1",
        browser="Test",
    )
    db.session.add(session)
    return token


def _client(app: Flask, token: str | None) -> FlaskClient:
    """Return a browser that sends one session's secret with each request, whatever the answers say of cookies."""
    client = FlaskClient(app, app.response_class)
    if token is not None:
        with client.session_transaction() as cookie:
            cookie.update(_user_id=token, _fresh=True)
    kept = client.get_cookie("showcase")
    steady = FlaskClient(app, app.response_class, use_cookies=False)
    steady.environ_base["HTTP_ACCEPT"] = "text/html"
    if kept is not None:
        steady.environ_base["HTTP_COOKIE"] = f"showcase={kept.value}"
    return steady
