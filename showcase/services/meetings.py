"""One-to-one meetings: either side asks, the other accepts or declines; afterwards what was new is released to all.

Nobody has more meetings than the plan gives everyone of its kind: what one asked for counts until it is declined, what
one is asked for counts once accepted. Each step is noted in the challenge's engagement record. Times and places are
given by `meeting_timetable`.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Challenge, Event, EventChallenge, Meeting, MeetingPlan, Organisation
from showcase.models.enums import EntryKind, MeetingState, OrganisationKind
from showcase.policies import Actor, Permission, require, visible_to
from showcase.services import audit, events, meeting_messages, meeting_plans, records, releases

MOST_WORDS = 4000
"""Characters of a note, a reason or what was new."""
STANDING = (MeetingState.ASKED, MeetingState.ACCEPTED, MeetingState.HELD, MeetingState.CLOSED)


# --- reading ----------------------------------------------------------------------------------------------------------


def listed(event: Event, *, seen_by: Actor, states: Sequence[MeetingState] = ()) -> sa.Select[Meeting]:
    """Return the query of an event's meetings that the viewer may see, those with a time first, in order."""
    query = (
        sa.select(Meeting)
        .join(MeetingPlan, MeetingPlan.id == Meeting.plan_id)
        .where(visible_to(seen_by, Meeting), MeetingPlan.event_id == event.id)
        .options(
            joinedload(Meeting.council),
            joinedload(Meeting.supplier),
            joinedload(Meeting.entry).joinedload(EventChallenge.challenge).joinedload(Challenge.published_version),
        )
        .order_by(Meeting.starts_at.is_(None), Meeting.starts_at, Meeting.place, Meeting.created_at, Meeting.id)
    )
    return query.where(Meeting.state.in_(states)) if states else query


def list_to_answer(*, seen_by: Actor, now: datetime) -> Sequence[Meeting]:
    """Return the meetings that the viewer's organisation is asked for and has not answered, the oldest first."""
    is_for_them = sa.or_(
        sa.and_(Meeting.council_id == seen_by.organisation_id, Meeting.asked_by == OrganisationKind.SUPPLIER),
        sa.and_(Meeting.supplier_id == seen_by.organisation_id, Meeting.asked_by == OrganisationKind.COUNCIL),
    )
    query = (
        sa.select(Meeting)
        .join(MeetingPlan, MeetingPlan.id == Meeting.plan_id)
        .join(Event, Event.id == MeetingPlan.event_id)
        .where(visible_to(seen_by, Meeting), is_for_them, Meeting.state == MeetingState.ASKED, Event.starts_at > now)
        .options(joinedload(Meeting.council), joinedload(Meeting.supplier))
        .order_by(Meeting.created_at, Meeting.id)
    )
    return db.session.scalars(query).all()


def counts(plan: MeetingPlan) -> Mapping[uuid.UUID, int]:
    """Return how many of its meetings each organisation has used: agreed ones, and those it asked for itself."""
    is_agreed = Meeting.state.in_((MeetingState.ACCEPTED, MeetingState.HELD, MeetingState.CLOSED))
    found: Counter[uuid.UUID] = Counter()
    for side, kind in (
        (Meeting.council_id, OrganisationKind.COUNCIL),
        (Meeting.supplier_id, OrganisationKind.SUPPLIER),
    ):
        is_own_wish = sa.and_(Meeting.state == MeetingState.ASKED, Meeting.asked_by == kind)
        query = sa.select(side, sa.func.count(Meeting.id)).where(
            Meeting.plan_id == plan.id, sa.or_(is_agreed, is_own_wish)
        )
        found.update(dict(db.session.execute(query.group_by(side)).all()))
    return found


def count_of(plan: MeetingPlan, organisation: Organisation) -> int:
    """Return how many of its meetings one organisation has used."""
    return counts(plan).get(organisation.id, 0)


def is_over(meeting: Meeting, *, now: datetime) -> bool:
    """Tell whether its time has passed."""
    return meeting.starts_at is not None and now >= meeting.starts_at + timedelta(minutes=meeting.plan.minutes)


# --- asking and answering ---------------------------------------------------------------------------------------------


def ask(entry: EventChallenge, supplier: Organisation, *, note: str, by: Actor, now: datetime) -> Meeting:
    """Ask for a meeting of a challenge's council and an invited supplier; if the other side has asked, accept that.

    Raises:
        NotAllowed: the policy says no, or the person acts for neither.
        DomainError: the note is too long.
        Conflict: meetings cannot be asked for now, no more are left, or this one stands or was declined.
    """
    require(by, Permission.MEETING_ASK, entry.event)
    council = entry.challenge.organisation
    if by.organisation_id not in (council.id, supplier.id):
        raise NotAllowed(permission=Permission.MEETING_ASK)
    if len(note) > MOST_WORDS:
        raise DomainError(f"Use {MOST_WORDS:,} characters or fewer.")
    plan = _hold_open_plan(entry.event, now)
    if supplier not in meeting_plans.suppliers(entry.event):
        raise Conflict("Meetings are for suppliers that are invited to this showcase.")
    side = OrganisationKind.COUNCIL if by.organisation_id == council.id else OrganisationKind.SUPPLIER
    known = db.session.scalar(
        sa.select(Meeting).where(Meeting.entry_id == entry.id, Meeting.supplier_id == supplier.id)
    )
    if known is not None and known.state is MeetingState.ASKED and known.asked_by is not side:
        accept(known, by=by, now=now)
        return known
    if known is not None and known.state is not MeetingState.CANCELLED:
        raise Conflict("This meeting was declined." if not known.is_standing else "This meeting is asked for already.")
    _require_left(plan, council if side is OrganisationKind.COUNCIL else supplier)
    meeting = known or Meeting(plan=plan, entry=entry, council=council, supplier=supplier, created_at=now)
    db.session.add(meeting)
    meeting.asked_by, meeting.note, meeting.reason = side, note.strip(), ""
    _become(meeting, MeetingState.ASKED, by=by, now=now)
    meeting_messages.tell_asked(meeting, now=now)
    return meeting


def accept(meeting: Meeting, *, by: Actor, now: datetime) -> None:
    """Agree to meet.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the meetings have begun, or the organisation has as many meetings as everyone may have.
    """
    require(by, Permission.MEETING_ANSWER, meeting)
    events.hold(meeting.entry.event)
    _refresh(meeting, MeetingState.ASKED)
    plan = meeting.plan
    if now >= min(each.starts_at for each in plan.rounds):
        raise Conflict("The meetings have begun.")
    _require_left(plan, meeting.supplier if meeting.asked_by is OrganisationKind.COUNCIL else meeting.council)
    _become(meeting, MeetingState.ACCEPTED, by=by, now=now)
    meeting_messages.tell_accepted(meeting, now=now)


def decline(meeting: Meeting, reason: str, *, by: Actor, now: datetime) -> None:
    """Say no, and why.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the reason is missing or too long.
        Conflict: it was answered or cancelled meanwhile.
    """
    require(by, Permission.MEETING_ANSWER, meeting)
    _refresh(meeting, MeetingState.ASKED)
    meeting.reason = _reason(reason)
    _become(meeting, MeetingState.DECLINED, by=by, now=now)
    meeting_messages.tell_declined(meeting, now=now)


def cancel(meeting: Meeting, reason: str, *, by: Actor, now: datetime) -> None:
    """Call off a meeting that is asked for or agreed; its time and place are free again.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the reason is missing or too long.
        Conflict: it was answered or took place meanwhile.
    """
    require(by, Permission.MEETING_CANCEL, meeting)
    _refresh(meeting, MeetingState.ASKED, MeetingState.ACCEPTED)
    meeting.reason, meeting.starts_at, meeting.place = _reason(reason), None, None
    _become(meeting, MeetingState.CANCELLED, by=by, now=now)
    meeting_messages.tell_cancelled(meeting, now=now)


# --- afterwards -------------------------------------------------------------------------------------------------------


def record(meeting: Meeting, new_information: str, *, by: Actor, now: datetime) -> None:
    """Note that a meeting took place and what the council said that others do not know; blank for nothing new.

    Raises:
        NotAllowed: the policy says no.
        DomainError: it is too long.
        Conflict: it has no time or is not over yet, or what was new is released already.
    """
    require(by, Permission.MEETING_RECORD, meeting)
    _refresh(meeting, MeetingState.ACCEPTED, MeetingState.HELD)
    if not is_over(meeting, now=now):
        raise Conflict("This meeting is not over yet, or has no time.")
    if meeting.released_at is not None:
        raise Conflict("What was new has been released. Release anything further on the challenge’s page.")
    meeting.new_information, meeting.noted_at = _short(new_information), now
    _become(meeting, MeetingState.HELD, by=by, now=now)


def release(meeting: Meeting, title: str, *, by: Actor, now: datetime) -> None:
    """Give everyone, on the challenge's public page and by e-mail, what the council said that was new.

    Raises:
        NotAllowed: the policy says no.
        DomainError: it has no title.
        Conflict: there is nothing to release.
    """
    require(by, Permission.MEETING_RECORD, meeting)
    _refresh(meeting, MeetingState.HELD)
    if not meeting.awaits_release:
        raise Conflict("There is nothing to release.")
    releases.release(meeting.entry.challenge, title, meeting.new_information, by=by, now=now, is_from_meeting=True)
    meeting.released_at = now
    audit.record("meeting.released", meeting, by=by)
    db.session.flush()


def close(meeting: Meeting, *, by: Actor, now: datetime) -> None:
    """Close a meeting that took place: only once everyone has what the council said that was new.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it is not noted what was new, or that is not released.
    """
    require(by, Permission.MEETING_CLOSE, meeting)
    _refresh(meeting, MeetingState.HELD)
    if meeting.noted_at is None:
        raise Conflict("Say first what was new in it, or that nothing was.")
    if meeting.awaits_release:
        raise Conflict("Something new was said in it. Release that to everyone first.")
    _become(meeting, MeetingState.CLOSED, by=by, now=now)


# --- shared -----------------------------------------------------------------------------------------------------------


def _hold_open_plan(event: Event, now: datetime) -> MeetingPlan:
    events.hold(event)
    plan = meeting_plans.find(event)
    if plan is None or not plan.is_open(now):
        raise Conflict("Meetings cannot be asked for or accepted at present.")
    return plan


def _require_left(plan: MeetingPlan, organisation: Organisation) -> None:
    most = plan.most_of(organisation.kind)
    if count_of(plan, organisation) >= most:
        raise Conflict(f"{organisation.name} has {most} meetings agreed or asked for: as many as everyone may have.")


def _refresh(meeting: Meeting, *states: MeetingState) -> None:
    """See a meeting as it is now, and stop when it is in none of the states."""
    db.session.refresh(meeting, with_for_update={"of": Meeting})
    if meeting.state not in states:
        raise Conflict("Someone answered or changed this meeting meanwhile. Look at it again.")


def _reason(text: str) -> str:
    if not text.strip():
        raise DomainError("Say why, so that the other side knows.")
    return _short(text)


def _short(text: str) -> str:
    if len(text) > MOST_WORDS:
        raise DomainError(f"Use {MOST_WORDS:,} characters or fewer.")
    return text.strip()


WORDS = {
    MeetingState.ASKED: "A one-to-one meeting was asked for",
    MeetingState.ACCEPTED: "A one-to-one meeting was agreed",
    MeetingState.DECLINED: "A one-to-one meeting was declined",
    MeetingState.CANCELLED: "A one-to-one meeting was cancelled",
    MeetingState.HELD: "A one-to-one meeting took place",
    MeetingState.CLOSED: "A one-to-one meeting was closed",
}
"""What the engagement record says of each state."""


def _become(meeting: Meeting, state: MeetingState, *, by: Actor, now: datetime) -> None:
    """Change the state, and record it in the audit trail and in the challenge's engagement record."""
    meeting.state, meeting.state_since = state, now
    db.session.flush()
    audit.record(f"meeting.{state.value}", meeting, by=by, entry=str(meeting.entry_id))
    detail = ""
    if state is MeetingState.HELD:
        detail = (
            " The council noted something new, to be released." if meeting.new_information else " Nothing new was said."
        )
    elif state is MeetingState.ASKED:
        detail = f" The {meeting.asked_by.value} asked."
    records.note(
        meeting.entry.challenge,
        EntryKind.MEETING,
        f"{WORDS[state]}: {meeting.council.name} and {meeting.supplier.name}, at “{meeting.entry.event.name}”.{detail}",
        by=by,
        now=now,
        happened_at=meeting.starts_at if state is MeetingState.HELD else None,
    )
