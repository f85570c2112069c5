"""What a council says of its engagement as a whole: purposes, unfair advantage, tender and contract, how long to keep.

Each is saved on the record and tells of itself in an entry, so that what was said before can still be read. The rules
are those of the Procurement Act 2023: section 16 for purposes and unfair advantage, section 98 for retention.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import (
    Candidate,
    Challenge,
    EngagementRecord,
    Event,
    EventChallenge,
    RecordEntry,
    Response,
    Supplier,
)
from showcase.models.enums import EntryKind
from showcase.models.solutions import Solution
from showcase.policies import Actor, Permission, require
from showcase.services import audit, records

PURPOSES: Mapping[str, str] = {
    "a": "developing the authority’s requirements and approach to the procurement",
    "b": "designing a procedure, conditions of participation or award criteria",
    "c": "preparing the tender notice and associated tender documents",
    "d": "identifying suppliers that may be able to supply what is required",
    "e": "identifying likely contractual terms",
    "f": "building capacity among suppliers in relation to the contract",
}
"""What engagement before a tender notice is for, by letter of section 16(1)."""
JUDGEMENTS: Mapping[str, str] = {
    "none": "It has no unfair advantage",
    "avoided": "It could have had one, and the steps below avoid it",
    "unavoidable": "It has one that cannot be avoided: it is to be excluded from the procurement",
}
"""What a council can judge of a supplier, under section 16(4) to (6)."""
KEEP_YEARS = 3
"""Years from the contract for which section 98 wants records kept."""


@dataclass(frozen=True)
class Judgement:
    """What a council last judged of a supplier."""

    verdict: str
    """A key of `JUDGEMENTS`."""
    reasons: str
    steps: str
    entry: RecordEntry


@dataclass(frozen=True)
class Dates:
    """What decides how long a record is kept."""

    tender_on: date | None = None
    contract_on: date | None = None
    terminated_on: date | None = None
    keep_until: date | None = None
    keep_because: str = ""


def set_purposes(challenge: Challenge, letters: Sequence[str], *, by: Actor, now: datetime) -> None:
    """Say what the engagement is for: one or more of the six purposes that section 16 permits.

    Raises:
        NotAllowed: the policy says no.
        DomainError: none was chosen.
    """
    record = _kept(challenge, by=by, now=now)
    chosen = [letter for letter in PURPOSES if letter in letters]
    if not chosen:
        raise DomainError("Choose at least one purpose: section 16 permits engagement for these alone.")
    if chosen == record.purposes:
        return
    record.purposes = chosen
    _tell(challenge, "Purposes of the engagement: " + "; ".join(f"({x}) {PURPOSES[x]}" for x in chosen), by, now)
    audit.record("record.purposes", challenge, by=by, purposes=chosen)


def judge(
    challenge: Challenge, supplier: Supplier, verdict: str, *, reasons: str, steps: str, by: Actor, now: datetime
) -> None:
    """Judge whether taking part put a supplier at an unfair advantage; again until the tender notice.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the council has published its tender notice.
        DomainError: the judgement is unknown, unreasoned, or says that steps were taken and names none.
    """
    record = _kept(challenge, by=by, now=now)
    if record.tender_on is not None and record.tender_on <= now.date():
        raise Conflict("The tender notice is published: judgements can no longer be made or changed.")
    if verdict not in JUDGEMENTS:
        raise DomainError("Choose what you judge.")
    reasons, steps = reasons.strip(), steps.strip()
    if not reasons:
        raise DomainError("Say why you judge so.")
    if verdict == "avoided" and not steps:
        raise DomainError("Say which steps avoid the advantage.")
    records.note(
        challenge,
        EntryKind.JUDGEMENT,
        f"{supplier.name}: {JUDGEMENTS[verdict].lower()}. {reasons}" + (f" Steps: {steps}" if steps else ""),
        by=by,
        now=now,
        details={"supplier": str(supplier.id), "verdict": verdict, "reasons": reasons, "steps": steps},
    )
    audit.record("record.judged", challenge, by=by, supplier=str(supplier.id), verdict=verdict)


def judgements(record: EngagementRecord) -> dict[str, Judgement]:
    """Return what was last judged, by supplier id."""
    query = records.select_entries(record, [EntryKind.JUDGEMENT]).order_by(None).order_by(RecordEntry.number)
    return {
        str(entry.details["supplier"]): Judgement(
            entry.details["verdict"], entry.details["reasons"], entry.details["steps"], entry
        )
        for entry in db.session.scalars(query)
    }


def suppliers_of(challenge: Challenge) -> list[Supplier]:
    """Return the suppliers that put a solution forward or were considered at an event, by name.

    Those considered or put forward while names are hidden from who scores are left out until names are shown.
    """
    if challenge.is_scored_blind:
        return []
    gave = sa.select(Response.solution_id).where(Response.challenge_id == challenge.id)
    entered = (
        sa.select(Candidate.solution_id)
        .join(EventChallenge, EventChallenge.id == Candidate.entry_id)
        .join(Event, Event.id == EventChallenge.event_id)
        .where(EventChallenge.challenge_id == challenge.id)
        .where(sa.or_(~Event.hides_names, Event.names_shown_at.is_not(None)))
    )
    firms = sa.select(Solution.organisation_id).where(sa.or_(Solution.id.in_(gave), Solution.id.in_(entered)))
    query = sa.select(Supplier).where(Supplier.id.in_(firms)).order_by(Supplier.name, Supplier.id)
    return list(db.session.scalars(query))


def set_dates(challenge: Challenge, dates: Dates, *, revision: int, by: Actor, now: datetime) -> None:
    """Say when the tender, contract or termination notice was, and whether another law wants a later end.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone else saved the record's particulars in between.
        DomainError: a reason is missing, or the contract came before its tender.
    """
    record = _kept(challenge, by=by, now=now)
    if record.revision != revision:
        raise Conflict("Someone else saved these dates while you were writing. Open this page again to see theirs.")
    if dates.keep_until and not dates.keep_because.strip():
        raise DomainError("Say which law or claim wants the record kept for longer.")
    if dates.tender_on and dates.contract_on and dates.contract_on < dates.tender_on:
        raise DomainError("The contract cannot come before its tender notice.")
    before = _dates_of(record)
    for name, value in vars(dates).items():
        setattr(record, name, value)
    record.revision += 1
    if before != dates:
        _tell(challenge, f"Dates that decide how long this record is kept: {_in_words(dates)}.", by, now)
    audit.record("record.dates", challenge, by=by, revision=record.revision)


def kept_until(record: EngagementRecord) -> date | None:
    """Return the first day on which the record may be destroyed; None as long as nothing allows it.

    Section 98 wants it kept until a procurement termination notice, or for three years from the contract. Another law
    can only make it later.
    """
    ends = [each for each in (record.terminated_on, _years_on(record.contract_on)) if each is not None]
    if not ends:
        return None
    return max(ends + ([record.keep_until] if record.keep_until else []))


def dispose(challenge: Challenge, *, by: Actor, now: datetime) -> None:
    """Destroy a record's entries once the law allows it; what stays is that it was, how long, and its last hash.

    Raises:
        NotAllowed: the policy says no.
        Conflict: it must still be kept, or was destroyed already.
    """
    require(by, Permission.RECORD_DISPOSE, challenge)
    record = records.open_for(challenge, now=now)
    end = kept_until(record)
    if record.disposed_at is not None:
        raise Conflict("This record was destroyed already.")
    if end is None:
        raise Conflict(
            "This record must be kept: there is neither a termination notice nor a contract whose three years have run."
        )
    if now.date() < end:
        raise Conflict(f"This record must be kept until {end.day} {end:%B %Y}.")
    record.disposed_at = now
    db.session.flush()
    db.session.execute(sa.delete(RecordEntry).where(RecordEntry.record_id == record.id))
    audit.record("record.disposed", challenge, by=by, entries=record.last_number, last_hash=record.last_hash)


def _kept(challenge: Challenge, *, by: Actor, now: datetime) -> EngagementRecord:
    require(by, Permission.RECORD_KEEP, challenge)
    record = records.open_for(challenge, now=now)
    if record.disposed_at is not None:
        raise Conflict("This record was destroyed after its retention ended.")
    return record


def _tell(challenge: Challenge, words: str, by: Actor, now: datetime) -> None:
    records.note(challenge, EntryKind.RECORD, words, by=by, now=now)


def _dates_of(record: EngagementRecord) -> Dates:
    return Dates(**{name: getattr(record, name) for name in Dates.__dataclass_fields__})


def _in_words(dates: Dates) -> str:
    labels = {
        "tender_on": "tender notice",
        "contract_on": "contract",
        "terminated_on": "termination notice",
        "keep_until": "kept in any case until",
    }
    found = [(label, getattr(dates, name)) for name, label in labels.items()]
    said = [f"{label} {day.day} {day:%B %Y}" for label, day in found if day is not None]
    return "; ".join(said + ([dates.keep_because] if dates.keep_until else [])) or "none"


def _years_on(day: date | None) -> date | None:
    if day is None:
        return None
    try:
        return day.replace(year=day.year + KEEP_YEARS)
    except ValueError:  # 29 February
        return date(day.year + KEEP_YEARS, 3, 1)
