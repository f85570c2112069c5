"""What one version of an agenda changes against another: sessions that move, are new or are gone. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from showcase.models import Agenda, Placement


class ChangeKind(StrEnum):
    """What becomes of a session."""

    NEW = "new"
    MOVED = "moved"
    RENAMED = "renamed"
    GONE = "gone"


@dataclass(frozen=True)
class Change:
    """What becomes of one session."""

    kind: ChangeKind
    before: Placement | None
    after: Placement | None

    @property
    def placement(self) -> Placement:
        """The session as it is after, or, when it is gone, as it was."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def is_told(self) -> bool:
        """Whether those whom it concerns need to know: a new name alone changes no plans."""
        return self.kind is not ChangeKind.RENAMED


def changes_between(before: Agenda | None, after: Agenda) -> list[Change]:
    """Return what is different, in the order of the day."""
    old = {p.session_id: p for p in (before.placements if before else ()) if p.session_id is not None}
    new = {p.session_id: p for p in after.placements if p.session_id is not None}
    # A session that was taken off the event has left its place without an id
    found = [Change(ChangeKind.GONE, p, None) for p in (before.placements if before else ()) if p.session_id is None]
    found += [Change(ChangeKind.GONE, p, None) for id, p in old.items() if id not in new]
    for id, placement in new.items():
        kind = _kind(old.get(id), placement)
        if kind is not None:
            found.append(Change(kind, old.get(id), placement))
    return sorted(found, key=_order)


def _kind(before: Placement | None, after: Placement) -> ChangeKind | None:
    if before is None:
        return ChangeKind.NEW
    if (before.starts_at, before.room_id, before.minutes) != (after.starts_at, after.room_id, _minutes(after)):
        return ChangeKind.MOVED
    if after.session is not None and (before.title, before.room_name) != (after.session.title, _room(after)):
        return ChangeKind.RENAMED
    return None


def _minutes(placement: Placement) -> int:
    return placement.session.minutes if placement.session is not None else placement.minutes


def _room(placement: Placement) -> str:
    return placement.room.name if placement.room is not None else placement.room_name


def _order(change: Change) -> tuple[datetime, str, str]:
    return change.placement.starts_at, change.placement.room_name, str(change.placement.id)
