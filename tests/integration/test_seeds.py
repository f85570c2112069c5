"""The demo data: everything in it says that it is illustrative, and loading it twice changes nothing."""

import pytest
import sqlalchemy as sa
from flask import Flask

import seeds
from showcase.extensions import db
from showcase.models import (
    Challenge,
    Contract,
    InterestList,
    Membership,
    Message,
    Organisation,
    Plan,
    PriceOffer,
    Publication,
    utc_now,
)
from showcase.models.enums import OrganisationKind, State
from showcase.policies import Actor
from showcase.services import plan_reading, radar
from showcase.services.radar import Wanted

pytestmark = pytest.mark.either_database


def test_loading_twice_changes_nothing_and_every_text_is_marked(own_app: Flask) -> None:
    with own_app.app_context():
        seeds.load(now=utc_now())
        db.session.commit()
        texts = db.session.scalars(sa.select(Publication)).all()
        keys = {text.key for text in texts}
        assert len(keys) == len(texts) > 100
        assert None not in keys
        assert all(text.is_illustrative for text in texts)
        again = seeds.load(now=utc_now())
        db.session.commit()
        assert (again.councils, again.suppliers, again.challenges, again.solutions, again.people) == (0, 0, 0, 0, 0)
        assert len(db.session.scalars(sa.select(Publication.id)).all()) == len(texts)
        assert db.session.scalars(sa.select(Message)).all() == []


def test_a_new_seed_passes_a_council_that_named_a_lead(own_app: Flask) -> None:
    with own_app.app_context():
        seeds.load(now=utc_now())
        lead = db.session.scalars(
            sa.select(Membership).join(Membership.organisation).where(Organisation.kind == "council")
        ).first()
        assert lead is not None
        lead.is_procurement_lead = True
        text = db.session.scalars(
            sa.select(Challenge).where(
                Challenge.organisation_id == lead.organisation_id, Challenge.state == State.PUBLISHED
            )
        ).first()
        assert text is not None
        text.key = "as-if-it-were-new"
        db.session.commit()
        assert seeds.load(now=utc_now()).challenges == 1


def test_the_demo_shows_bargaining(own_app: Flask) -> None:
    with own_app.app_context():
        seeds.load(now=utc_now())
        (plan,) = db.session.scalars(sa.select(Plan)).all()
        whole = plan_reading.for_staff(plan)
        assert whole.is_optimal
        assert whole.groups
        assert whole.departures
        assert plan.is_shared
        assert len(plan.solve.problem["offers"]) == 3
        assert all(offer.is_sealed for offer in sealed_offers())
        staff = Actor(organisation_kind=OrganisationKind.HOST)
        wave = radar.wave(Wanted(), by=staff, today=utc_now().date())
        assert max(quarter.councils for quarter in wave) >= 5
        assert {c.is_illustrative for c in db.session.scalars(sa.select(Contract))} == {True}


def sealed_offers() -> list[PriceOffer]:
    query = sa.select(PriceOffer).join(PriceOffer.interest_list).where(InterestList.key == "damp-sensors-together")
    return list(db.session.scalars(query))
