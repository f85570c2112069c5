"""Search over everything one may see, and the try without an account."""

import dataclasses
import gc
from collections.abc import Sequence

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask

from matching.embedder import HashEmbedder, Vectors
from matching.remote import serve_embeddings
from showcase.extensions import db, settings
from showcase.models import Base, Challenge, Message, Solution
from showcase.models.enums import State
from showcase.policies import PUBLIC
from showcase.services import encodings, index, matches, ranking, search
from tests.integration.conftest import CheckedClient, People
from tests.integration.matching_texts import (
    BINS,
    DAMP,
    cards,
    encode,
    fresh_index,  # noqa: F401 - a fixture that each test here uses
    live_challenge,
    live_solution,
)
from tests.integration.publication_texts import a_challenge, a_solution

pytestmark = pytest.mark.either_database


@pytest.fixture
def texts(people: People) -> None:
    live_challenge(people, people.officer)
    live_challenge(people, people.other_officer, title="How might we miss no bin?", problem=BINS, users=BINS)
    live_solution(people, people.founder, "Dry Rooms", DAMP)
    live_solution(people, people.other_founder, "Round Planner", BINS, service_areas=["waste"])
    a_challenge(people.officer, title="How might we dry damp cellars?")
    a_solution(people.founder, name="Damp Draft")
    encode()


@pytest.mark.usefixtures("texts")
def test_each_finds_what_they_may_see(client: CheckedClient, people: People) -> None:
    damp, draft = "How might we find damp homes before winter?", "How might we dry damp cellars?"
    expected = {
        "public": {damp},
        "staff": {damp, "Dry Rooms"},
        "officer": {damp, "Dry Rooms", draft},
        "other_officer": {damp, "Dry Rooms"},
        "founder": {damp, "Dry Rooms", "Damp Draft"},
        "other_founder": {damp},
    }
    for role, titles in expected.items():
        client.sign_out() if role == "public" else client.sign_in(getattr(people, role))
        page = client.get("/search?q=damp").text
        assert set(cards(page)) == titles, role
        assert "<mark>damp</mark>" in page


@pytest.mark.usefixtures("texts")
def test_kinds_filters_and_names_stand_in_the_address(client: CheckedClient, people: People) -> None:
    client.sign_in(people.staff)
    assert cards(client.get("/search?q=bins&kind=solution").text) == ["Round Planner"]
    assert cards(client.get("/search?q=bins&kind=challenge").text) == ["How might we miss no bin?"]
    assert cards(client.get("/search?q=bins&service_area=waste").text) == ["Round Planner"]
    assert cards(client.get("/search?q=quiet+roads").text) == ["Round Planner"]
    assert "Nothing found" in client.get("/search?q=xylophone").text
    for odd in ("/search", "/search?q=%20", "/search?q=%22%3Cb%3E&page=99", "/search?q=the&kind=none"):
        assert client.get(odd).status_code == 200, odd


@pytest.mark.usefixtures("texts")
def test_a_search_that_is_too_long_is_cut_at_a_word_and_says_so(client: CheckedClient) -> None:
    page = client.get("/search", query_string={"q": "missed bins " * 300}).text
    kept = page.partition('type="search"')[2].partition('value="')[2].partition('"')[0]
    assert 480 < len(kept) <= 500
    assert kept.endswith(("missed", "bins"))
    assert "only what stands in the box now" in page
    assert cards(page)[0] == "How might we miss no bin?"
    assert client.get("/search", query_string={"q": "x" * 9_000}).status_code == 200
    assert "only what stands" not in client.get("/search?q=missed+bins").text


@pytest.mark.usefixtures("texts")
def test_ids_for_lists_are_in_order_and_visible(people: People) -> None:
    found = search.find_ids(Challenge, "missed bins", seen_by=PUBLIC)
    titles = [db.session.get_one(Challenge, id).published_title for id in found]
    assert titles == ["How might we miss no bin?"]
    assert search.find_ids(Solution, "missed bins", seen_by=PUBLIC) == []


def everything_kept() -> list[str]:
    tables = Base.metadata.sorted_tables
    return [str(row) for table in tables for row in db.session.execute(sa.select(table))]


@pytest.mark.usefixtures("texts")
def test_anyone_may_try_a_text_and_nothing_is_kept(client: CheckedClient) -> None:
    answer = client.post("/try", data={"text": f"{DAMP} Made in Xanadu."})
    assert cards(answer.text)[0] == "How might we find damp homes before winter?"
    assert "Register with this text" in answer.text
    assert "Nothing in your text says" in answer.text
    assert "this profile" not in answer.text
    nonsense = client.post("/try", data={"text": "xyzzy plugh frobnicate quux"}).text
    assert cards(nonsense) == []
    assert "No open challenge comes near your text" in nonsense
    assert [text for text in everything_kept() if "Xanadu" in text] == []
    assert client.post("/try", data={"text": " "}).status_code == 422


def test_the_models_answer_is_used_where_it_is_served(
    people: People, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_challenge(people, people.officer)
    encode()
    embedder = HashEmbedder()
    embedder.name = settings().model_name
    server = serve_embeddings(embedder)
    try:
        host, port = server.server_address[:2]
        monkeypatch.setitem(
            app.config, "SETTINGS", dataclasses.replace(settings(), embedder_url=f"http://{host!s}:{port}")
        )
        found = search.search("damp homes", seen_by=PUBLIC)
        assert found.notices == ()
        assert len(found.page.items) == 1
    finally:
        server.shutdown()
        server.server_close()
    assert search.search("damp homes", seen_by=PUBLIC).notices == (ranking.WORDS_ONLY,)


class Asked(HashEmbedder):
    """A model that notes what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.name = settings().model_name
        self.asked: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().embed_passages(texts)


def test_the_model_is_asked_only_for_what_is_new_in_a_draft(
    people: People, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge = live_challenge(people, people.officer)
    encode()
    server = serve_embeddings(model := Asked())
    try:
        host, port = server.server_address[:2]
        url = f"http://{host!s}:{port}"
        monkeypatch.setitem(app.config, "SETTINGS", dataclasses.replace(settings(), embedder_url=url))
        first = matches.query_for(challenge, is_working_text=True)  # the words are those that are published
        assert model.asked == []
        new = "Bats sleep in the loft."
        challenge.content = {**challenge.content, "constraints": new}
        second = matches.query_for(challenge, is_working_text=True)
        assert any(new in text for text in model.asked)
        assert 0 < len(model.asked) < len(second.encoded.vectors)
        told = list(model.asked)
        assert matches.query_for(challenge, is_working_text=True).encoded.vectors.shape == second.encoded.vectors.shape
        assert model.asked == told
        ranking.query_from(second.text)  # what nobody saved is never remembered
        assert len(model.asked) > 2 * len(told)
    finally:
        server.shutdown()
        server.server_close()
    stored = index.encoded(challenge.id, encodings.in_use())
    assert stored is not None
    np.testing.assert_array_equal(first.encoded.vectors, stored.vectors)
    np.testing.assert_array_equal(first.encoded.requirements, stored.requirements)


def test_a_large_index_is_kept_from_the_search_for_garbage(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    live_challenge(people, people.officer)
    live_solution(people, people.founder, "Dry Rooms", DAMP)
    encode()
    monkeypatch.setattr(index, "FEWEST_SET_ASIDE", 1)
    index.forget()
    freeze, done = gc.freeze, []
    monkeypatch.setattr(gc, "freeze", lambda: (freeze(), done.append(1)))
    try:
        search.search("damp homes", seen_by=PUBLIC)
        assert gc.get_freeze_count() > 0
        assert done == [1, 1]  # of challenges and of solutions
        search.search("mould", seen_by=PUBLIC)  # once, not at each search
        assert done == [1, 1]
    finally:
        gc.unfreeze()


@pytest.mark.usefixtures("texts")
def test_the_list_finds_by_meaning_of_the_words(client: CheckedClient) -> None:
    assert cards(client.get("/challenges?q=missed+bins").text) == ["How might we miss no bin?"]
    assert cards(client.get("/challenges?q=eastbrook").text) == ["How might we miss no bin?"]
    assert "Nothing fits" in client.get("/challenges?q=xylophone").text
    assert client.get("/challenges?q=damp&sort=title&page=7").status_code == 200


def test_a_tried_text_becomes_the_first_profile(client: CheckedClient, people: People) -> None:
    page = client.post("/register", data={"start": "1", "pasted": f"Summary: {DAMP}"}).text
    assert "There is a problem" not in page
    assert DAMP in page
    answers = {"firm": "Quick Dry Ltd", "name": "Quentin Quick", "email": "q@quick-dry.example"}
    client.post("/register", data={**answers, "pasted": f"Summary: {DAMP}"})
    link = db.session.scalars(sa.select(Message.body).where(Message.to == "q@quick-dry.example")).one()
    path = next(word for word in link.split() if "/register/" in word).partition("8000")[2]
    assert client.post(path, data={"password": "three plain words"}).status_code == 302
    started = db.session.scalars(sa.select(Solution)).one()
    assert (started.content["summary"], started.state) == (DAMP, State.DRAFT)
    assert started.organisation.name == "Quick Dry Ltd"
