"""Everything that is kept about one person, as one file for them: what `personal_data` names, and what they did.

Passwords, secrets and digests are not in it: they tell nothing about the person and would let others in.
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, AuditEntry, Base
from showcase.policies import Actor, Permission, require
from showcase.services import audit
from showcase.services.personal_data import KINDS, ROWS_OF, Kind

NAME = "what-is-kept.zip"
READ_ME = """What the Tech Innovation Showcase keeps about {name}, as of {on}.

kept.json holds it: each kind with why it is kept, on which lawful basis, for how long and who sees it.
done.json lists what you did or wrote, with the id of each thing; the things themselves stand on the pages.

Not in these files: your password and the secrets of your second step, which are kept as digests or for checking codes
alone; and texts in which others may have written about you.
"""


def as_zip(account: Account, *, by: Actor, now: datetime) -> bytes:
    """Return what is kept about a person as a ZIP of JSON files with a note to read first.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.ACCOUNT_EXPORT, account)
    made = BytesIO()
    on = f"{now.astimezone(UTC):%-d %B %Y, %H:%M} UTC"
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("read-me.txt", READ_ME.format(name=account.name, on=on))
        archive.writestr("kept.json", _json(kept_about(account)))
        archive.writestr("done.json", _json(list(done_by(account))))
    audit.record("account.exported", account, by=by)
    return made.getvalue()


def kept_about(account: Account) -> list[dict[str, Any]]:
    """Return each kind of personal data with the rows that are about a person."""
    return [
        {
            "what": kind.what,
            "why": kind.why,
            "seen by": kind.seen_by,
            "kept": kind.kept,
            "lawful basis": kind.basis.value,
            "rows": [row for model, names in kind.holds.items() for row in _rows(model, names, account)],
        }
        for kind in KINDS
    ]


def count_about(account: Account) -> list[tuple[Kind, int]]:
    """Return each kind of personal data with how many rows of it are about a person."""
    return [(kind, sum(_count(model, account) for model in kind.holds)) for kind in KINDS]


def done_by(account: Account) -> Iterator[dict[str, str]]:
    """Yield everything that names a person as the one who did it, the oldest first within each kind of thing."""
    for model, column in links_to_people():
        if model in ROWS_OF and column.name in ("account_id", "by_id"):
            continue  # these rows are given in full
        created = model.__table__.c.created_at
        query = sa.select(model.__table__.c.id, created).where(column == account.id).order_by(created)
        for id, at in db.session.execute(query):
            yield {"thing": model.__tablename__, "id": str(id), "made at": _plain(at), "you are": column.name}


def links_to_people() -> Sequence[tuple[type[Base], sa.Column[uuid.UUID]]]:
    """Return each model with each of its columns that names a person, in the order of the tables' names."""
    models = {m.class_.__tablename__: m.class_ for m in Base.registry.mappers if m.inherits is None}
    return [
        (models[table.name], column)
        for table in sorted(Base.metadata.tables.values(), key=lambda table: table.name)
        for column in table.columns
        if any(key.column.table.name == Account.__tablename__ for key in column.foreign_keys)
    ]


def _rows(model: type[Base], names: Sequence[str], account: Account) -> Iterator[dict[str, Any]]:
    columns = [getattr(model, name) for name in names]
    query = sa.select(*columns).where(ROWS_OF[model](account)).order_by(model.created_at, model.id)
    for row in db.session.execute(query):
        said = {name: _plain(value) for name, value in zip(names, row, strict=True)}
        if model is AuditEntry:
            said["action"] = audit.in_words(str(said["action"]))
        yield {"of": model.__tablename__, **said}


def _count(model: type[Base], account: Account) -> int:
    query = sa.select(sa.func.count()).select_from(model).where(ROWS_OF[model](account))
    return db.session.scalar(query) or 0


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, uuid.UUID | date):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
