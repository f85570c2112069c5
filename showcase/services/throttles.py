"""How often something may be tried: counted in the database, so that all processes count together.

A try is counted before it is made, in a transaction of its own: it stays counted when the request fails, and of many
tries at once no more than the limit pass. On SQLite the request must not hold the write lock meanwhile (see
`transactions.pausing`).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from showcase.errors import TooMany
from showcase.models import Throttle
from showcase.transactions import writing


@dataclass(frozen=True)
class Limit:
    """So many tries within a window of time."""

    name: str
    most: int
    within: timedelta


SIGN_IN_ACCOUNT = Limit("sign-in account", 10, timedelta(minutes=15))
SIGN_IN_ADDRESS = Limit("sign-in address", 50, timedelta(minutes=15))
SECOND_STEP = Limit("second step", 10, timedelta(minutes=15))
MAIL_ACCOUNT = Limit("mail account", 5, timedelta(hours=1))
MAIL_ADDRESS = Limit("mail address", 30, timedelta(hours=1))
INVITATIONS = Limit("invitations", 30, timedelta(hours=1))


def count(*tries: tuple[Limit, str], now: datetime) -> None:
    """Count one try of each (limit, whose): an e-mail address in lower case, a network address or an id.

    Raises:
        TooMany: one of the limits was reached before; the try is counted all the same.
    """
    late: list[datetime] = []
    with writing() as session:
        session.execute(sa.delete(Throttle).where(Throttle.window_ends_at <= now))
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        for limit, whose in sorted(tries, key=lambda each: each[0].name):
            row = insert(Throttle).values(
                key=_key(limit, whose), window_ends_at=now + limit.within, count=1, created_at=now
            )
            tried, ends = session.execute(
                row.on_conflict_do_update(index_elements=["key"], set_={"count": Throttle.count + 1}).returning(
                    Throttle.count, Throttle.window_ends_at
                )
            ).one()
            if tried > limit.most:
                late.append(ends)
    if late:
        minutes = max(1, -(-int((max(late) - now).total_seconds()) // 60))
        raise TooMany(f"Too many tries. Wait {minutes} {'minute' if minutes == 1 else 'minutes'}, then try again")


def forget(limit: Limit, whose: str) -> None:
    """Start counting anew, because a try succeeded."""
    with writing() as session:
        session.execute(sa.delete(Throttle).where(Throttle.key == _key(limit, whose)))


def _key(limit: Limit, whose: str) -> str:
    return hashlib.sha256(f"{limit.name}\n{whose}".encode()).hexdigest()
