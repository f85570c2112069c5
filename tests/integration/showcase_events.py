"""Showcases that several tests share: a draft, an announced one with two challenges, and who does what to them."""

from datetime import UTC, datetime, timedelta

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Event
from showcase.services import events
from tests.integration.conftest import People

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
