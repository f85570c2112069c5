"""Pages that a demo shows only once something has happened: brought about through the services, then checked."""

import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import url_for

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import (
    Account,
    Challenge,
    Council,
    Criterion,
    Event,
    InterestList,
    Invitation,
    Membership,
    Message,
    Publication,
    Release,
    Solution,
    Supplier,
    utc_now,
)
from showcase.models.enums import EventState, InvitationState, State
from showcase.services import agenda_suggestions, agendas, people, publications, responses
from tests.browser.checks import keep_picture, page_faults
from tests.browser.conftest import ROLES, WIDTHS, Demo, OpenPage
from tests.browser.database import in_database
from tests.browser.test_every_page import OF_ANOTHER_STATE

FILES = {
    "closings.export",
    "list_charts.demand_file",
    "list_charts.over_time_file",
    "prices.export",
    "releases.file",
    "responses.export",
    "staff.export_suppliers",
}
"""Endpoints that answer with a file."""
Addresses = dict[str, tuple[str, str]]
"""By endpoint: the role that has it, and where it is."""


@pytest.fixture(scope="module")
def addresses(own_demo: Demo) -> Addresses:
    """Bring the states about."""
    return in_database(own_demo, happenings)


def happenings() -> Addresses:
    officer, founder, staff = (member(role) for role in ("officer", "supplier", "staff"))
    challenge, solution = published_of(Challenge, officer), published_of(Solution, founder)
    response = responses.put_forward(challenge, solution, "It does this.", by=actor_for(founder), now=utc_now())
    revise(solution, founder)
    revise(challenge, officer)
    waiting = Supplier(name="Waiting Ltd")
    db.session.add_all(
        [waiting, Membership(account=officer.account, organisation=member("other_officer").organisation)]
    )
    db.session.flush()
    gone = member("other_supplier").account
    people.deactivate(gone, by=actor_for(staff), now=utc_now())
    message = db.session.scalars(sa.select(Message).limit(1)).one()
    council = db.session.scalars(sa.select(Council).where(Council.id == officer.organisation_id)).one()
    coming = db.session.scalars(sa.select(Event).where(Event.state == EventState.ANNOUNCED).limit(1)).one()
    draft = agendas.start(coming, by=actor_for(staff), now=utc_now())
    agenda_suggestions.suggest(draft, turnaround_minutes=0, by=actor_for(staff), now=utc_now())
    return {
        "agenda_drafts.suggestion": ("staff", url_for("agenda_drafts.suggestion", event_id=coming.id)),
        "accounts.check_email": ("public", url_for("accounts.check_email")),
        "accounts.choose_organisation": ("officer", url_for("accounts.choose_organisation")),
        "challenges.compare": ("officer", url_for("challenges.compare", challenge_id=challenge.id)),
        "challenges.reset": ("officer", url_for("challenges.reset", challenge_id=challenge.id)),
        **of_a_draft(),
        **of_bargaining(),
        "feedback.on_event": ("supplier", url_for("feedback.on_event", event_id=took_part(founder))),
        "messages.show": ("staff", url_for("messages.show", message_id=message.id)),
        "organisations.domains": ("staff", url_for("organisations.domains", organisation_id=council.id)),
        "organisations.keep_out": (
            "staff",
            url_for("organisations.keep_out", organisation_id=waiting.id, step="refuse"),
        ),
        "organisations.let_in": ("staff", url_for("organisations.let_in", organisation_id=waiting.id, step="approve")),
        "people.reactivate": ("staff", url_for("people.reactivate", account_id=gone.id)),
        "releases.file": ("public", url_for("releases.file", release_id=a_released_file())),
        "responses.show": ("supplier", url_for("responses.show", response_id=response.id)),
        "solutions.compare": ("supplier", url_for("solutions.compare", solution_id=solution.id)),
        "solutions.reset": ("supplier", url_for("solutions.reset", solution_id=solution.id)),
        "responses.export": ("supplier", url_for("responses.export")),
        "staff.export_suppliers": ("staff", url_for("staff.export_suppliers")),
    }


def of_a_draft() -> Addresses:
    """Return the pages that only a showcase in preparation has."""
    event = db.session.scalars(sa.select(Event).where(Event.state == EventState.DRAFT).limit(1)).one()
    criterion = db.session.scalars(sa.select(Criterion).where(Criterion.event_id == event.id).limit(1)).one()
    part = {"event_id": event.id, "part_id": criterion.id}
    return {
        "events.announce": ("staff", url_for("events.announce", event_id=event.id)),
        "selections.show_names": ("staff", url_for("selections.show_names", event_id=event.id)),
        "event_building.add_criterion": ("staff", url_for("event_building.add_criterion", event_id=event.id)),
        "event_building.edit_criterion": ("staff", url_for("event_building.edit_criterion", **part)),
    }


def of_bargaining() -> Addresses:
    """Return the files that only a list with open prices, or one that ended, has."""
    lists = {each.key: each.id for each in db.session.scalars(sa.select(InterestList))}
    planned, ended = lists["temporary-accommodation-checks"], lists["planning-checks"]
    files = {
        "closings.export": ended,
        "list_charts.demand_file": planned,
        "list_charts.over_time_file": planned,
        "prices.export": planned,
    }
    return {name: ("staff", url_for(name, interestlist_id=id, kind="csv")) for name, id in files.items()}


def member(role: str) -> Membership:
    return db.session.scalars(sa.select(Membership).join(Account).where(Account.email == ROLES[role])).first()


def published_of(kind: type[Publication], member: Membership) -> Publication:
    wanted = sa.select(kind).where(kind.organisation_id == member.organisation_id, kind.state == State.PUBLISHED)
    return db.session.scalars(wanted.order_by(kind.title).limit(1)).one()


def took_part(founder: Membership) -> uuid.UUID:
    """Let a supplier have come to a showcase that is finished; return its id."""
    event = db.session.scalars(sa.select(Event).where(Event.state == EventState.FINISHED)).first()
    come = {"state": InvitationState.ACCEPTED, "answer_by": event.starts_at}
    db.session.add(Invitation(event_id=event.id, organisation_id=founder.organisation_id, **come))
    return event.id


def a_released_file() -> uuid.UUID:
    """Return a release that has a document."""
    return db.session.scalars(sa.select(Release.id).where(Release.file_id.is_not(None))).first()


def revise(publication: Publication, member: Membership) -> None:
    """Leave a published text with a second version that was taken back to draft."""
    actor, now = actor_for(member), utc_now()
    answers = {"problem": "Said in other words, and shorter."}
    publications.save(publication, answers, revision=publication.revision, by=actor, now=now)
    publications.take_step(publication, "submit", by=actor, now=now)
    publications.take_step(publication, "recall", by=actor, now=now)


@pytest.mark.parametrize("endpoint", sorted(OF_ANOTHER_STATE))
def test_each_such_page_is_accessible(endpoint: str, addresses: Addresses, open_own: Callable[..., OpenPage]) -> None:
    role, path = addresses[endpoint]
    for width in WIDTHS:
        page = open_own(role, width)
        if endpoint in FILES:
            assert page.request.get(path).status == 200
            continue
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        assert page_faults(page, answer.text()) == []
        keep_picture(page, f"{endpoint}-{width}")
