"""Reads a problem or an agenda from decoded JSON, and names every fault at once: its place, then what is wrong.

Keys this form does not have are ignored, so that a caller may carry names and notes along.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from showcase.scheduling.problem import Interest, Person, Problem, Room, Session, Slot, Window

TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
MOST_MINUTES = 7 * 24 * 60
MOST = 10**6
"""For weights and numbers of people: what nobody means, and what keeps every sum within the solver's whole numbers."""


class BadInput(Exception):
    """The input cannot be used; `faults` are lines such as `sessions[3].minutes: must be 1 or more, not 0`."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def read_problem(data: object) -> Problem:
    """Return the problem that this JSON object describes.

    Raises:
        BadInput: something is missing, of the wrong kind, given twice or not known.
    """
    reader = _Reader()
    problem = reader.problem(data)
    if reader.faults:
        raise BadInput(reader.faults)
    return problem


def read_assignments(data: object) -> dict[str, str]:
    """Return session → slot, of the object itself or of its "assignments", as `solve` prints it.

    Raises:
        BadInput: this is no such object.
    """
    if isinstance(data, dict) and isinstance(data.get("assignments"), dict):
        data = data["assignments"]
    if not isinstance(data, dict):
        raise BadInput(['agenda: must be an object {"session": "slot"}, or have one as "assignments"'])
    faults = [
        f"agenda.{key}: must be the id of a slot, not {_show(value)}"
        for key, value in data.items()
        if not isinstance(value, str)
    ]
    if faults:
        raise BadInput(faults)
    return dict(data)


class _Reader:
    """Collects faults while it reads; what it returns is only good if there were none."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def problem(self, data: object) -> Problem:
        if not isinstance(data, dict):
            self.faults.append(f"problem: must be an object, not {_show(data)}")
            data = {"slots": [], "rooms": [], "sessions": []}
        rooms = tuple(self._room(row, place) for row, place in self._rows(data, "rooms", required=True))
        slots = tuple(self._slot(row, place, _ids(rooms)) for row, place in self._rows(data, "slots", required=True))
        people = tuple(self._person(row, place) for row, place in self._rows(data, "people"))
        sessions = tuple(
            self._session(row, place, _ids(people), _ids(slots))
            for row, place in self._rows(data, "sessions", required=True)
        )
        interests = tuple(
            self._interest(row, place, _ids(sessions)) for row, place in self._rows(data, "interests", has_id=False)
        )
        return Problem(
            slots=slots,
            rooms=rooms,
            sessions=sessions,
            people=people,
            pinned=self._places(data, "pinned", _ids(sessions), _ids(slots)),
            published=self._places(data, "published", _ids(sessions), _ids(slots)),
            turnaround_minutes=self._number(data, "turnaround_minutes", "", 0, MOST_MINUTES, default=0),
            interests=interests,
        )

    def _rows(
        self, data: Mapping[str, Any], name: str, required: bool = False, has_id: bool = True
    ) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield each object of a list with its place, and complain about ids given twice."""
        rows = data.get(name)
        if rows is None and not required:
            return
        if not isinstance(rows, list):
            self.faults.append(f"{name}: must be a list" + (f", not {_show(rows)}" if name in data else ""))
            return
        seen: set[str] = set()
        for index, row in enumerate(rows):
            place = f"{name}[{index}]"
            if not isinstance(row, dict):
                self.faults.append(f"{place}: must be an object, not {_show(row)}")
                continue
            if has_id and isinstance(id := row.get("id"), str):
                if id in seen:
                    self.faults.append(f"{place}.id: {_show(id)} is given twice")
                seen.add(id)
            yield row, place + "."

    def _room(self, row: dict[str, Any], place: str) -> Room:
        return Room(self._text(row, "id", place), self._number(row, "capacity", place, 0, MOST))

    def _slot(self, row: dict[str, Any], place: str, rooms: set[str]) -> Slot:
        return Slot(
            id=self._text(row, "id", place),
            room=self._known(self._text(row, "room", place), "room", rooms, f"{place}room"),
            start=self._time(row.get("start"), f"{place}start"),
            minutes=self._number(row, "minutes", place, 1, MOST_MINUTES),
        )

    def _person(self, row: dict[str, Any], place: str) -> Person:
        id, windows = self._text(row, "id", place), row.get("available")
        if windows is None:
            return Person(id)
        if not isinstance(windows, list):
            self.faults.append(f"{place}available: must be a list of pairs of times, not {_show(windows)}")
            return Person(id)
        return Person(id, tuple(self._window(pair, f"{place}available[{n}]") for n, pair in enumerate(windows)))

    def _window(self, pair: object, place: str) -> Window:
        if not isinstance(pair, list) or len(pair) != 2:
            self.faults.append(f"{place}: must be a pair of times, not {_show(pair)}")
            return (datetime.min, datetime.max)
        first, last = (self._time(time, f"{place}[{n}]") for n, time in enumerate(pair))
        if first > last:
            self.faults.append(f"{place}: ends before it starts")
        return (first, last)

    def _session(self, row: dict[str, Any], place: str, people: set[str], slots: set[str]) -> Session:
        track = row.get("track")
        if track is not None and not isinstance(track, str):
            self.faults.append(f"{place}track: must be text, not {_show(track)}")
        return Session(
            id=self._text(row, "id", place),
            minutes=self._number(row, "minutes", place, 1, MOST_MINUTES),
            track=track if isinstance(track, str) else "",
            people=self._set(row, "people", "person", people, place) or frozenset(),
            audience=self._number(row, "audience", place, 0, MOST, default=0),
            slots=self._set(row, "slots", "slot", slots, place),
        )

    def _interest(self, row: dict[str, Any], place: str, sessions: set[str]) -> Interest:
        wanted = row.get("sessions")
        if not isinstance(wanted, dict):
            self.faults.append(f"{place}sessions: must be an object of weights")
            wanted = {}
        inner = f"{place}sessions."
        weights = {
            self._known(id, "session", sessions, f"{inner}{id}"): self._number(wanted, id, inner, 0, MOST)
            for id in sorted(wanted)
        }
        return Interest(self._text(row, "who", place), weights)

    def _places(self, data: Mapping[str, Any], name: str, sessions: set[str], slots: set[str]) -> dict[str, str]:
        places = data.get(name)
        if places is None:
            return {}
        if not isinstance(places, dict):
            self.faults.append(f'{name}: must be an object {{"session": "slot"}}, not {_show(places)}')
            return {}
        return {
            self._known(session, "session", sessions, f"{name}.{session}"): self._known(
                slot, "slot", slots, f"{name}.{session}"
            )
            for session, slot in sorted(places.items())
        }

    def _set(self, row: dict[str, Any], name: str, noun: str, known: set[str], place: str) -> frozenset[str] | None:
        ids = row.get(name)
        if ids is None:
            return None
        if not isinstance(ids, list):
            self.faults.append(f"{place}{name}: must be a list of ids, not {_show(ids)}")
            return None
        return frozenset(self._known(id, noun, known, f"{place}{name}[{index}]") for index, id in enumerate(ids))

    def _known(self, id: object, noun: str, known: set[str], place: str) -> str:
        if not isinstance(id, str):
            self.faults.append(f"{place}: must be the id of a {noun}, not {_show(id)}")
        elif id and id not in known:
            self.faults.append(f"{place}: there is no {noun} {_show(id)}")
        return id if isinstance(id, str) else ""

    def _text(self, row: Mapping[str, Any], name: str, place: str) -> str:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return value
        self.faults.append(f"{place}{name}: " + (f"must be text, not {_show(value)}" if name in row else "is missing"))
        return ""

    def _number(
        self, row: Mapping[str, Any], name: str, place: str, least: int, most: int, default: int | None = None
    ) -> int:
        value = row.get(name, default)
        if value is None and name not in row:
            self.faults.append(f"{place}{name}: is missing")
        elif not isinstance(value, int) or isinstance(value, bool):
            self.faults.append(f"{place}{name}: must be a whole number, not {_show(value)}")
        elif not least <= value <= most:
            self.faults.append(f"{place}{name}: must be from {least} to {most}, not {value}")
        else:
            return value
        return least

    def _time(self, value: object, place: str) -> datetime:
        if isinstance(value, str) and TIME.fullmatch(value):
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                pass
        self.faults.append(f"{place}: must be a local time such as 2027-03-10T09:30, not {_show(value)}")
        return datetime.min


def _ids(rows: Iterable[Room | Slot | Person | Session]) -> set[str]:
    return {row.id for row in rows}


def _show(value: object) -> str:
    """Return the value as a person would write it, short, on one line."""
    words = f'"{value}"' if isinstance(value, str) else str(value)
    words = " ".join(words.split())
    return words if len(words) <= 60 else words[:59] + "…"
