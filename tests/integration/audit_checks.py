"""Holds every request of every test to one promise: what changes something leaves an entry in the audit trail.

`CheckedClient` watches what a writing request that succeeded wrote. Tables that hold nothing people did are left out,
each with its reason.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

WRITTEN = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
LAST_SEEN = "UPDATE sign_in_sessions SET last_seen_at"
"""Written every few minutes of reading, too."""
NOT_DOINGS = {
    "audit_entries": "the trail itself",
    "audit_seals": "its chain",
    "facets": "plain facts of a text, kept in step with it",
    "heartbeats": "that a process lives",
    "known_browsers": "which browsers are known, kept at each sign-in",
    "question_followers": "which firms follow a challenge's questions is kept from everyone, staff's trail included",
    "messages": "e-mails, written with the change that they tell of",
    "throttles": "counts of tries, which are not a change",
    "tickets": "a link that somebody asked for: nothing is done until it is followed",
    "vectors": "derived from texts",
}
"""Table → why writing to it alone needs no entry."""


@dataclass
class Written:
    """Which tables were written to."""

    tables: set[str] = field(default_factory=set)

    @property
    def unaudited(self) -> set[str]:
        """Return the tables that were changed although nothing went into the trail."""
        return set() if "audit_entries" in self.tables else self.tables - NOT_DOINGS.keys()


_here = threading.local()


@contextmanager
def watching() -> Iterator[Written]:
    """Note to which tables the block writes in this thread."""
    _here.written = written = Written()
    try:
        yield written
    finally:
        _here.written = None


@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def _note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
    written: Written | None = getattr(_here, "written", None)
    if written is not None and (found := WRITTEN.match(statement)) and not statement.startswith(LAST_SEEN):
        written.tables.add(found[1])
