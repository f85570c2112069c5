"""A change of the model: the old vectors serve until the new ones are complete, and a killed worker goes on."""

import dataclasses
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from matching.remote import HttpEmbedder, serve_embeddings
from matching.texts import Text
from showcase import worker
from showcase.access import actor_for
from showcase.extensions import db, settings
from showcase.models import Challenge, Membership, RankerVersion, Solution, Vector, utc_now
from showcase.models.enums import Verdict
from showcase.policies import PUBLIC
from showcase.services import decisions, encodings, index, matches, publications, ranking, vectors
from tests.integration.conftest import CheckedClient, People, make_people
from tests.integration.matching_texts import DAMP, live_challenge, live_solution
from tests.integration.two_models import FORMER, LATTER, NamedEmbedder

PRODUCTS = 11
MOST_SECONDS = 60


def name(model: str) -> str:
    """Return the name of a model's encoding."""
    return f"{model}{encodings.wanted().removeprefix(settings().model_name)}"


def choose(app: Flask, model: str) -> None:
    """Set the model, as a restart with another environment does."""
    app.config["SETTINGS"] = dataclasses.replace(settings(), model_name=model)


@pytest.fixture
def changing(app: Flask, people: People) -> Iterator[list[Solution]]:
    """Solutions encoded by the former model, while the settings name the latter."""
    before = settings()
    index.forget()
    choose(app, FORMER)
    live_challenge(people, people.officer)
    found = [live_solution(people, people.founder, f"Product {n}", f"{DAMP} Number {n}.") for n in range(PRODUCTS)]
    work(app)
    choose(app, LATTER)
    yield found
    app.config["SETTINGS"] = before
    index.forget()


def work(app: Flask, *, has: tuple[str, ...] = (FORMER, LATTER), started_ago: timedelta = timedelta(0)) -> int:
    """Do a round of a worker that has these models."""
    db.session.commit()
    models = worker.Models(
        dataclasses.replace(settings(), embedder_url="http://127.0.0.1:0"),
        lambda model: NamedEmbedder(model) if model in has else None,
    )
    models.started_at -= started_ago
    return worker.run_once(app, models.of(encodings.wanted()), models)


def served() -> tuple[str, int, set[int]]:
    """Return by which encoding this process ranks solutions, how many, and the lengths of their vectors."""
    encoding = encodings.in_use()
    collection = index.live("solution", encoding).collection
    return encoding, len(collection), {collection.get(id).vectors.shape[1] for id in collection}


def republish(solution: Solution, member: Membership, people: People, summary: str) -> None:
    now = utc_now()
    publications.save(solution, {"summary": summary}, revision=solution.revision, by=actor_for(member), now=now)
    publications.take_step(solution, "submit", by=actor_for(member), now=now)
    publications.take_step(solution, "publish", by=actor_for(people.staff), now=now)
    db.session.commit()


def test_the_old_vectors_serve_until_the_new_are_complete(app: Flask, changing: list[Solution]) -> None:
    seen = []
    for _ in range(5):
        seen.append(served())
        work(app)
    before, after = (name(FORMER), PRODUCTS, {64}), (name(LATTER), PRODUCTS, {32})
    assert seen == [before, before, before, after, after]  # eight texts a round; the third round changes over
    assert encodings.change() is None


def test_every_search_meanwhile_is_of_one_model(app: Flask, changing: list[Solution], people: People) -> None:
    challenge = db.session.scalars(sa.select(Challenge)).one()
    for _ in range(5):
        order = matches.solutions_for(challenge, seen_by=actor_for(people.officer)).order
        assert order.judge.has_meaning
        assert not order.notices
        assert order.ranker.startswith((name(FORMER), name(LATTER)))
        assert order.query.encoded.model == order.collection.model
        work(app)


def test_what_is_asked_before_the_change_is_answered_by_the_same_model(app: Flask, changing: list[Solution]) -> None:
    query = ranking.query_of(db.session.scalars(sa.select(Challenge)).one())
    while encodings.in_use() == name(FORMER):
        work(app)
    order = ranking.order(Solution, query, seen_by=PUBLIC)
    assert order.judge.has_meaning
    assert order.collection.model == name(FORMER)


def test_words_typed_meanwhile_are_asked_of_the_model_in_use(app: Flask, changing: list[Solution]) -> None:
    server = serve_embeddings(NamedEmbedder(LATTER))
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        app.config["SETTINGS"] = dataclasses.replace(settings(), embedder_url=url)
        alone = ranking.query_from(Text.plain("q", "damp homes"))  # the former model is not served: words alone
        assert (alone.notice, alone.encoded.model) == (ranking.WORDS_ONLY, "")
        server.others[FORMER] = NamedEmbedder(FORMER)
        both = ranking.query_from(Text.plain("q", "damp homes"))
        assert (both.notice, both.encoded.model) == ("", name(FORMER))
        assert both.encoded.vectors.shape[1] == 64
        assert HttpEmbedder(url, name=LATTER).embed_queries(["damp"]).shape == (1, 32)
    finally:
        server.shutdown()
        server.server_close()


def test_an_edit_goes_first(app: Flask, changing: list[Solution], people: People) -> None:
    work(app)
    republish(changing[-1], people.founder, people, "Counts wading birds from the air.")
    work(app)
    assert encodings.change() is not None
    encoding, _, lengths = served()
    assert "bird" in index.live("solution", encoding).collection.get(str(changing[-1].id)).terms
    assert lengths == {64}
    while encodings.change():
        work(app)
    assert "bird" in index.live("solution", encodings.in_use()).collection.get(str(changing[-1].id)).terms


def test_without_the_former_model_an_edit_is_found_by_its_words(
    app: Flask, changing: list[Solution], people: People
) -> None:
    work(app, has=(LATTER,))
    republish(changing[-1], people.founder, people, "Counts wading birds from the air.")
    work(app, has=(LATTER,))
    edited = index.live("solution", name(FORMER)).collection.get(str(changing[-1].id))
    assert "bird" in edited.terms
    assert not edited.has_vectors


def test_without_the_new_model_everything_stays_as_it_is(app: Flask, changing: list[Solution], people: People) -> None:
    republish(changing[-1], people.founder, people, "Counts wading birds from the air.")
    for _ in range(3):
        work(app, has=(FORMER,))
    assert served() == (name(FORMER), PRODUCTS, {64})
    assert db.session.scalars(sa.select(Vector.model).distinct()).all() == [name(FORMER)]


def test_a_worker_with_older_settings_changes_nothing_back(app: Flask, changing: list[Solution]) -> None:
    while encodings.change():
        work(app)
    choose(app, FORMER)
    work(app, started_ago=timedelta(hours=1))
    assert encodings.in_use() == name(LATTER)
    while encodings.change():  # one that was started since does
        work(app)
    assert encodings.in_use() == name(FORMER)


def test_rows_of_the_former_model_go(app: Flask, changing: list[Solution]) -> None:
    def models() -> set[str]:
        return set(db.session.scalars(sa.select(Vector.model).distinct()))

    work(app)
    assert encodings.forget_former(now=utc_now() + encodings.IDLE * 2) == 0  # one is in use, the other wanted
    while encodings.change():
        work(app)
    assert encodings.forget_former(now=utc_now()) == 0  # added to within the hour: another worker may be at it
    assert models() == {name(FORMER), name(LATTER)}
    assert encodings.forget_former(now=utc_now() + encodings.IDLE * 2) == PRODUCTS + 1
    assert models() == {name(LATTER)}
    assert served() == (name(LATTER), PRODUCTS, {32})


def test_ranker_versions_that_nothing_names_go(app: Flask, changing: list[Solution], people: People) -> None:
    def kept() -> set[tuple[str, str, int]]:
        query = sa.select(RankerVersion.kind, RankerVersion.model, RankerVersion.number)
        return {(row.kind, row.model, row.number) for row in db.session.execute(query)}

    challenge = db.session.scalars(sa.select(Challenge)).one()
    decisions.decide(challenge, changing[0], Verdict.SHORTLISTED, by=actor_for(people.officer), now=utc_now())
    for number in (2, 3, 4):
        for kind in index.KINDS:
            db.session.add(RankerVersion(kind=kind, model=name(FORMER), number=number, size=9, calibration=b"[]\n"))
    db.session.commit()
    assert encodings.forget_versions() == 3
    alive = {(kind, name(FORMER), number) for kind in index.KINDS for number in (3, 4)}
    assert kept() == alive | {("solution", name(FORMER), 1)}  # the decision was made on that
    while encodings.change():
        work(app)
    assert encodings.forget_versions() >= 4
    assert kept() == {("solution", name(FORMER), 1), *((kind, name(LATTER), 1) for kind in index.KINDS)}
    assert encodings.forget_versions() == 0


def test_texts_that_are_cut_anew_change_over_alike(
    app: Flask, changing: list[Solution], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(app, FORMER)
    assert encodings.change() is None
    monkeypatch.setattr(encodings, "CUTTING", "another")
    assert work(app) > 0
    change = encodings.change()
    assert change is not None
    assert (change.to, change.done, change.total) == (f"{FORMER}, cut another", vectors.FEW, PRODUCTS + 1)
    while encodings.change():
        work(app)
    assert encodings.in_use() == f"{FORMER}, cut another"


def test_staff_see_how_far_it_is(app: Flask, changing: list[Solution], client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    work(app)
    told = f"{vectors.FEW} of {PRODUCTS + 1}"
    assert f"{told} published texts are encoded for {name(LATTER)}" in client.get("/staff/ranking").text
    assert f"{told} texts are encoded" in client.get("/staff").text
    while encodings.change():
        work(app)
    assert "being changed" not in client.get("/staff/ranking").text + client.get("/staff").text


# --- a worker that is killed ------------------------------------------------------------------------------------------


@contextmanager
def worker_process(app: Flask, model: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker in a process of its own, and kill it at the end if it is still there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = db.engine.url.render_as_string(hide_password=False)
    command = [
        sys.executable,
        "-m",
        "tests.integration.two_models",
        url,
        str(settings().instance_path),
        model,
        str(port),
    ]
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(done: Callable[[], bool]) -> None:
    """Wait until something is so, looking often."""
    until = time.monotonic() + MOST_SECONDS
    while not done():
        assert time.monotonic() < until
        db.session.rollback()
        time.sleep(0.02)


def rows(model: str) -> dict[str, int]:
    """Return the number of each row of an encoding, by text."""
    query = sa.select(Vector.publication_id, Vector.seq).where(Vector.model == name(model))
    return {str(id): seq for id, seq in db.session.execute(query)}


def test_a_killed_worker_goes_on_where_it_was(own_app: Flask, tmp_path: Path) -> None:
    with own_app.app_context():
        choose(own_app, FORMER)
        people = make_people()
        made = [live_solution(people, people.founder, f"Product {n}", f"{DAMP} Number {n}.") for n in range(40)]
        with worker_process(own_app, FORMER):
            wait_for(lambda: len(rows(FORMER)) == 40 and db.session.scalar(sa.select(RankerVersion.id)) is not None)
        choose(own_app, LATTER)
        with worker_process(own_app, LATTER) as process:
            wait_for(lambda: len(rows(LATTER)) >= 2 * vectors.FEW)
            process.kill()
            process.wait()
        kept = rows(LATTER)
        assert 0 < len(kept) < 40
        assert served() == (name(FORMER), 40, {64})
        with worker_process(own_app, LATTER):
            republish(made[0], people.founder, people, "Counts wading birds from the air.")
            seen = set()

            def is_changed() -> bool:
                seen.add(served_whole(str(made[0].id)))
                return encodings.change() is None

            wait_for(is_changed)
            seen.add(served_whole(str(made[0].id)))
        after = rows(LATTER)
        assert {id: after[id] for id in kept if id != str(made[0].id)} == {
            id: seq for id, seq in kept.items() if id != str(made[0].id)
        }
        assert {one[:3] for one in seen} == {(name(FORMER), 40, 64), (name(LATTER), 40, 32)}
        assert (name(FORMER), 40, 64, True) in seen  # the edit was found before the change was over
        assert served() == (name(LATTER), 40, {32})


def served_whole(edited: str) -> tuple[str, int, int, bool]:
    """Return encoding, texts, the one length of their vectors, and whether the edit is seen."""
    encoding, size, lengths = served()
    (length,) = lengths
    return encoding, size, length, "bird" in index.live("solution", encoding).collection.get(edited).terms
