"""The engagement record of a challenge: services note what happens, people add what happened elsewhere.

An entry is appended inside the transaction of the change it tells of and carries the hash of the one before, so that
whoever holds a later hash can tell that nothing before it was changed. The record's row is locked while a number is
given out. It holds what a council may have to show (Procurement Act 2023, sections 12, 16, 17 and 98); nothing in it
names who asked a question.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager, joinedload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Challenge, EngagementRecord, Organisation, RecordEntry
from showcase.models.enums import EntryKind
from showcase.policies import PUBLIC, Actor, Permission, require, visible_to
from showcase.services import audit, record_chain
from showcase.services.paging import contains

EVERYONE = "Everyone, on the challenge’s public page"
KINDS: Mapping[EntryKind, str] = {
    EntryKind.RECORD: "The record itself",
    EntryKind.DOCUMENT: "Published or released",
    EntryKind.QUESTION: "Question and answer",
    EntryKind.RESPONSE: "Solution put forward",
    EntryKind.SELECTION: "Selection",
    EntryKind.INVITATION: "Invitation",
    EntryKind.ATTENDANCE: "Attendance",
    EntryKind.MEETING: "Meeting",
    EntryKind.MESSAGE: "E-mail or letter",
    EntryKind.CALL: "Phone or video call",
    EntryKind.CONFLICT: "Conflict of interest",
    EntryKind.JUDGEMENT: "Unfair advantage",
    EntryKind.NOTICE: "Notice",
    EntryKind.OUTCOME: "What came of a pitch",
    EntryKind.OTHER: "Other",
}
"""What pages call each kind of entry."""
BY_HAND = (
    EntryKind.CALL,
    EntryKind.MESSAGE,
    EntryKind.MEETING,
    EntryKind.DOCUMENT,
    EntryKind.ATTENDANCE,
    EntryKind.CONFLICT,
    EntryKind.OTHER,
)
"""Kinds of entries that people write themselves."""
NAMING = (EntryKind.RESPONSE, EntryKind.JUDGEMENT)
"""Kinds of entries that name suppliers before it is decided who pitches."""


def find(challenge: Challenge) -> EngagementRecord | None:
    """Return a challenge's record if anything was ever noted on it."""
    return db.session.scalar(sa.select(EngagementRecord).where(EngagementRecord.challenge_id == challenge.id))


def open_for(challenge: Challenge, *, now: datetime) -> EngagementRecord:
    """Return a challenge's record, locked for a change; begin it with what was published before if there is none."""
    query = (
        sa.select(EngagementRecord)
        .where(EngagementRecord.challenge_id == challenge.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    record = db.session.scalar(query)
    if record is not None:
        return record
    record = EngagementRecord(challenge_id=challenge.id, last_hash=record_chain.START, created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(record)
    except IntegrityError:  # somebody else began it at the same moment
        return db.session.scalars(query).one()
    for version in challenge.versions:
        if version.published_at is not None and version.published_at <= now:
            _append(
                record,
                EntryKind.DOCUMENT,
                f"The challenge statement was published (version {version.number}).",
                by=PUBLIC,
                now=now,
                happened_at=version.published_at,
                released_to=EVERYONE,
                key=f"version:{version.id}",
            )
    return record


def note_step(challenge: Challenge, verb: str, *, by: Actor, now: datetime) -> None:
    """Note a step of the challenge statement that everyone could see, if there is a record yet."""
    version = challenge.published_version
    words = {
        "publish": f"The challenge statement was published (version {version.number if version else 0}).",
        "close": "The challenge was closed: it takes no more responses.",
        "reopen": "The challenge was opened again.",
        "archive": "The challenge statement was taken off its public page.",
    }
    if verb not in words or find(challenge) is None:
        return
    key = f"version:{version.id}" if verb == "publish" and version else None
    to = EVERYONE if verb == "publish" else ""
    note(challenge, EntryKind.DOCUMENT, words[verb], by=by, now=now, released_to=to, key=key)


def note(
    challenge: Challenge,
    kind: EntryKind,
    words: str,
    *,
    by: Actor,
    now: datetime,
    happened_at: datetime | None = None,
    released_to: str = "",
    key: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append what just happened on a challenge, once for each key. Times and people are those of the change."""
    record = open_for(challenge, now=now)
    if record.disposed_at is not None or (key is not None and _has(record, key)):
        return
    _append(
        record,
        kind,
        words,
        by=by,
        now=now,
        happened_at=happened_at,
        released_to=released_to,
        key=key,
        details=details,
    )


def write(
    challenge: Challenge,
    kind: EntryKind,
    words: str,
    *,
    happened_at: datetime,
    by: Actor,
    now: datetime,
    released_to: str = "",
    corrects: int | None = None,
) -> RecordEntry:
    """Add an entry by hand: something that happened outside the platform, or the correction of an earlier entry.

    Raises:
        NotAllowed: the policy says no.
        DomainError: nothing was written, it lies in the future, or there is no such entry to correct.
    """
    require(by, Permission.RECORD_WRITE, challenge)
    words = words.strip()
    if not words:
        raise DomainError("Say what happened.")
    if kind not in BY_HAND:
        raise DomainError("Choose what it was.")
    if happened_at > now:
        raise DomainError("Enter a time that has passed: the record tells what happened.")
    record = open_for(challenge, now=now)
    _refuse_disposed(record)
    if corrects is not None and not 1 <= corrects <= record.last_number:
        raise DomainError("There is no entry with that number in this record.")
    entry = _append(
        record,
        kind,
        words,
        by=by,
        now=now,
        happened_at=happened_at,
        released_to=released_to.strip(),
        corrects=corrects,
        is_by_hand=True,
    )
    audit.record("record.written", challenge, by=by, number=entry.number, corrects=corrects)
    return entry


def kept_from(actor: Actor, challenge: Challenge) -> tuple[EntryKind, ...]:
    """Return the kinds of entries that name suppliers while the actor's council scores without their names."""
    return NAMING if challenge.is_scored_blind and not actor.is_staff else ()


def select_visible(text: str, *, seen_by: Actor) -> sa.Select[EngagementRecord]:
    """Return the query for the records that the viewer may see, those last begun first, with their challenges."""
    query = (
        sa.select(EngagementRecord)
        .join(EngagementRecord.challenge)
        .where(visible_to(seen_by, EngagementRecord))
        .options(
            contains_eager(EngagementRecord.challenge).joinedload(Challenge.organisation),
            contains_eager(EngagementRecord.challenge).joinedload(Challenge.published_version),
            contains_eager(EngagementRecord.challenge).selectinload(Challenge.versions),
        )
        .order_by(EngagementRecord.created_at.desc(), EngagementRecord.id)
    )
    return query.where(contains(Challenge.title, text)) if text else query


def select_entries(
    record: EngagementRecord, kinds: Sequence[EntryKind] = (), *, without: Sequence[EntryKind] = ()
) -> sa.Select[RecordEntry]:
    """Return the query for a record's entries, the latest first, of some kinds if any are named, and `without` some."""
    query = sa.select(RecordEntry).where(RecordEntry.record_id == record.id).options(joinedload(RecordEntry.by))
    if kinds:
        query = query.where(RecordEntry.kind.in_(kinds))
    if without:
        query = query.where(RecordEntry.kind.not_in(without))
    return query.order_by(RecordEntry.number.desc())


def list_entries(record: EngagementRecord) -> Sequence[RecordEntry]:
    """Return every entry in the order of its number."""
    return db.session.scalars(select_entries(record).order_by(None).order_by(RecordEntry.number)).all()


def organisations_of(entries: Iterable[RecordEntry]) -> dict[uuid.UUID, str]:
    """Return the names of the organisations that entries were made for."""
    ids = {entry.organisation_id for entry in entries if entry.organisation_id}
    return dict(db.session.execute(sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))).all())


# --- the chain --------------------------------------------------------------------------------------------------------


def faults_of(record: EngagementRecord) -> list[str]:
    """Return in words what is wrong with a record as the database has it; empty when nothing is."""
    entries = list_entries(record)
    faults = record_chain.faults_of(
        [record_chain.as_plain(entry) for entry in entries], [entry.hash for entry in entries]
    )
    if record.disposed_at is None and len(entries) != record.last_number:
        faults.append(f"{record.last_number} entries were made and {len(entries)} are there")
    if entries and entries[-1].hash != record.last_hash:
        faults.append("the last entry is not the one that was made last")
    return faults


def _append(
    record: EngagementRecord,
    kind: EntryKind,
    words: str,
    *,
    by: Actor,
    now: datetime,
    happened_at: datetime | None = None,
    released_to: str = "",
    key: str | None = None,
    details: Mapping[str, Any] | None = None,
    corrects: int | None = None,
    is_by_hand: bool = False,
) -> RecordEntry:
    entry = RecordEntry(
        record_id=record.id,
        number=record.last_number + 1,
        kind=kind,
        happened_at=happened_at or now,
        recorded_at=now,
        words=words,
        details=dict(details or {}),
        released_to=released_to,
        corrects=corrects,
        is_by_hand=is_by_hand,
        account_id=by.account_id,
        organisation_id=by.organisation_id,
        key=key,
        previous_hash=record.last_hash,
        created_at=now,
    )
    entry.hash = record_chain.hash_of(record_chain.as_plain(entry))
    db.session.add(entry)
    record.last_number, record.last_hash = entry.number, entry.hash
    db.session.flush()
    return entry


def _refuse_disposed(record: EngagementRecord) -> None:
    if record.disposed_at is not None:
        raise Conflict("This record was destroyed after its retention ended. Nothing can be added to it.")


def _has(record: EngagementRecord, key: str) -> bool:
    query = sa.select(RecordEntry.id).where(RecordEntry.record_id == record.id, RecordEntry.key == key)
    return db.session.scalar(query) is not None
