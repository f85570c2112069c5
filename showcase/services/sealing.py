"""The audit trail's hash chain: the worker seals what requests appended, and `verify` tells what was changed since.

Entries are appended unsealed, so that writing requests do not wait for each other, and sealed in the order in which the
worker finds them. Whoever can write the whole database could make a new chain: note the head (`showcase audit verify`
prints it) where they cannot reach, and give it to a later `verify`.
"""

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from showcase.extensions import db
from showcase.models import Account, AuditEntry, AuditSeal
from showcase.transactions import writing

FIRST = "0" * 64
AT_ONCE = 500
"""Entries sealed in one transaction."""


@dataclass(frozen=True)
class Head:
    """A link of the chain: enough to show later that nothing before it was changed."""

    number: int
    hash: str

    def __str__(self) -> str:
        """Say it in one word, such as "12:ab34…"."""
        return f"{self.number}:{self.hash}"


@dataclass
class Finding:
    """What a check of the chain found."""

    head: Head = field(default_factory=lambda: Head(0, FIRST))
    waiting: int = 0
    """Entries that the worker has not sealed yet."""
    erased: int = 0
    """Entries whose details were erased, as the law may require."""
    faults: list[str] = field(default_factory=list)
    """What is wrong, a sentence each."""


def seal_due(*, now: datetime) -> int:
    """Seal entries that are not sealed yet, `AT_ONCE` at most, in a transaction of its own; return how many.

    Two workers that do so at once: the later finds its numbers taken, keeps nothing and comes again.
    """
    waits = db.session.scalar(sa.select(AuditEntry.id).where(~AuditEntry.is_sealed).limit(1))
    db.session.rollback()
    if waits is None:
        return 0
    try:
        with writing() as session:
            return _seal(session, now)
    except IntegrityError:
        return 0


def _seal(session: Session, now: datetime) -> int:
    last = session.scalar(sa.select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1))
    number, previous = (last.number, last.hash) if last else (0, FIRST)
    entries = session.scalars(
        sa.select(AuditEntry).where(~AuditEntry.is_sealed).order_by(AuditEntry.created_at, AuditEntry.id).limit(AT_ONCE)
    ).all()
    for entry in entries:
        number += 1
        entry.salt = entry.salt or secrets.token_hex(16)
        claims = json.dumps(_claims(entry), sort_keys=True)
        link = _hash(previous, claims)
        session.add(
            AuditSeal(number=number, entry_id=entry.id, claims=claims, previous=previous, hash=link, created_at=now)
        )
        entry.is_sealed = True
        previous = link
    return len(entries)


def verify(known: Head | None = None) -> Finding:
    """Check the chain and the entries it seals; name what was changed, is missing or never sealed.

    `known` is a head noted earlier: its link must still stand as it did.
    """
    found = Finding()
    chain = sa.select(AuditSeal).order_by(AuditSeal.number).execution_options(yield_per=AT_ONCE)
    for links in db.session.scalars(chain).partitions():
        entries = _entries_of(links)
        for link in links:
            _check_link(link, found)
            _check_entry(link, entries.get(link.entry_id), found)
            found.head = Head(link.number, link.hash)
            if known is not None and link.number == known.number and link.hash != known.hash:
                found.faults.append(f"Link {link.number} is another one than the head that was noted.")
    if known is not None and known.number > found.head.number:
        found.faults.append(f"The chain ends at {found.head.number}; the head that was noted is {known.number}.")
    found.waiting = _count(~AuditEntry.is_sealed)
    never = _count(AuditEntry.is_sealed.is_(True), ~sa.exists().where(AuditSeal.entry_id == AuditEntry.id))
    if never:
        found.faults.append(f"{never} entries say that they are sealed and are not.")
    return found


def erase_details(entries: Iterable[AuditEntry], *, now: datetime) -> int:
    """Erase the readable details of entries, and the salt that would let someone guess them; return how many."""
    count = 0
    for entry in entries:
        entry.details, entry.salt, entry.erased_at = {}, None, now
        count += 1
    db.session.flush()
    return count


def _claims(entry: AuditEntry) -> dict[str, Any]:
    return {
        "entry": str(entry.id),
        "at": entry.created_at.isoformat(),
        "action": entry.action,
        "by": str(entry.by_id or ""),
        "for": str(entry.acting_for_id or ""),
        "kind": entry.subject_kind,
        "subject": str(entry.subject_id or ""),
        "details": _digest(entry),
    }


def _digest(entry: AuditEntry) -> str:
    return hashlib.sha256(f"{entry.salt}\n{json.dumps(entry.details, sort_keys=True)}".encode()).hexdigest()


def _hash(previous: str, claims: str) -> str:
    return hashlib.sha256(f"{previous}\n{claims}".encode()).hexdigest()


def _check_link(link: AuditSeal, found: Finding) -> None:
    if link.number != found.head.number + 1:
        found.faults.append(f"Links {found.head.number + 1} to {link.number - 1} are missing.")
    elif link.previous != found.head.hash:
        found.faults.append(f"Link {link.number} does not follow the one before.")
    if link.hash != _hash(link.previous, link.claims):
        found.faults.append(f"Link {link.number} was changed.")


def _check_entry(link: AuditSeal, entry: AuditEntry | None, found: Finding) -> None:
    claims: dict[str, Any] = json.loads(link.claims)
    about = f"Entry {link.entry_id} (link {link.number}, {claims['action']})"
    if entry is None:
        found.faults.append(f"{about} is missing.")
        return
    now = _claims(entry)
    if entry.erased_at is not None:
        found.erased += 1
        now["details"] = claims["details"] if not entry.details else "not erased"
    for name, model in (("by", entry.by), ("for", entry.acting_for)):
        if model is None and not now[name]:
            now[name] = claims[name] if _is_gone(name, claims[name]) else ""
    changed = [name for name in claims if now.get(name) != claims[name]]
    if changed:
        found.faults.append(f"{about} was changed: {', '.join(changed)}.")


def _is_gone(name: str, id: str) -> bool:
    """Tell whether the person no longer exists: then their id was taken out of the entry and stays in the chain."""
    return name == "by" and bool(id) and db.session.get(Account, uuid.UUID(id)) is None


def _entries_of(links: Sequence[AuditSeal]) -> dict[Any, AuditEntry]:
    query = sa.select(AuditEntry).where(AuditEntry.id.in_([link.entry_id for link in links]))
    return {entry.id: entry for entry in db.session.scalars(query)}


def _count(*where: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(*where)) or 0
