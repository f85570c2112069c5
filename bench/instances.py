"""Makes agendas' problems like those of a real event, from a seed: popular themes, busy people, part-day attendance."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

DAY = datetime(2027, 3, 10, 9, 30)


def instance(
    seed: int, sessions: int = 60, rooms: int = 5, times: int = 16, councils: int = 120, wanted: int = 8
) -> dict[str, Any]:
    """Return a problem in its JSON form; there is always an agenda, because one was drawn first and kept possible."""
    draw = random.Random(f"agenda {seed}")
    half = (times + 1) // 2
    starts = [DAY + timedelta(days=index // half, minutes=30 * (index % half)) for index in range(times)]
    room_rows: list[dict[str, Any]] = [
        {"id": f"R{room}", "capacity": draw.choice((40, 60, 80, 120))} for room in range(rooms)
    ]
    slots: list[dict[str, Any]] = [
        {"id": f"K{time:02}{room}", "room": f"R{room}", "start": f"{starts[time]:%Y-%m-%dT%H:%M}", "minutes": 30}
        for time in range(times)
        for room in range(rooms)
    ]
    witness = dict(zip((f"S{one:02}" for one in range(sessions)), draw.sample(slots, sessions), strict=True))
    capacity = {row["id"]: row["capacity"] for row in room_rows}
    session_rows: list[dict[str, Any]] = [
        {
            "id": id,
            "track": f"T{draw.randrange(max(2, sessions // 8))}",
            "minutes": draw.choice((20, 30, 30)),
            "people": [f"P{number}"],
            "audience": draw.randrange(10, capacity[slot["room"]] + 1),
        }
        for number, (id, slot) in enumerate(witness.items())
    ]
    people = _people(draw, session_rows, witness, starts)
    return {
        "slots": slots,
        "rooms": room_rows,
        "people": people,
        "sessions": session_rows,
        "pinned": {id: slot["id"] for id, slot in witness.items() if draw.random() < 0.04},
        "published": {id: slot["id"] for id, slot in witness.items() if draw.random() < 0.25},
        "turnaround_minutes": 0,
        "interests": _interests(draw, session_rows, councils, wanted),
    }


def _people(
    draw: random.Random, sessions: Sequence[dict[str, Any]], witness: dict[str, Any], starts: Sequence[datetime]
) -> list[dict[str, Any]]:
    """Share some people among sessions that the drawn agenda holds apart, and let a third attend for one day only."""
    when = {id: datetime.fromisoformat(slot["start"]) for id, slot in witness.items()}
    for session in sessions:
        for other in draw.sample(sessions, min(2, len(sessions))):
            busy = [row["id"] for row in sessions if other["people"][0] in row["people"]]
            if when[session["id"]] not in {when[id] for id in busy} and draw.random() < 0.5:
                session["people"].append(other["people"][0])
    rows = []
    for name in sorted({person for session in sessions for person in session["people"]}):
        held = [when[row["id"]] for row in sessions if name in row["people"]]
        first, last = (min(held), max(held)) if draw.random() < 0.3 else (starts[0], starts[-1])
        windows = [
            [
                f"{day}T{max(first, day_first):%H:%M}" if day == first.date() else f"{day}T08:00",
                f"{last + timedelta(minutes=30):%Y-%m-%dT%H:%M}" if day == last.date() else f"{day}T18:00",
            ]
            for day in sorted({start.date() for start in starts if first.date() <= start.date() <= last.date()})
            for day_first in (datetime(day.year, day.month, day.day),)
        ]
        rows.append({"id": name, "available": windows})
    return rows


def _interests(
    draw: random.Random, sessions: Sequence[dict[str, Any]], councils: int, wanted: int
) -> list[dict[str, Any]]:
    """Let each council want sessions by how popular they are, and more of the tracks it cares for."""
    ids = [row["id"] for row in sessions]
    popular = {id: draw.paretovariate(1.5) for id in ids}
    tracks = sorted({row["track"] for row in sessions})
    rows = []
    for council in range(councils):
        keen = set(draw.sample(tracks, 2))
        weights = list(accumulate(popular[row["id"]] * (3 if row["track"] in keen else 1) for row in sessions))
        chosen = set(draw.choices(ids, cum_weights=weights, k=draw.randrange(max(1, wanted - 3), wanted + 5)))
        rows.append({"who": f"E{council:08}", "sessions": {id: draw.randrange(1, 6) for id in sorted(chosen)}})
    return rows
