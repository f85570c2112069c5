"""The hash chain of an engagement record: what an entry's hash is made of, and whether a chain of entries holds.

Pure, so that a bundle can be checked anywhere.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from showcase.models import RecordEntry

START = "0" * 64
"""What the first entry carries in place of the hash of one before."""


def as_plain(entry: RecordEntry) -> dict[str, Any]:
    """Return what an entry's hash is made of, as JSON values: everything it says, and the hash before it."""
    return {
        "number": entry.number,
        "kind": entry.kind.value,
        "happened_at": _time(entry.happened_at),
        "recorded_at": _time(entry.recorded_at),
        "words": entry.words,
        "details": entry.details,
        "released_to": entry.released_to,
        "corrects": entry.corrects,
        "is_by_hand": entry.is_by_hand,
        "account_id": str(entry.account_id) if entry.account_id else None,
        "organisation_id": str(entry.organisation_id) if entry.organisation_id else None,
        "previous_hash": entry.previous_hash,
    }


def hash_of(plain: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an entry's plain form, as 64 hexadecimal digits."""
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def faults_of(plains: Sequence[Mapping[str, Any]], hashes: Sequence[str]) -> list[str]:
    """Return in words what is wrong with a chain of entries in the order of their numbers; empty when nothing is."""
    faults: list[str] = []
    previous = START
    for place, (plain, said) in enumerate(zip(plains, hashes, strict=True), start=1):
        if plain.get("number") != place:
            faults.append(f"entry {place} is missing or out of order")
            break
        if plain.get("previous_hash") != previous:
            faults.append(f"entry {place} does not follow the entry before it")
        if hash_of(plain) != said:
            faults.append(f"entry {place} was changed")
        previous = said
    return faults


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
