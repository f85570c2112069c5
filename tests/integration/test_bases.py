"""A large index stands on files that agree with the rows, or on none: nothing is missed, stale or foreign."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from matching.embedder import HashEmbedder
from matching.encoding import encode
from matching.ranker import Ranker
from matching.texts import Text
from showcase.extensions import db, settings
from showcase.models import RankerVersion, Vector, VectorCounter
from showcase.services import bases, encodings, index
from tests.integration.matching_texts import fresh_index

__all__ = ["fresh_index"]

WORDS = "damp mould home repair bin lorry road plan form letter visit family risk winter council tenant".split()  # noqa: SIM905
QUERY = encode([Text.plain("q", "damp of the winter homes")], HashEmbedder())[0]
TEXTS = 30


@pytest.fixture(autouse=True)
def few_are_many(app: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let thirty texts count as many, with files of their own."""
    monkeypatch.setattr(bases, "LEAST_TEXTS", 20)
    monkeypatch.setattr(index, "RENEWAL", 1)
    monkeypatch.setattr(index, "PAUSE", 0.0)
    yield
    for folder in folders():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def folders() -> list[Path]:
    return sorted(path for path in (settings().instance_path / "index").glob("*") if path.is_dir())


def put(id: uuid.UUID, *words: str) -> None:
    """Write the row of a text as the worker does; without words, a tombstone."""
    model = encodings.in_use()
    db.session.execute(sa.delete(Vector).where(Vector.publication_id == id))
    if not db.session.execute(sa.update(VectorCounter).values(number=VectorCounter.number + 1)).rowcount:  # type: ignore[attr-defined]
        db.session.add(VectorCounter(number=1))
        db.session.flush()
    number = db.session.scalars(sa.select(VectorCounter.number)).one()
    blobs, version = (b"", b""), None
    if words:
        encoded = encode([Text.plain(str(id), " of the ".join(words))], HashEmbedder())[0]
        blobs, version = encoded.to_blobs(), uuid.uuid4()
    db.session.add(
        Vector(
            publication_id=id,
            kind="solution",
            model=model,
            version_id=version,
            content_hash=" ".join(words),
            vectors=blobs[0],
            terms=blobs[1],
            seq=number,
        )
    )
    db.session.commit()


@pytest.fixture
def ids() -> list[uuid.UUID]:
    found = [uuid.uuid4() for _ in range(TEXTS)]
    for place, id in enumerate(found):
        put(id, WORDS[place % 16], WORDS[place * 3 % 16], WORDS[place * 7 % 16])
    index.recalibrate(model=encodings.in_use())
    return found


def ranking() -> dict[str, float]:
    """Return what a search finds in this process."""
    collection = index.live("solution", encodings.in_use()).collection
    return {match.id: match.score for match in Ranker(collection).rank(QUERY, 100).matches}


def ranking_without_files(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Return what a process finds that reads all rows."""
    index.forget()
    with monkeypatch.context() as patch:
        patch.setattr(bases, "LEAST_TEXTS", 1_000_000)
        found = ranking()
    index.forget()
    return found


def test_the_worker_makes_the_files_before_the_ranker_version_counts(ids: list[uuid.UUID]) -> None:
    (made,) = folders()
    number = made.stat().st_mtime_ns
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RankerVersion)) == 1
    assert index.live("solution", encodings.in_use()).collection.changed == 0
    assert [folder.stat().st_mtime_ns for folder in folders()] == [number]


def test_files_and_rows_give_one_ranking(ids: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    found = ranking()
    assert set(found) == {str(id) for id in ids}
    assert found == ranking_without_files(monkeypatch)


def test_edits_and_deletions_reach_those_who_are_open_and_those_who_start(
    ids: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ranking()
    put(ids[0], "tenant", "council")
    put(ids[1])
    new = uuid.uuid4()
    put(new, "damp", "winter")
    open_already = ranking()
    assert str(ids[1]) not in open_already
    assert str(new) in open_already
    assert open_already[str(ids[0])] != before[str(ids[0])]
    index.forget()
    assert len(folders()) == 1
    assert ranking() == pytest.approx(open_already, abs=1e-4)
    assert ranking_without_files(monkeypatch) == pytest.approx(open_already, abs=1e-4)


def test_files_of_another_history_are_not_used(ids: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    (made,) = folders()
    index.forget()
    db.session.execute(
        sa.update(Vector).where(Vector.publication_id == ids[0]).values(content_hash="as it was in the backup")
    )
    db.session.commit()
    number = made.stat().st_ino
    found = ranking()
    assert [folder.stat().st_ino for folder in folders()] != [number]
    assert found == ranking_without_files(monkeypatch)


def test_damaged_files_are_made_anew(ids: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    (made,) = folders()
    expected = ranking()
    for name in ("stamps.npy", "codes.faiss", "terms.txt"):
        index.forget()
        (made / name).write_bytes(b"")
        assert ranking() == expected
        assert (made / name).stat().st_size


def test_files_are_made_anew_when_much_has_changed(ids: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    (made,) = folders()
    ranking()
    for place in range(7):  # more than a fifth of thirty
        put(ids[place], WORDS[place], "tenant")
    assert index.live("solution", encodings.in_use()).collection.changed == 7
    found = ranking()
    assert index.live("solution", encodings.in_use()).collection.changed == 0
    assert len(folders()) == 1
    assert folders() != [made]
    assert found == ranking_without_files(monkeypatch)


def test_the_worker_makes_them_anew_sooner(ids: list[uuid.UUID]) -> None:
    (made,) = folders()
    for place in range(4):
        put(ids[place], WORDS[place], "tenant")
    index.recalibrate(model=encodings.in_use())
    assert folders() != [made]
    assert len(folders()) == 1


def test_a_folder_that_cannot_be_written_leaves_the_index_in_memory(
    ids: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ranking()
    for folder in folders():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    index.forget()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np, "save", full)
        assert ranking() == expected
    assert not [folder for folder in folders() if not folder.name.startswith(bases.MAKING)]
    index.forget()
    assert ranking() == expected
    assert not [folder for folder in folders() if folder.name.startswith(bases.MAKING)]
