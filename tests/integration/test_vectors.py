"""Vectors follow what is published, and every process's index follows the vectors."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from matching.embedder import HashEmbedder, Vectors
from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Membership, Solution, Vector, VectorCounter, utc_now
from showcase.services import encodings, index, publications, vectors
from tests.integration.conftest import People, Statements
from tests.integration.matching_texts import DAMP, encode, fresh_index, live_solution

__all__ = ["fresh_index"]


class CountingEmbedder(HashEmbedder):
    """Knows how many calls it answered."""

    calls = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        return super().embed_passages(texts)


@pytest.fixture
def solution(people: People) -> Solution:
    found = live_solution(people, people.founder, "Dry Rooms", DAMP)
    encode()
    return found


def row_of(solution: Solution) -> Vector:
    return db.session.scalars(sa.select(Vector).where(Vector.publication_id == solution.id)).one()


def republish(solution: Solution, people: People, member: Membership, **answers: object) -> None:
    now = utc_now()
    publications.save(solution, answers, revision=solution.revision, by=actor_for(member), now=now)
    publications.take_step(solution, "submit", by=actor_for(member), now=now)
    publications.take_step(solution, "publish", by=actor_for(people.staff), now=now)
    db.session.commit()


def indexed() -> set[str]:
    return set(index.live("solution", encodings.in_use()).collection)


def test_what_is_encoded_waits_no_longer(solution: Solution) -> None:
    assert vectors.count_stale(encodings.in_use()) == 0
    assert row_of(solution).version_id == solution.published_version_id
    assert str(solution.id) in indexed()


def test_an_edit_is_encoded_anew_and_reaches_an_index_that_is_open(solution: Solution, people: People) -> None:
    before = index.live("solution", encodings.in_use()).collection.get(str(solution.id)).terms
    republish(solution, people, people.founder, summary="Counts wading birds from the air.")
    assert encode() == 1
    after = index.live("solution", encodings.in_use()).collection.get(str(solution.id)).terms
    assert "bird" in after
    assert "bird" not in before


def test_a_version_with_the_same_words_is_not_encoded_again(solution: Solution, people: People) -> None:
    republish(solution, people, people.founder, price_floor=1_200_000)  # confidential: no word of it is matched
    embedder = CountingEmbedder()
    seq = row_of(solution).seq
    assert vectors.refresh(embedder, model=encodings.in_use()) == 1
    assert embedder.calls == 0
    assert row_of(solution).version_id == solution.published_version_id
    assert row_of(solution).seq > seq


def test_an_idle_worker_compares_nothing_and_sees_each_step_at_once(
    solution: Solution, people: People, count_queries: Callable[[], AbstractContextManager[Statements]]
) -> None:
    model = encodings.in_use()
    assert vectors.refresh_changed(HashEmbedder(), model=model) == 0
    with count_queries() as idle:
        assert vectors.refresh_changed(HashEmbedder(), model=model) == 0
    assert len(idle) == 1
    republish(solution, people, people.founder, summary="Counts wading birds from the air.")
    assert vectors.refresh_changed(HashEmbedder(), model=model) == 1
    vectors.refresh(None, model="another")  # as another worker would write rows
    with count_queries() as busy:
        assert vectors.refresh_changed(HashEmbedder(), model=model) == 0
    assert len(busy) > 1


def test_an_archived_text_leaves_a_tombstone_and_every_index(solution: Solution, people: People) -> None:
    assert str(solution.id) in indexed()
    publications.take_step(solution, "archive", by=actor_for(people.founder), now=utc_now())
    db.session.commit()
    assert encode() == 1
    row = row_of(solution)
    assert (row.version_id, row.vectors, row.terms) == (None, b"", b"")
    assert str(solution.id) not in indexed()
    assert encode() == 0


def test_what_was_made_by_words_alone_is_made_again_once_there_is_a_model(people: People) -> None:
    model = encodings.in_use()
    solution = live_solution(people, people.founder, "Dry Rooms", DAMP)
    db.session.commit()
    assert vectors.refresh(None, model=model) == 1
    assert vectors.count_stale(model, has_embedder=False) == 0
    assert row_of(solution).content_hash.startswith(vectors.LEXICAL)
    assert encode() == 1
    db.session.expire_all()
    assert not row_of(solution).content_hash.startswith(vectors.LEXICAL)


def test_a_counter_that_went_back_makes_an_index_load_anew(solution: Solution) -> None:
    assert str(solution.id) in indexed()
    db.session.execute(sa.delete(Vector))
    db.session.execute(sa.update(VectorCounter).values(number=0))  # as after restoring an older backup
    db.session.commit()
    assert indexed() == set()


def test_a_version_that_was_replaced_while_it_was_encoded_is_not_written(solution: Solution, people: People) -> None:
    class Slow(HashEmbedder):
        """While it encodes, another version is published, and another worker writes that."""

        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            republish(solution, people, people.founder, summary="Counts wading birds from the air.")
            assert encode() == 1
            return super().embed_passages(texts)

    republish(solution, people, people.founder, summary="Counts newts in ponds.")
    seq = row_of(solution).seq
    assert vectors.refresh(Slow(), model=encodings.in_use()) == 1
    db.session.expire_all()
    assert row_of(solution).seq == seq + 1
    assert row_of(solution).version_id == solution.published_version_id
