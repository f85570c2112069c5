"""Who takes part in the story of a showcase, and how its day is let come without waiting for it.

Everything people do, they do in the browser. Only two things are done in the database: giving organisations a person
who can sign in, and moving the showcase's day to today.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import (
    Account,
    Agenda,
    Council,
    Event,
    Meeting,
    MeetingPlan,
    Membership,
    Organisation,
    Supplier,
    utc_now,
)
from showcase.services import passwords
from tests.browser.conftest import PASSWORD, ROLES

OTHER_COUNCIL = "E08000035"
"""Leeds, which describes the same problem as Camden in the demo."""
OTHER_FIRMS = ("Stonecrop Housing Ltd", "Warmwood Energy Data LLP")


@dataclass(frozen=True)
class People:
    """The story's people by e-mail address: staff, two councils, three suppliers."""

    staff: str
    camden: str
    leeds: str
    dampsense: str
    stonecrop: str
    warmwood: str


def people_of_the_story() -> People:
    """Give those organisations that have nobody in the demo a person."""
    leeds = db.session.scalars(sa.select(Council).where(Council.gss_code == OTHER_COUNCIL)).one()
    firms = [db.session.scalars(sa.select(Supplier).where(Supplier.name == name)).one() for name in OTHER_FIRMS]
    return People(
        ROLES["staff"] or "",
        ROLES["officer"] or "",
        _person(leeds, "Dana Lister", "dana@leeds.story.example"),
        ROLES["supplier"] or "",
        _person(firms[0], "Sam Stone", "sam@stonecrop.story.example"),
        _person(firms[1], "Wren Marsh", "wren@warmwood.story.example"),
    )


def _person(organisation: Organisation, name: str, email: str) -> str:
    if db.session.scalar(sa.select(Account.id).where(Account.email == email)) is None:
        account = Account(email=email, name=name, password_hash=passwords.hash_of(PASSWORD), is_demo=True)
        db.session.add(Membership(account=account, organisation=organisation))
    return email


def let_it_end_in(event_id: str, minutes: int) -> None:
    """Move a showcase's day so that it ends in some minutes, with its agenda and its meetings."""
    event = db.session.get_one(Event, UUID(event_id))
    earlier = utc_now() + timedelta(minutes=minutes) - event.ends_at

    def moved(moment: datetime) -> datetime:
        return moment + earlier

    event.starts_at, event.ends_at = moved(event.starts_at), moved(event.ends_at)
    plan = db.session.scalars(sa.select(MeetingPlan).where(MeetingPlan.event_id == event.id)).one()
    plan.closes_at = moved(plan.closes_at)
    for call in event.calls:
        call.opens_at, call.closes_at = moved(call.opens_at), moved(call.closes_at)
    for agenda in db.session.scalars(sa.select(Agenda).where(Agenda.event_id == event.id)):
        for placement in agenda.placements:
            placement.starts_at = moved(placement.starts_at)
    timed = sa.select(Meeting).where(Meeting.plan_id == plan.id, Meeting.starts_at.is_not(None))
    for row in (*event.breaks, *plan.rounds, *db.session.scalars(timed)):
        row.starts_at = moved(row.starts_at)
