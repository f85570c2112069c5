"""The part of a recommendation pack about engagement: what is on record for the challenges that a list came from.

Each challenge has an engagement record of its own. Staff read what every one holds and lacks; the lead authority that
of its own challenges, and of others what stands on their public pages.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Challenge, EngagementRecord, EventChallenge, InterestList, Meeting, Need, Pack, Question
from showcase.models.enums import EntryKind, MeetingState, QuestionState
from showcase.policies import Actor, Permission, can, visible_to
from showcase.services import needs, notices, record_keeping, records, releases
from showcase.services.pack_parts import Cell, Section, Table, day, moment

EQUAL = "Every supplier saw the same list, snapshots and conditions."
NO_CHALLENGE = "This list came from no challenge, so no engagement record stands behind it."


def section(pack: Pack, seen_by: Actor) -> Section:
    """Return what the viewer reads of the engagement before this list, and what is missing."""
    found = challenges_of(pack.interest_list, seen_by=seen_by)
    read = [(c, records.find(c)) for c in found if can(seen_by, Permission.RECORD_SEE, c)]
    words = [pack.engagement or "Not yet written.", EQUAL]
    if not found:
        words.append(NO_CHALLENGE)
    tables = [Table("What happened when", ("What", "When"), _times(pack))]
    if found:
        tables += [
            _overview(found, read),
            _released(found, seen_by),
            Table("Missing from the records", ("Challenge", "What is missing"), _all_gaps(read)),
        ]
    return Section("engagement", "Engagement record", words, tables)


def challenges_of(interest_list: InterestList, *, seen_by: Actor) -> list[Challenge]:
    """Return the challenges behind a list that the viewer may read: its own, those of its need, those of its event."""
    found: list[Challenge] = []
    if interest_list.challenge_id is not None:
        found.append(db.session.get_one(Challenge, interest_list.challenge_id))
    if interest_list.need_id is not None:
        found += needs.challenges_of(db.session.get_one(Need, interest_list.need_id))
    if interest_list.event_id is not None:
        query = sa.select(Challenge).join(EventChallenge, EventChallenge.challenge_id == Challenge.id)
        query = query.where(EventChallenge.event_id == interest_list.event_id)
        found += db.session.scalars(query.order_by(EventChallenge.position, Challenge.id))
    return [c for c in dict.fromkeys(found) if can(seen_by, Permission.PUBLICATION_SEE, c)]


def gaps_of(challenge: Challenge, record: EngagementRecord | None) -> list[str]:
    """Return in words what a record lacks that a council may have to show later."""
    if record is None:
        return ["There is no record: nothing was noted of any engagement."]
    if record.disposed_at is not None:
        return [f"The record was destroyed on {day(record.disposed_at)}, after its retention ended."]
    found = [f"The chain of entries is broken: {fault}." for fault in records.faults_of(record)]
    if not record.purposes:
        found.append("No purpose of section 16 is ticked.")
    judged = record_keeping.judgements(record)
    unjudged = [s.name for s in record_keeping.suppliers_of(challenge) if str(s.id) not in judged]
    if unjudged:
        found.append(f"Not yet judged whether it has an unfair advantage: {', '.join(unjudged)}.")
    open_questions = sa.select(Question.id).where(
        Question.challenge_id == challenge.id, Question.state == QuestionState.OPEN
    )
    if waiting := _count(open_questions):
        found.append(f"{waiting} {_plural('question', waiting)} not answered.")
    held = (
        sa.select(Meeting.id)
        .join(EventChallenge, EventChallenge.id == Meeting.entry_id)
        .where(EventChallenge.challenge_id == challenge.id, Meeting.state == MeetingState.HELD)
    )
    if not_closed := _count(held):
        found.append(
            f"{not_closed} {_plural('meeting', not_closed)} held and not closed: what was new is not released."
        )
    if not record.no_notice_because and (missing := sum(line.is_gap for line in notices.draft(challenge, record))):
        found.append(f"The draft of its notice (UK2) lacks {missing} {_plural('particular', missing)}.")
    return found


# --- tables -----------------------------------------------------------------------------------------------------------


def _overview(found: Sequence[Challenge], read: Sequence[tuple[Challenge, EngagementRecord | None]]) -> Table:
    known = dict(read)
    head = ("Challenge", "Council", "Entries", "From", "To", "Conflicts noted", "Suppliers judged", "Last hash")
    rows = [(c.known_title, c.organisation.name, *_extent(c, known)) for c in found]
    return Table("Engagement records", head, rows, (2, 5, 6))


def _extent(challenge: Challenge, known: dict[Challenge, EngagementRecord | None]) -> Sequence[Cell]:
    if challenge not in known:
        return ("kept by its council", "", "", None, None, "")
    record = known[challenge]
    if record is None or record.disposed_at is not None:
        return (0, "", "", None, None, "")
    entries = records.list_entries(record)
    times = [entry.happened_at for entry in entries]
    conflicts = sum(entry.kind is EntryKind.CONFLICT for entry in entries)
    judged = len(record_keeping.judgements(record))
    return (len(entries), day(min(times)), day(max(times)), conflicts, judged, record.last_hash)


def _released(found: Sequence[Challenge], seen_by: Actor) -> Table:
    rows: list[tuple[datetime, str, str]] = []
    for challenge in found:
        title = challenge.known_title
        rows += [(r.released_at, title, r.title) for r in releases.list_for(challenge, seen_by=seen_by)]
        answered = sa.select(Question).where(
            Question.challenge_id == challenge.id,
            Question.state == QuestionState.ANSWERED,
            visible_to(seen_by, Question),
        )
        for question in db.session.scalars(answered.order_by(Question.number)):
            rows += [
                (a.answered_at, title, f"Answer to question {question.number}: {question.wording}")
                for a in question.answers
            ]
    told = [(title, words, moment(at)) for at, title, words in sorted(rows)]
    return Table("Given to everyone at one time", ("Challenge", "What", "When"), told)


def _all_gaps(read: Sequence[tuple[Challenge, EngagementRecord | None]]) -> list[tuple[str, str]]:
    return [(challenge.known_title, gap) for challenge, record in read for gap in gaps_of(challenge, record)]


def _times(pack: Pack) -> list[tuple[str, str]]:
    interest_list = pack.interest_list
    known = {
        "List opened": interest_list.opened_at,
        "Prices could be given until": interest_list.prices_close_at,
        "Plan asked for": pack.plan.created_at if pack.plan else None,
        "Plan shared with members": pack.plan.shared_at if pack.plan else None,
    }
    for snapshot in interest_list.snapshots:
        known[f"Snapshot {snapshot.number} shown to suppliers and members"] = snapshot.created_at
    times = sorted((at, what) for what, at in known.items() if at is not None)
    return [(what, moment(at)) for at, what in times]


def _count(query: sa.Select[uuid.UUID]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"
