"""Drafts of agendas: start one, move and pin its sessions by hand, and see where it stands.

A draft may break rules, which are then named; it cannot be published while it does (`agenda_publishing`). A better one
is suggested by the worker (`agenda_suggestions`).
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Agenda, Challenge, Event, EventChallenge, Placement, Room, Session, Speaker, Track
from showcase.models.enums import AgendaState
from showcase.policies import Actor, Permission, require
from showcase.services import agenda_words, audit, events, solves
from showcase.services.agenda_problems import brief_for, place_of

KIND = "agenda"
"""Kind of the solves by which agendas are suggested; their subject is the event."""
CHANGED_FIRST = "Someone else changed this draft while you were looking at it. This is how it stands now: try again."


# --- reading ----------------------------------------------------------------------------------------------------------


def published_of(event: Event) -> Agenda | None:
    """Return the version in force."""
    return _one(event, AgendaState.PUBLISHED)


def draft_of(event: Event) -> Agenda | None:
    """Return the draft."""
    return _one(event, AgendaState.DRAFT)


def list_versions(event: Event) -> Sequence[Agenda]:
    """Return the published versions, the latest first."""
    query = sa.select(Agenda).where(Agenda.event_id == event.id, Agenda.number.is_not(None))
    return db.session.scalars(query.order_by(Agenda.number.desc())).all()


def load_whole(event: Event) -> Event:
    """Read an event with all that an agenda is made from, in a fixed number of statements."""
    query = (
        sa.select(Event)
        .where(Event.id == event.id)
        .options(
            selectinload(Event.rooms),
            selectinload(Event.breaks),
            selectinload(Event.tracks).selectinload(Track.entries).joinedload(EventChallenge.challenge),
            selectinload(Event.sessions).selectinload(Session.speakers).joinedload(Speaker.organisation),
            selectinload(Event.sessions).joinedload(Session.track),
            selectinload(Event.sessions)
            .joinedload(Session.entry)
            .joinedload(EventChallenge.challenge)
            .options(joinedload(Challenge.organisation), joinedload(Challenge.published_version)),
        )
    )
    return db.session.scalars(query).unique().one()


# --- the draft --------------------------------------------------------------------------------------------------------


def start(event: Event, *, by: Actor, now: datetime) -> Agenda:
    """Start a draft from the version in force, or from nothing; return the one that is there already.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.AGENDA_MAKE, event)
    events.hold(event)
    if (draft := draft_of(event)) is not None:
        return draft
    published = published_of(event)
    brief = brief_for(load_whole(event), None, published)
    draft = Agenda(
        event=event,
        created_at=now,
        made_from=brief.made_from,
        turnaround_minutes=published.turnaround_minutes if published else 0,
    )
    db.session.add(draft)
    for placement in published.placements if published else ():
        if placement.session is not None and placement.room is not None:
            draft.placements.append(_placed(placement.session, placement.room_id, placement.starts_at, event))
    db.session.flush()
    audit.record("agenda.started", draft, by=by, event=event.name)
    return draft


def move(draft: Agenda, session: Session, slot: str, *, revision: int, swap: bool, by: Actor) -> None:
    """Put a session into a slot; with `swap`, what stands there takes the place that it leaves.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone else changed the draft first.
        DomainError: the day has no such slot for it.
    """
    hold(draft, revision, by=by)
    brief = brief_for(load_whole(draft.event), draft)
    if slot not in brief.problem.slot or brief.problem.slot[slot].minutes != session.minutes:
        raise DomainError("The day has no such slot for this session. Choose one of those listed.")
    room_id, starts_at = place_of(slot)
    before = _placement_of(draft, session)
    if swap:
        _swap(draft, session, before, slot)
    placed = before or _placed(session, room_id, starts_at, draft.event)
    placed.room_id, placed.starts_at = room_id, starts_at
    if before is None:
        draft.placements.append(placed)
    changed(draft)
    audit.record("agenda.moved", draft, by=by, title=session.title, to=agenda_words.place(brief, slot))


def take_off(draft: Agenda, session: Session, *, revision: int, by: Actor) -> None:
    """Take a session off the draft, so that it has no place.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone else changed the draft first.
    """
    hold(draft, revision, by=by)
    placement = _placement_of(draft, session)
    if placement is not None:
        draft.bound = None if placement.is_pinned else draft.bound
        draft.placements.remove(placement)
        changed(draft)
        audit.record("agenda.taken_off", draft, by=by, title=session.title)


def pin(draft: Agenda, session: Session, is_pinned: bool, *, revision: int, by: Actor) -> None:
    """Pin a session to its place, so that suggestions leave it there, or let go of it.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone else changed the draft first.
        DomainError: it has no place yet.
    """
    hold(draft, revision, by=by)
    placement = _placement_of(draft, session)
    if placement is None:
        raise DomainError("Give it a place first.")
    if placement.is_pinned and not is_pinned:
        draft.bound = None
    placement.is_pinned = is_pinned
    changed(draft)
    audit.record("agenda.pinned" if is_pinned else "agenda.unpinned", draft, by=by, title=session.title)


def acknowledge(draft: Agenda, *, revision: int, by: Actor) -> None:
    """Say that one has looked at a draft again since the event changed.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone else changed the draft first.
    """
    hold(draft, revision, by=by)
    draft.made_from = made_from_now(draft.event)
    audit.record("agenda.looked_at_again", draft, by=by, event=draft.event.name)
    changed(draft)


def discard(draft: Agenda, *, revision: int, by: Actor, now: datetime) -> None:
    """Give a draft up; what is published stays.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone else changed the draft first.
    """
    hold(draft, revision, by=by)
    if (solve := solves.latest(KIND, draft.event_id)) is not None:
        solves.cancel(solve, now=now)
    audit.record("agenda.discarded", draft, by=by, event=draft.event.name)
    db.session.delete(draft)
    db.session.flush()


def hold(draft: Agenda, revision: int | None, *, by: Actor) -> None:
    """Let nobody else change a draft until the commit, and refuse if someone did since `revision`; None: whoever did.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone else changed it first, or it is no draft any more.
    """
    require(by, Permission.AGENDA_MAKE, draft.event)
    db.session.refresh(draft, with_for_update=True)
    if draft.state is not AgendaState.DRAFT or (revision is not None and revision != draft.revision):
        raise Conflict(CHANGED_FIRST)


# --- pieces that other parts of agendas use ---------------------------------------------------------------------------


def changed(draft: Agenda) -> None:
    """Note that a draft was changed."""
    draft.revision += 1
    db.session.flush()


def name(placement: Placement, session: Session, room: Room) -> None:
    """Write down what a session and its room are called, and how long it is, as they stand now."""
    track = session.track or (session.entry.track if session.entry is not None else None)
    placement.title, placement.room_name, placement.minutes = session.title, room.name, session.minutes
    placement.track_name = track.name if track is not None else ""


def made_from_now(event: Event) -> str:
    """Return the hash of what an agenda of the event would be made from now."""
    return brief_for(load_whole(event)).made_from


def _one(event: Event, state: AgendaState) -> Agenda | None:
    return db.session.scalar(
        sa.select(Agenda)
        .where(Agenda.event_id == event.id, Agenda.state == state)
        .options(selectinload(Agenda.placements).joinedload(Placement.session))
    )


def _placement_of(draft: Agenda, session: Session) -> Placement | None:
    return next((p for p in draft.placements if p.session_id == session.id), None)


def _placed(session: Session, room_id: uuid.UUID | None, starts_at: datetime, event: Event) -> Placement:
    room = next(room for room in event.rooms if room.id == room_id)
    placement = Placement(session=session, session_id=session.id, room_id=room_id, starts_at=starts_at)
    name(placement, session, room)
    return placement


def put(draft: Agenda, session: Session, slot: str) -> None:
    """Give a session of a draft a slot."""
    room_id, starts_at = place_of(slot)
    placement = _placement_of(draft, session)
    if placement is None:
        draft.placements.append(_placed(session, room_id, starts_at, draft.event))
    else:
        placement.room_id, placement.starts_at = room_id, starts_at


def _swap(draft: Agenda, session: Session, before: Placement | None, slot: str) -> None:
    """Give the place that a session leaves to what stands in the slot that it goes to."""
    room_id, starts_at = place_of(slot)
    there = [
        p for p in draft.placements if p.session_id != session.id and (p.room_id, p.starts_at) == (room_id, starts_at)
    ]
    for other in there:
        if before is None:
            draft.placements.remove(other)
        else:
            other.room_id, other.starts_at = before.room_id, before.starts_at
