"""How each route is asked for each thing it may be asked for, and what an answer says of whether one was let in."""

import itertools
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.routing import MapAdapter, Rule
from werkzeug.test import TestResponse

from showcase.extensions import db
from showcase.models import (
    Base,
    Break,
    Call,
    Candidate,
    Council,
    Criterion,
    EmailDomain,
    EventChallenge,
    IdentityProvider,
    Meeting,
    Membership,
    Pledge,
    PledgeEvidence,
    Room,
    Session,
    SignInSession,
    Solution,
    Ticket,
    Track,
)
from showcase.models.enums import TicketPurpose
from showcase.models.interests import Rung
from showcase.services import interests, publications
from tests.integration.whole_world import World

METHODS = ("GET", "POST")
NOWHERE = uuid.UUID("5eed5eed-0000-4000-8000-000000000000")
"""The id of nothing."""


@dataclass(frozen=True)
class Case:
    """One thing to ask for: a route, how, of what, and all that its address says."""

    endpoint: str
    method: str
    rule: Rule
    subject: Base | None
    values: Mapping[str, Any]

    def path(self, adapter: MapAdapter) -> str:
        """Return the address."""
        return adapter.build(self.endpoint, dict(self.values), method=self.method, append_unknown=False)

    def ask(self, client: FlaskClient, adapter: MapAdapter, **options: Any) -> TestResponse:
        """Ask as somebody, in a context of its own: within the test's it would share the test's session."""
        with client.application.app_context():
            return client.open(self.path(adapter), method=self.method, **options)

    @property
    def of(self) -> str:
        """Say what is asked for."""
        kept = {k: v for k, v in self.values.items() if not k.endswith("_id") and k != "token"}
        state = getattr(self.subject, "state", "") if self.subject is not None else ""
        return f"{self.method} {self.rule.rule} {kept or ''} {state}"


def outcome(response: TestResponse) -> str:
    """Say whether somebody was let in, refused, told that there is nothing, asked to sign in, or too late."""
    assert response.status_code < 500, f"{response.request.path}: {response.status_code}"
    is_led_to_sign_in = response.status_code == 302 and response.location.partition("?")[0] == "/sign-in"
    if response.status_code == 401 or is_led_to_sign_in:
        return "asked to sign in"
    return {404: "hidden", 410: "hidden", 403: "refused", 409: "too late"}.get(response.status_code, "let in")


def rules_of(world: World) -> list[Rule]:
    """Return every route, in a stable order."""
    return sorted(world.app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))


def cases_of(world: World, rule: Rule) -> Iterator[Case]:
    """Give every case of a route: each thing of its kind, with each word that its address can hold."""
    model = getattr(world.app.view_functions[rule.endpoint], "guard_model", None)
    subjects: Sequence[Any] = [None]
    if model is not None:
        subjects = db.session.scalars(sa.select(model).order_by(model.created_at, model.id)).unique().all()
    for subject in subjects:
        own = {f"{model.__name__.lower()}_id": subject.id} if model is not None else {}
        names = sorted(rule.arguments - own.keys())
        choices = [_choices(world, rule, name, subject) for name in names]
        for chosen in itertools.product(*choices):
            for method in sorted((rule.methods or set()) & set(METHODS)):
                yield Case(rule.endpoint, method, rule, subject, {**own, **dict(zip(names, chosen, strict=True))})


# --- what an address can hold beside the id of its thing --------------------------------------------------------------

PARTS: Mapping[str, type[Any]] = {
    "break": Break,
    "call": Call,
    "criterion": Criterion,
    "entry": EventChallenge,
    "room": Room,
    "session": Session,
    "track": Track,
}
"""By the last word of an endpoint of `event_building`: the kind of part that it is about."""


def _choices(world: World, rule: Rule, name: str, subject: Any) -> Sequence[Any]:
    converter = rule._converters[name]
    if hasattr(converter, "items"):
        return sorted(converter.items)
    if name in ("months", "number"):
        return [6] if name == "months" else [1]
    if name == "token":
        return [world.tokens.get(rule.endpoint) or world.tokens[rule.endpoint.partition(".")[0]]]
    if name == "filename":
        return ["app.css"]
    if name == "section":
        return [subject.questionnaire.sections[0].name]
    if name == "rung":
        return [rung.value for rung in Rung]
    if name == "verb":
        return list(interests.MOVES if rule.endpoint == "interests.move" else publications.STEPS)
    found = db.session.scalars(SECOND[name](rule, subject).limit(1)).first()
    return [found if found is not None else NOWHERE]


def _part(rule: Rule, event: Any) -> sa.Select[Any]:
    model = PARTS[rule.endpoint.rpartition("_")[2]]
    return sa.select(model.id).where(model.event_id == event.id).order_by(model.created_at)


def _candidate(rule: Rule, event: Any) -> sa.Select[Any]:
    query = sa.select(Candidate.id).join(Candidate.entry).where(EventChallenge.event_id == event.id)
    return query.order_by(Candidate.state, Candidate.created_at)


SECOND: Mapping[str, Callable[[Rule, Any], sa.Select[Any]]] = {
    "part_id": _part,
    "candidate_id": _candidate,
    "council_id": lambda _, it: sa.select(Pledge.council_id).where(Pledge.interest_list_id == it.id),
    "domain_id": lambda _, it: sa.select(EmailDomain.id).where(EmailDomain.organisation_id == it.id),
    "evidence_id": lambda _, it: (
        sa.select(PledgeEvidence.id).join(PledgeEvidence.pledge).where(Pledge.interest_list_id == it.id)
    ),
    "meeting_id": lambda _, it: (
        sa.select(Meeting.id).join(Meeting.entry).where(EventChallenge.event_id == it.id).order_by(Meeting.created_at)
    ),
    "membership_id": lambda _, it: sa.select(Membership.id).where(Membership.organisation_id == it.id),
    "organisation_id": lambda _, it: sa.select(Council.id).where(Council.suspended_at.is_(None)),
    "provider_id": lambda _, it: sa.select(IdentityProvider.id),
    "session_id": lambda rule, it: (
        sa.select(Session.id).where(Session.event_id == it.id)
        if rule.endpoint.startswith("agenda")
        else sa.select(SignInSession.id)
        .join(SignInSession.membership)
        .where(Membership.account_id == it.id if it is not None else sa.true())
    ),
    "solution_id": lambda _, it: sa.select(Solution.id).where(Solution.published_version_id.is_not(None)),
    "ticket_id": lambda _, it: sa.select(Ticket.id).where(
        Ticket.organisation_id == it.id, Ticket.purpose == TicketPurpose.ACCEPT_INVITATION
    ),
}
"""By its name in the address: how another thing is found that belongs to the first."""


def foreign_id(rule: Rule, name: str, subject: Base | None) -> uuid.UUID | None:
    """Return the id of something of the kind that a part of an address names, which belongs to another thing."""
    if name not in SECOND or subject is None:
        return None
    query = SECOND[name](rule, subject)
    own = set(db.session.scalars(query))
    every = db.session.scalars(sa.select(query.column_descriptions[0]["expr"]))
    return next((id for id in every if id not in own), None)
