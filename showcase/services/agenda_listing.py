"""A published agenda as its readers see it: sessions in the order of the day, and as a grid of rooms and times.

Names and times are those it was published with; who speaks and which challenge it answers are as they stand now. Every
form of the agenda (page, calendar, CSV, JSON, PDF, room sheets) is made from these items.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.extensions import db
from showcase.models import Agenda, Break, Challenge, EventChallenge, Placement, Session, Speaker
from showcase.services.agenda_problems import LONDON

CSV_HEAD = ("Day", "Starts", "Ends", "Room", "Track", "Title", "Kind", "Speakers", "Challenge")


@dataclass(frozen=True)
class Item:
    """One session."""

    id: uuid.UUID
    """Of the session: the same in every version. Of the placement, when the session was taken off since."""
    title: str
    kind: str
    summary: str
    track: str
    room: str
    starts_at: datetime
    ends_at: datetime
    speakers: tuple[str, ...]
    """Each with the organisation they speak for."""
    challenge: Challenge | None
    is_off: bool
    """Whether it was taken off after this was published."""


@dataclass(frozen=True)
class Cell:
    """What is on in one room from one time on; `rows` counts the rows of the grid that it takes."""

    item: Item | None
    rows: int = 1


@dataclass(frozen=True)
class Row:
    """One line of the grid: a time with a cell for each room that is not still taken, or a break."""

    starts_at: datetime
    cells: tuple[Cell, ...] = ()
    pause: str = ""


def items_of(agenda: Agenda) -> list[Item]:
    """Return the sessions of an agenda in the order of the day, in a fixed number of statements."""
    query = (
        sa.select(Placement)
        .where(Placement.agenda_id == agenda.id)
        .options(
            joinedload(Placement.session).selectinload(Session.speakers).joinedload(Speaker.organisation),
            joinedload(Placement.session)
            .joinedload(Session.entry)
            .joinedload(EventChallenge.challenge)
            .options(joinedload(Challenge.published_version), joinedload(Challenge.organisation)),
        )
        .order_by(Placement.starts_at, Placement.room_name, Placement.id)
    )
    return [_item(placement) for placement in db.session.scalars(query).unique()]


def breaks_of(agenda: Agenda) -> Sequence[Break]:
    """Return the breaks of the day."""
    query = sa.select(Break).where(Break.event_id == agenda.event_id).order_by(Break.starts_at, Break.id)
    return db.session.scalars(query).all()


def rooms_of(items: Sequence[Item]) -> list[str]:
    """Return the rooms in which something is on, by name."""
    return sorted({item.room for item in items})


def grid_of(items: Sequence[Item], breaks: Sequence[Break]) -> list[Row]:
    """Return the day as rows of times with a cell for each room of `rooms_of`."""
    rooms = rooms_of(items)
    pauses = {pause.starts_at: pause.name for pause in breaks}
    times = sorted({item.starts_at for item in items} | set(pauses))
    taken_until: dict[str, datetime] = {}
    rows = []
    for place, time in enumerate(times):
        here = {item.room: item for item in items if item.starts_at == time}
        if time in pauses and not here:
            rows.append(Row(time, pause=pauses[time]))
            continue
        cells = []
        for room in rooms:
            if room in here:
                item = here[room]
                taken_until[room] = item.ends_at
                cells.append(Cell(item, sum(1 for later in times[place:] if later < item.ends_at)))
            elif taken_until.get(room, time) <= time:
                cells.append(Cell(None))
        rows.append(Row(time, tuple(cells)))
    return rows


def as_values(agenda: Agenda, items: Sequence[Item], *, address: str) -> dict[str, Any]:
    """Return a published agenda as JSON values; times in UTC."""
    return {
        "showcase": {
            "id": str(agenda.event_id),
            "name": agenda.event.name,
            "starts_at": _utc(agenda.event.starts_at),
            "ends_at": _utc(agenda.event.ends_at),
            "venue": agenda.event.venue,
            "address": address,
        },
        "version": agenda.number,
        "published_at": _utc(agenda.published_at),
        "sessions": [
            {
                "id": str(item.id),
                "title": item.title,
                "kind": item.kind,
                "track": item.track,
                "room": item.room,
                "starts_at": _utc(item.starts_at),
                "ends_at": _utc(item.ends_at),
                "speakers": list(item.speakers),
                "challenge_id": str(item.challenge.id) if item.challenge is not None else None,
                "is_off": item.is_off,
            }
            for item in items
        ],
    }


def as_rows(items: Sequence[Item]) -> list[Sequence[str]]:
    """Return the sessions as rows under `CSV_HEAD`; times are London's."""
    return [
        (
            f"{_local(item.starts_at):%Y-%m-%d}",
            f"{_local(item.starts_at):%H:%M}",
            f"{_local(item.ends_at):%H:%M}",
            item.room,
            item.track,
            item.title,
            item.kind,
            "; ".join(item.speakers),
            item.challenge.published_title if item.challenge is not None else "",
        )
        for item in items
        if not item.is_off
    ]


def _item(placement: Placement) -> Item:
    session = placement.session
    challenge = session.entry.challenge if session is not None and session.entry is not None else None
    return Item(
        id=placement.session_id or placement.id,
        title=placement.title,
        kind=session.kind.value if session is not None else "",
        summary=session.summary if session is not None else "",
        track=placement.track_name,
        room=placement.room_name,
        starts_at=placement.starts_at,
        ends_at=placement.ends_at,
        speakers=tuple(_speaker(speaker) for speaker in session.speakers) if session is not None else (),
        challenge=challenge if challenge is not None and challenge.is_visible else None,
        is_off=session is None,
    )


def _speaker(speaker: Speaker) -> str:
    return f"{speaker.name}, {speaker.organisation.name}" if speaker.organisation is not None else speaker.name


def _local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)


def _utc(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else None
