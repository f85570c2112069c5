"""What councils want to see at an event: weights from 0 to 3 for each session, which a suggested agenda keeps apart.

A council that has not said anything of a session counts by what is known of it: most for answers to its own challenge,
then for the same track, then for a track about a need that one of its challenges shares.
"""

import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from showcase.errors import DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Event, Invitation, NeedMember, Organisation, Publication, Session, SessionWish
from showcase.models.enums import InvitationState
from showcase.policies import Actor, Permission, require
from showcase.services import audit, events

WEIGHTS: Mapping[int, str] = {0: "Not needed", 1: "Would be good", 2: "Important", 3: "Must see"}
OWN, SAME_TRACK, SHARED_NEED = 3, 2, 1
"""Weight, until a council says otherwise, of answers to its own challenge, of its tracks, of needs that it shares."""
COMES = (InvitationState.SENT, InvitationState.ACCEPTED)


def councils_of(event: Event) -> set[uuid.UUID]:
    """Return the ids of the councils whose wishes count: those invited, and those whose challenges it is about."""
    invited = sa.select(Invitation.organisation_id).where(
        Invitation.event_id == event.id, Invitation.candidate_id.is_(None), Invitation.state.in_(COMES)
    )
    return set(db.session.scalars(invited)) | {entry.challenge.organisation_id for entry in event.entries}


def takes_part(event: Event, organisation_id: uuid.UUID | None) -> bool:
    """Tell whether a council's wishes count."""
    return organisation_id in councils_of(event)


def weights_for(event: Event) -> dict[uuid.UUID, dict[uuid.UUID, int]]:
    """Return, by council, what each session that it wants to see weighs."""
    sessions = {session.id for session in event.sessions}
    councils = councils_of(event)
    said = _said(sessions)
    shared = _tracks_by_need(event)
    found: dict[uuid.UUID, dict[uuid.UUID, int]] = {}
    for council in councils:
        weights = {**_supposed(event, council, shared), **said.get(council, {})}
        wanted = {session: weight for session, weight in weights.items() if weight > 0}
        if wanted:
            found[council] = wanted
    return found


def weights_of(event: Event, organisation_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Return what each session weighs for one council, 0 included: as it said, else as is supposed."""
    supposed = _supposed(event, organisation_id, _tracks_by_need(event))
    said = _said({session.id for session in event.sessions}).get(organisation_id, {})
    return {session.id: said.get(session.id, supposed.get(session.id, 0)) for session in event.sessions}


def has_said(event: Event, organisation_id: uuid.UUID) -> bool:
    """Tell whether a council has saved its wishes."""
    return organisation_id in _said({session.id for session in event.sessions})


def save(event: Event, weights: Mapping[uuid.UUID, int], *, by: Actor) -> None:
    """Keep what the actor's council wants to see; sessions left out stay as they were.

    Raises:
        NotAllowed: the policy says no, or the council takes no part.
        DomainError: a session is not of this event, or a weight is none.
    """
    require(by, Permission.AGENDA_WISH, event)
    if by.organisation_id is None or not takes_part(event, by.organisation_id):
        raise NotAllowed("Only councils that are invited, or whose challenges it is about, can say what they want.")
    if not set(weights) <= {session.id for session in event.sessions} or not set(weights.values()) <= set(WEIGHTS):
        raise DomainError("A session was taken off meanwhile. Look at the list again.")
    events.hold(event)
    query = sa.select(SessionWish).where(
        SessionWish.organisation_id == by.organisation_id, SessionWish.session_id.in_(list(weights))
    )
    known = {wish.session_id: wish for wish in db.session.scalars(query)}
    for session_id, weight in weights.items():
        if session_id in known:
            known[session_id].weight = weight
        else:
            made = SessionWish(session_id=session_id, organisation_id=by.organisation_id, weight=weight)
            db.session.add(made)
    db.session.flush()
    audit.record("event.wishes_saved", event, by=by)


def list_councils(event: Event) -> Sequence[Organisation]:
    """Return the councils whose wishes count, by name."""
    query = sa.select(Organisation).where(Organisation.id.in_(councils_of(event)))
    return db.session.scalars(query.order_by(Organisation.name, Organisation.id)).all()


def _said(sessions: set[uuid.UUID]) -> dict[uuid.UUID, dict[uuid.UUID, int]]:
    found: dict[uuid.UUID, dict[uuid.UUID, int]] = {}
    query = sa.select(SessionWish.organisation_id, SessionWish.session_id, SessionWish.weight)
    for council, session, weight in db.session.execute(query.where(SessionWish.session_id.in_(sessions))):
        found.setdefault(council, {})[session] = weight
    return found


def _tracks_by_need(event: Event) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Return, by council, the tracks about a need that one of its published challenges shares."""
    tracks = {track.need_id: track.id for track in event.tracks if track.need_id is not None}
    if not tracks:
        return {}
    query = (
        sa.select(Publication.organisation_id, NeedMember.need_id)
        .join(NeedMember, NeedMember.challenge_id == Publication.id)
        .where(NeedMember.need_id.in_(list(tracks)), Publication.published_version_id.is_not(None))
    )
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for council, need in db.session.execute(query):
        found.setdefault(council, set()).add(tracks[need])
    return found


def _supposed(event: Event, council: uuid.UUID, shared: Mapping[uuid.UUID, set[uuid.UUID]]) -> dict[uuid.UUID, int]:
    own = {entry.track_id for entry in event.entries if entry.challenge.organisation_id == council}
    found = {}
    for session in event.sessions:
        track_id = _track_of(session)
        if session.entry is not None and session.entry.challenge.organisation_id == council:
            found[session.id] = OWN
        elif track_id in own:
            found[session.id] = SAME_TRACK
        elif track_id in shared.get(council, ()):
            found[session.id] = SHARED_NEED
    return found


def _track_of(session: Session) -> uuid.UUID | None:
    return session.track_id or (session.entry.track_id if session.entry is not None else None)
