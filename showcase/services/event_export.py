"""A showcase as everyone sees it, for machines: its day, tracks with published challenges, calls and criteria.

Nothing of the selection is in it; what is on when is said by the agenda.
"""

from typing import Any

from showcase.models import Event, EventChallenge, Track
from showcase.services import events, messages


def as_json(event: Event) -> dict[str, Any]:
    """Return an event as JSON values; times in UTC."""
    return {
        "id": str(event.id),
        "name": event.name,
        "state": event.state.value,
        "is_illustrative": event.is_illustrative,
        "summary": event.summary,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "venue": event.venue,
        "address": event.address,
        "places": {"in_person": event.in_person_places, "online": event.online_places},
        "pitch_minutes": event.pitch_minutes,
        "rooms": [{"name": room.name, "capacity": room.capacity} for room in event.rooms],
        "tracks": [_track(track) for track in event.tracks],
        "calls": [
            {"opens_at": c.opens_at.isoformat(), "closes_at": c.closes_at.isoformat(), "short_because": c.short_because}
            for c in event.calls
        ],
        "criteria": [{"name": each.name, "help": each.help, "weight": each.weight} for each in _criteria(event)],
        "url": messages.link(f"/showcases/{event.id}"),
    }


def _criteria(event: Event) -> list[Any]:
    return list(events.criteria_of(event)) if event.is_announced else []


def _track(track: Track) -> dict[str, Any]:
    shown = [entry for entry in track.entries if entry.challenge.is_visible]
    return {"name": track.name, "summary": track.summary, "challenges": [_challenge(entry) for entry in shown]}


def _challenge(entry: EventChallenge) -> dict[str, Any]:
    challenge = entry.challenge
    return {
        "id": str(challenge.id),
        "title": challenge.published_title,
        "council": challenge.organisation.name,
        "url": messages.link(f"/challenges/{challenge.id}"),
    }
