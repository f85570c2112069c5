"""What goes into the bundle of an engagement record: the record, its document, the notice's draft, what was released.

Who asked a question is in none of it: the record never has it, and questions are listed with their day and in the order
of their numbers.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.extensions import db
from showcase.models import Account, Answer, Candidate, Challenge, EventChallenge, Material, MaterialRules
from showcase.models.enums import EntryKind
from showcase.policies import PUBLIC, Actor
from showcase.services import audit, bundles, notices, record_chain, record_keeping, records, releases
from showcase.services.questions import Wanted, select_for


def page_of(challenge: Challenge, *, now: datetime) -> dict[str, Any]:
    """Return what the printed record is drawn from."""
    record = records.find(challenge)
    entries = records.list_entries(record) if record else []
    return {
        "challenge": challenge,
        "record": record,
        "entries": entries,
        "kinds": records.KINDS,
        "organisations": records.organisations_of(entries),
        "purposes": record_keeping.PURPOSES,
        "verdicts": record_keeping.JUDGEMENTS,
        "judgements": record_keeping.judgements(record) if record else {},
        "suppliers": record_keeping.suppliers_of(challenge),
        "lines": notices.draft(challenge, record),
        "categories": notices.CATEGORIES,
        "now": now,
    }


def files_of(challenge: Challenge, printed: bytes, *, seen_by: Actor, now: datetime) -> dict[str, bytes]:
    """Return the files of a bundle by name; `printed` is the record as a PDF."""
    record = records.find(challenge)
    files = {
        "record.pdf": printed,
        bundles.RECORD: bundles.as_json(_record_as_plain(challenge)),
        "uk2-draft.json": bundles.as_json(notices.as_ocds(challenge, record, now=now)),
        "questions.json": bundles.as_json(_questions_as_plain(challenge)),
    }
    for number, release in enumerate(reversed(releases.list_for(challenge, seen_by=seen_by)), start=1):
        if release.file is not None:
            files[f"released/{number:03d}-{release.file.name}"] = release.file.data
    for number, material in enumerate(_shown_slides(challenge), start=1):
        files[f"slides/{number:03d}-{material.file.name}"] = material.file.data
    return files


def note_export(challenge: Challenge, bundle: bytes, *, by: Actor, now: datetime) -> None:
    """Note in the record that a bundle of it was made, with the hash by which it can be known again."""
    manifest = bundles.manifest_hash_of(bundle)
    records.note(
        challenge,
        EntryKind.RECORD,
        f"This record was exported as a bundle. SHA-256 of its manifest: {manifest}",
        by=by,
        now=now,
        released_to=by.name,
        details={"manifest_sha256": manifest},
    )
    audit.record("record.exported", challenge, by=by, manifest_sha256=manifest)


def _shown_slides(challenge: Challenge) -> Sequence[Material]:
    """Return the slides that were pitched for a challenge and shown to councils."""
    query = (
        sa.select(Material)
        .join(Material.rules)
        .join(Material.candidate)
        .join(Candidate.entry)
        .where(EventChallenge.challenge_id == challenge.id, MaterialRules.shown_at.is_not(None))
        .options(joinedload(Material.file))
        .order_by(MaterialRules.shown_at, Candidate.number, Material.id)
    )
    return db.session.scalars(query).all()


def _record_as_plain(challenge: Challenge) -> dict[str, Any]:
    record = records.find(challenge)
    assert record is not None
    entries = records.list_entries(record)
    ids = {entry.account_id for entry in entries if entry.account_id}
    people = db.session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(ids))).all()
    return {
        "challenge": {
            "id": str(challenge.id),
            "title": challenge.known_title,
            "council": challenge.organisation.name,
            "is_illustrative": challenge.is_illustrative,
        },
        "purposes": {letter: record_keeping.PURPOSES[letter] for letter in record.purposes},
        "dates": {
            name: day.isoformat() if day else None
            for name in ("tender_on", "contract_on", "terminated_on", "keep_until")
            for day in (getattr(record, name),)
        },
        "no_notice_because": record.no_notice_because,
        "entries": [{**record_chain.as_plain(entry), "hash": entry.hash} for entry in entries],
        "people": {str(id): name for id, name in people},
        "organisations": {str(id): name for id, name in records.organisations_of(entries).items()},
    }


def _questions_as_plain(challenge: Challenge) -> list[dict[str, Any]]:
    """Return the questions as everyone can read them, with every answer."""
    return [
        {
            "number": question.number,
            "asked_on": question.asked_on.isoformat(),
            "question": question.wording,
            "answers": [_answer_as_plain(answer) for answer in question.answers],
        }
        for question in db.session.scalars(select_for(challenge, Wanted(is_answered=True), seen_by=PUBLIC))
    ]


def _answer_as_plain(answer: Answer) -> dict[str, str]:
    return {"answered_at": answer.answered_at.isoformat(), "text": answer.text}
