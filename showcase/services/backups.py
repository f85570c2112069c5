"""Backups: everything the database holds, in one file that any engine can be restored from.

A backup is a ZIP with one file of JSON lines for each table and a manifest of their counts and SHA-256 hashes. It is
read in one snapshot while the service runs, and written under another name until it is whole. A restore checks the
manifest before it touches anything, wants an empty database and keeps all or nothing.
"""

import base64
import enum
import hashlib
import json
import os
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from showcase.errors import DomainError
from showcase.models import Base
from showcase.models.base import UtcDateTime
from showcase.services import database

FORMAT = 1
MANIFEST = "manifest.json"
AT_ONCE = 500
"""Rows read or written in one go."""
Row = Mapping[str, Any]


class BadBackup(DomainError):
    """A file that cannot be restored from; its words say why."""


def save(engine: sa.Engine, file: Path, *, now: datetime) -> dict[str, int]:
    """Write everything the database holds to `file`; return the number of rows by table.

    Raises:
        OSError: the file cannot be written whole; what was there under its name before is still there.
    """
    part = file.with_name(f"{file.name}.{uuid.uuid4().hex}.part")
    try:
        with _snapshot(engine) as connection, zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED) as archive:
            tables = {table.name: _save_table(connection, archive, table) for table in Base.metadata.sorted_tables}
            manifest = {
                "format": FORMAT,
                "made_at": now.astimezone(UTC).isoformat(),
                "shape": database.revision(connection),
                "tables": tables,
            }
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return {name: int(table["rows"]) for name, table in tables.items()}


def check(file: Path) -> dict[str, Any]:
    """Return the manifest of a backup that is whole.

    Raises:
        BadBackup: the file is no backup, or was changed since it was made.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise BadBackup(f"{file.name} is a backup in another format than this version reads")
            for name, table in manifest["tables"].items():
                if _hash_of(archive, name) != table["sha256"]:
                    raise BadBackup(f"{file.name} was changed since it was made: {name} differs from its manifest")
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as error:
        raise BadBackup(f"{file.name} is no backup that can be read ({error})") from error
    return manifest


def restore(engine: sa.Engine, file: Path) -> dict[str, int]:
    """Fill an empty database from a backup; return the number of rows by table. Keeps all or nothing.

    Raises:
        BadBackup: the file is no whole backup, or one of another shape of the database.
        DomainError: the database is not empty.
    """
    manifest = check(file)
    database.upgrade(engine)
    with engine.begin() as connection, zipfile.ZipFile(file) as archive:
        shape = database.revision(connection)
        if manifest["shape"] != shape:
            raise BadBackup(
                f"{file.name} holds the shape {manifest['shape']}, this version has {shape}: "
                "restore with the version that made it, then upgrade"
            )
        _require_empty(connection)
        for table in reversed(Base.metadata.sorted_tables):  # what a migration put in comes from the backup too
            connection.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            _restore_table(connection, archive, table)
        for table in Base.metadata.sorted_tables:
            _close_circles(connection, archive, table)
    return {name: int(table["rows"]) for name, table in manifest["tables"].items()}


# --- writing ----------------------------------------------------------------------------------------------------------


def _snapshot(engine: sa.Engine) -> sa.Connection:
    """Return a connection that sees one moment of the database, however long it reads."""
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    connection.execute(sa.select(sa.func.count()).select_from(Base.metadata.sorted_tables[0]))
    return connection


def _save_table(connection: sa.Connection, archive: zipfile.ZipFile, table: sa.Table) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    writers = {column.name: _codec(column.type)[0] for column in table.columns}
    query = sa.select(table).order_by(table.c.created_at, table.c.id)
    reading = connection.execution_options(yield_per=AT_ONCE).execute(query)
    with reading, archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as out:
        for row in reading.mappings():
            values = {name: None if row[name] is None else write(row[name]) for name, write in writers.items()}
            line = json.dumps(values, ensure_ascii=False).encode() + b"\n"
            digest.update(line)
            out.write(line)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


# --- reading ----------------------------------------------------------------------------------------------------------


def _hash_of(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(f"{name}.jsonl") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _require_empty(connection: sa.Connection) -> None:
    for name in ("accounts", "organisations"):
        if connection.scalar(sa.select(sa.func.count()).select_from(Base.metadata.tables[name])):
            raise DomainError("The database is not empty: a restore fills only one that holds nothing")


def _rows(archive: zipfile.ZipFile, table: sa.Table) -> Iterator[Row]:
    readers = {column.name: _codec(column.type)[1] for column in table.columns}
    with archive.open(f"{table.name}.jsonl") as lines:
        for line in lines:
            values = json.loads(line)
            yield {name: sa.null() if values[name] is None else read(values[name]) for name, read in readers.items()}


def _restore_table(connection: sa.Connection, archive: zipfile.ZipFile, table: sa.Table) -> None:
    """Insert a table's rows: each after the rows of the same table that it names, and naming no later table yet."""
    own = [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    later = [column.name for column in _circular(table)]
    inserted: set[object] = set()
    waiting: list[Row] = []
    batch: list[Row] = []
    for row in _rows(archive, table):
        row = {**row, **dict.fromkeys(later, sa.null())}
        if all(isinstance(row[name], sa.sql.elements.Null) or row[name] in inserted for name in own):
            batch.append(row)
            inserted.add(row["id"] if own else None)
        else:
            waiting.append(row)
        if len(batch) == AT_ONCE:
            _insert(connection, table, batch)
            batch = []
    _insert(connection, table, batch)
    while waiting:
        ready = [r for r in waiting if all(isinstance(r[n], sa.sql.elements.Null) or r[n] in inserted for n in own)]
        if not ready:
            raise BadBackup(f"{table.name} names rows that the backup does not hold")
        _insert(connection, table, ready)
        inserted.update(row["id"] for row in ready)
        waiting = [row for row in waiting if row["id"] not in inserted]


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows; those with blanks in different places go separately, because a blank is part of the statement."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        filled = tuple(name for name, value in row.items() if not isinstance(value, sa.sql.elements.Null))
        groups.setdefault(filled, []).append({name: row[name] for name in filled})
    for filled, group in groups.items():
        blanks = {column.name: sa.null() for column in table.columns if column.name not in filled}
        connection.execute(table.insert().values(blanks) if blanks else table.insert(), group)


def _circular(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns that name a row of a table which itself names this one."""
    return [column for column in table.columns if any(key.use_alter for key in column.foreign_keys)]


def _close_circles(connection: sa.Connection, archive: zipfile.ZipFile, table: sa.Table) -> None:
    for column in _circular(table):
        update = table.update().where(table.c.id == sa.bindparam("row")).values({column: sa.bindparam("target")})
        for row in _rows(archive, table):
            if not isinstance(row[column.name], sa.sql.elements.Null):
                connection.execute(update, {"row": row["id"], "target": row[column.name]})


def _codec(type: sa.types.TypeEngine[Any]) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Return how values of a column are written to JSON, and read from it."""
    if isinstance(type, UtcDateTime):
        return datetime.isoformat, datetime.fromisoformat
    if isinstance(type, sa.Date):
        return date.isoformat, date.fromisoformat
    if isinstance(type, sa.Uuid):
        return str, uuid.UUID
    if isinstance(type, sa.LargeBinary):
        return lambda value: base64.b64encode(value).decode(), base64.b64decode
    if isinstance(type, sa.Enum) and type.enum_class is not None:
        member: Callable[[Any], Any] = type.enum_class
        return lambda value: value.value if isinstance(value, enum.Enum) else value, member
    return lambda value: value, lambda value: value
