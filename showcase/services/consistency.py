"""Looks for anything in the database that should not be: what `showcase verify` prints. Reads only."""

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Base, EngagementRecord, File
from showcase.services import database, records, sealing


def faults() -> Iterator[str]:
    """Yield every inconsistency, a sentence each: shape, engine, references, files, engagement records, audit trail."""
    if not database.is_current(db.engine):
        yield "The database has not the shape that this version needs: run `showcase db upgrade`."
        return
    yield from _engine_faults()
    yield from _lost_references()
    yield from _changed_files()
    yield from _broken_records()
    yield from sealing.verify().faults


def _engine_faults() -> Iterator[str]:
    if db.engine.dialect.name != "sqlite":
        return
    for (words,) in db.session.execute(sa.text("PRAGMA integrity_check")):
        if words != "ok":
            yield f"SQLite: {words}."


def _lost_references() -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                target = key.column.table.alias()
                lost = sa.select(table.c.id).where(
                    column.is_not(None), ~sa.exists().where(target.c[key.column.name] == column)
                )
                for (id,) in db.session.execute(lost):
                    yield f"{table.name} {id}: {column.name} names a row of {key.column.table.name} that is not there."


def _changed_files() -> Iterator[str]:
    for id, name, size, digest in db.session.execute(sa.select(File.id, File.name, File.size, File.sha256)).all():
        data = db.session.scalar(sa.select(File.data).where(File.id == id)) or b""
        if len(data) != size or hashlib.sha256(data).hexdigest() != digest:
            yield f"File {id} ({name}) is not what was uploaded."


def _broken_records() -> Iterator[str]:
    for record in db.session.scalars(sa.select(EngagementRecord).order_by(EngagementRecord.created_at)):
        for fault in records.faults_of(record):
            yield f"Engagement record {record.id}: {fault}"
