"""What an agenda is made from: slots, rooms, people, sessions and wishes, as values that refer to one another by id.

Everything else in this package reads a `Problem` and nothing changes one. It sorts itself by id, so that the order in
which a caller lists things can never change an answer. Times are local and naive; `reading` makes a checked `Problem`
of JSON, the product makes one of its rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

Window = tuple[datetime, datetime]


@dataclass(frozen=True, order=True)
class Room:
    """A place with a number of seats."""

    id: str
    capacity: int


@dataclass(frozen=True, order=True)
class Slot:
    """A stretch of time in one room that can hold one session."""

    id: str
    room: str
    start: datetime
    minutes: int

    @property
    def end(self) -> datetime:
        """When the room must be free again."""
        return self.start + timedelta(minutes=self.minutes)


@dataclass(frozen=True, order=True)
class Person:
    """Somebody a session cannot do without; `available` None means at any time, and empty never."""

    id: str
    available: tuple[Window, ...] | None = None

    def is_free(self, start: datetime, end: datetime) -> bool:
        """Say whether one window contains the whole of this time."""
        return self.available is None or any(first <= start and end <= last for first, last in self.available)


@dataclass(frozen=True, order=True)
class Session:
    """Something to be held once; `slots` None means that any slot may be used, and `track` "" that it has no track."""

    id: str
    minutes: int
    track: str = ""
    people: frozenset[str] = frozenset()
    audience: int = 0
    slots: frozenset[str] | None = None

    def end(self, slot: Slot) -> datetime:
        """Return when this session ends if it starts with this slot; it may leave a part of the slot unused."""
        return slot.start + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Interest:
    """How much one council wants each of some sessions: whole numbers, more is keener."""

    who: str
    sessions: Mapping[str, int]


@dataclass(frozen=True)
class Problem:
    """An event to make an agenda for. Ids are those of the lists; a caller with unchecked input uses `reading`."""

    slots: tuple[Slot, ...]
    rooms: tuple[Room, ...]
    sessions: tuple[Session, ...]
    people: tuple[Person, ...] = ()
    pinned: Mapping[str, str] = field(default_factory=dict)
    published: Mapping[str, str] = field(default_factory=dict)
    turnaround_minutes: int = 0
    interests: tuple[Interest, ...] = ()

    def __post_init__(self) -> None:
        for name in ("slots", "rooms", "sessions", "people"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name), key=lambda one: one.id)))

    @cached_property
    def slot(self) -> Mapping[str, Slot]:
        """The slots by id."""
        return {one.id: one for one in self.slots}

    @cached_property
    def room(self) -> Mapping[str, Room]:
        """The rooms by id."""
        return {one.id: one for one in self.rooms}

    @cached_property
    def session(self) -> Mapping[str, Session]:
        """The sessions by id."""
        return {one.id: one for one in self.sessions}

    @cached_property
    def person(self) -> Mapping[str, Person]:
        """The people by id."""
        return {one.id: one for one in self.people}
