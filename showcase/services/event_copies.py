"""A new showcase from an old one: what is not of the day itself is taken over."""

from datetime import datetime, timedelta

from showcase.extensions import db
from showcase.models import Break, Criterion, Event, EventChallenge, Room, Track
from showcase.policies import Actor
from showcase.services import audit, event_days, events


def copy(event: Event, particulars: events.Particulars, *, by: Actor, now: datetime) -> Event:
    """Start a new draft from an event: its rooms, breaks, tracks with those challenges still published, and criteria.

    Times keep their distance from the start. Calls, candidates and invitations belong to the old one.

    Raises:
        NotAllowed: the policy says no.
        DomainError: its times or numbers cannot be right.
    """
    made = events.create(particulars, by=by, now=now)
    made.copied_from_id = event.id
    later = event_days.days_between(event.starts_at, made.starts_at)
    for name, values in _parts_of(event, later).items():
        getattr(made, name).extend(values)
    for track in event.tracks:
        made.tracks.append(_copied(track, made))
    for each in events.criteria_of(event):
        columns = {name: getattr(each, name) for name in ("name", "help", "kind", "weight", "most", "position")}
        db.session.add(Criterion(event=made, **columns))
    db.session.flush()
    audit.record("event.copied", made, by=by, source=str(event.id))
    return made


def _parts_of(event: Event, later: timedelta) -> dict[str, list[object]]:
    """Return copies of an event's rooms and breaks."""
    return {
        "rooms": [Room(name=r.name, capacity=r.capacity, position=r.position) for r in event.rooms],
        "breaks": [
            Break(name=b.name, starts_at=event_days.moved(b.starts_at, later), minutes=b.minutes) for b in event.breaks
        ],
    }


def _copied(track: Track, event: Event) -> Track:
    made = Track(name=track.name, summary=track.summary, position=track.position, need_id=track.need_id)
    for entry in track.entries:
        if entry.challenge.is_visible:
            made.entries.append(
                EventChallenge(event=event, challenge=entry.challenge, position=entry.position, places=entry.places)
            )
    return made
