"""What must be true after people worked through a storm: nothing acknowledged is lost, nothing is half done."""

import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from matching.embedder import Embedder
from matching.encoding import encode, encode_challenges
from showcase.extensions import db
from showcase.models import (
    AuditEntry,
    Challenge,
    Message,
    Pledge,
    PledgeStep,
    Publication,
    Question,
    Response,
    Solution,
    Vector,
    Version,
    utc_now,
)
from showcase.models.enums import Hall
from showcase.models.interests import Rung
from showcase.services import consistency, encodings, index, mail, vectors
from showcase.transactions import begin_writing
from tests.integration.processes import wait_until
from tests.integration.storm import PLACES, World
from tests.integration.test_mail import Server
from tests.integration.test_registration_bursts import check_order, rows

QUIET = 4.0
"""Seconds without a sign after which nobody is at work on an e-mail."""


def kept_in_database(world: World) -> dict[str, set[int]]:
    """Return by kind of act which tries are in the database."""

    def numbers(texts: sa.Select[str], mark: str) -> set[int]:
        found = (text.partition(mark)[2] for text in db.session.scalars(texts))
        return {int("".join(c for c in rest if c.isdigit())) for rest in found if rest}

    notes = numbers(sa.select(Response.note), "at try ")
    draft = db.session.get_one(Challenge, uuid.UUID(world.draft), populate_existing=True)
    last = int(draft.title.split()[-1]) if draft.title.startswith("Edit ") else 0
    versions = db.session.scalars(sa.select(Version).where(Version.publication_id == uuid.UUID(world.solution)))
    summaries = [str(version.content["summary"]) for version in versions if version.published_at is not None]
    return {
        "edit": set(range(1, last + 1)),  # one writer: what came later stands in place of what came before
        "publish": {int(text.split("x")[1]) for text in summaries if "try x" in text},
        "pledge": {q for q in db.session.scalars(sa.select(PledgeStep.quantity)) if q},
        "respond": {n for last in notes for n in range(last, 0, -len(world.challenges))},  # in place as well
        "ask": numbers(sa.select(Question.wording), "at try "),
        "register": {int(each.name.split()[-1]) for each in rows(world.event)},
    }


def check_kept(world: World, acknowledged: Mapping[str, list[int]]) -> None:
    """Everything that was acknowledged is there."""
    found = kept_in_database(world)
    for kind, numbers in acknowledged.items():
        assert set(numbers) <= found[kind], f"{kind}: acknowledged and lost"


def check_whole(world: World) -> None:
    """Each change is there with all that belongs to it: its entry in the audit trail, its history, its e-mails."""

    def entries(action: str) -> int:
        query = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.action == action)
        return db.session.scalar(query) or 0

    def count(query: sa.Select[Any]) -> int:
        return db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0

    draft = db.session.get_one(Challenge, uuid.UUID(world.draft), populate_existing=True)
    solution = db.session.get_one(Solution, uuid.UUID(world.solution), populate_existing=True)
    assert entries("challenge.saved") == draft.revision - 1
    assert entries("solution.saved") == solution.revision - 1
    published = [version for version in solution.versions if version.published_at is not None]
    assert entries("solution.publish") == len(published) + 1  # that of the other supplier
    assert solution.published_version in published
    pledge = db.session.scalars(sa.select(Pledge)).one()
    steps = sorted(pledge.steps, key=lambda step: step.number)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert (pledge.quantity, pledge.rung) == (steps[-1].quantity, Rung.INTERESTED)
    assert entries("pledge.stepped") == len(steps)
    assert entries("response.put_forward") == count(sa.select(Response.id))
    assert entries("question.asked") == count(sa.select(Question.id))
    told = sa.select(Message.to).where(Message.subject.in_(["Your place: Burst", "Waiting list: Burst"]))
    found = rows(world.event)
    assert entries("registration.made") == len(found)
    assert sorted(db.session.scalars(told)) == sorted(str(each.email) for each in found)
    check_order(found, {Hall.IN_PERSON: PLACES})
    assert list(consistency.faults()) == []


def let_it_settle() -> None:
    """Let the time pass that e-mails wait for, those of killed workers too, and the worker do what is left."""
    in_use, ahead = encodings.in_use(), utc_now()
    unsent = Message.sent_at.is_(None) & (Message.tries < mail.MOST_TRIES)
    seen: list[tuple[float, set[uuid.UUID]]] = []

    def is_settled() -> bool:
        db.session.rollback()
        begin_writing(db.session)
        left = set(db.session.scalars(sa.select(Message.id).where(unsent)))
        if not seen or seen[-1][1] != left:
            seen.append((time.monotonic(), left))
        is_still = time.monotonic() - seen[-1][0] > QUIET  # nobody is sending these: who was to is dead
        waits = unsent if is_still else unsent & (Message.tries == 0)
        db.session.execute(sa.update(Message).where(waits, Message.next_try_at > utc_now()).values(next_try_at=ahead))
        db.session.commit()
        unsealed = db.session.scalars(sa.select(AuditEntry.id).where(~AuditEntry.is_sealed).limit(1)).first()
        return not left and not unsealed and not vectors.count_stale(in_use)

    wait_until(is_settled, "that the worker does what is left")


def check_mail(server: Server, most_twice: int) -> None:
    """Each e-mail came, and only what a kill caught between sending and noting it came twice, as one and the same."""
    came: dict[str, int] = defaultdict(int)
    bodies: dict[str, set[str]] = defaultdict(set)
    for text in server.received:
        id = text.partition("Message-ID: <")[2].partition("@")[0]
        came[id] += 1
        bodies[id].add(text)
    queued = {str(id) for id in db.session.scalars(sa.select(Message.id))}
    assert came.keys() == queued
    assert all(len(texts) == 1 for texts in bodies.values())
    assert sum(came.values()) - len(came) <= most_twice


def check_index(embedder: Embedder) -> None:
    """The rows of the index are what encoding everything anew gives, and this process's follower holds just that."""
    model = encodings.in_use()
    held = db.session.scalars(sa.select(Vector).where(Vector.model == model)).all()
    kept = {row.publication_id: (row.vectors, row.terms) for row in held if row.vectors}
    live = db.session.scalars(sa.select(Publication).where(Publication.published_version_id.is_not(None))).all()
    assert kept.keys() == {each.id for each in live}
    for each in live:
        text = vectors.text_of(each.id, each.questionnaire, each.published_content)
        (anew,) = (encode_challenges if isinstance(each, Challenge) else encode)([text], embedder)
        assert kept[each.id] == anew.to_blobs()
    followed = {kind: _held(kind, model) for kind in ("challenge", "solution")}
    index.forget()
    assert followed == {kind: _held(kind, model) for kind in followed}
    assert sum(len(held) for held in followed.values()) == len(kept)


def _held(kind: str, model: str) -> dict[str, tuple[bytes, bytes]]:
    collection = index.live(kind, model).collection
    return {id: collection.get(id).to_blobs() for id in collection}
