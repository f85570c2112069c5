"""Why a match is where it is, on the page and in the file: sentences, words and parts, with figures that add up."""

import csv
import html
import re
from collections.abc import Sequence
from io import StringIO

import pytest
import sqlalchemy as sa

from matching.embedder import HashEmbedder, Vectors
from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Challenge, Remainder, Solution, Vector, utc_now
from showcase.services import encodings, match_export, matches, publications, remainders, weights
from showcase.services.match_cards import Card
from tests.integration.conftest import CheckedClient, People
from tests.integration.matching_texts import BINS, encode, fresh_index, live_challenge, live_solution

__all__ = ["fresh_index"]

SAID = "We are a small firm. Our sensors find damp in council homes before tenants complain in winter. We like tea."


class CountingEmbedder(HashEmbedder):
    """Knows how many texts it embedded."""

    texts = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return super().embed_passages(texts)


@pytest.fixture
def challenge(people: People) -> Challenge:
    """A challenge about damp, among three solutions."""
    found = live_challenge(people, people.officer)
    live_solution(people, people.founder, "Dry Rooms", SAID)
    live_solution(people, people.other_founder, "Round Planner", BINS)
    encode()
    return found


def carry(embedder: HashEmbedder | None = None) -> int:
    """Do the worker's part of the sentences, to the end; return how many texts it took."""
    done = 0
    while more := remainders.refresh(embedder or HashEmbedder(), model=encodings.in_use()):
        done += more
    return done


def first_card(challenge: Challenge, people: People) -> Card:
    return matches.solutions_for(challenge, seen_by=actor_for(people.officer)).cards[0]


def test_the_sentence_that_carries_the_passage_is_strong(
    client: CheckedClient, people: People, challenge: Challenge
) -> None:
    client.sign_in(people.officer)
    start = f"/challenges/{challenge.id}/matches"
    assert "In bold" not in client.get(start).text  # it is known once the worker has come to it
    assert carry() == 3
    page = client.get(start).text
    assert "In bold: the sentence that counts most." in page
    strong = [html.unescape(re.sub("<[^>]+>", "", part)) for part in re.findall("(?:<strong>.*?</strong>)+", page)]
    why = first_card(challenge, people).why
    assert why.sentence in strong
    assert why.sentence in "".join(part.text for part in why.offered)


def test_a_supplier_sees_it_in_the_challenge(client: CheckedClient, people: People, challenge: Challenge) -> None:
    carry()
    solution = db.session.scalars(sa.select(Solution).where(Solution.title == "Dry Rooms")).one()
    client.sign_in(people.founder)
    (card,) = matches.challenges_for(solution, seen_by=actor_for(people.founder)).cards
    assert card.why.sentence
    assert card.why.sentence in "".join(part.text for part in card.why.asked)
    assert "In bold" in client.get(f"/solutions/{solution.id}/matches").text


def test_what_is_edited_is_read_again_and_nothing_else(people: People, challenge: Challenge) -> None:
    carry()
    assert carry() == 0
    solution = db.session.scalars(sa.select(Solution).where(Solution.title == "Dry Rooms")).one()
    by = actor_for(people.founder)
    said = "It finds damp. It finds mould before tenants complain. It finds homes before winter."
    publications.save(solution, {"summary": said}, revision=solution.revision, by=by, now=utc_now())
    publications.take_step(solution, "submit", by=by, now=utc_now())
    publications.take_step(solution, "publish", by=actor_for(people.staff), now=utc_now())
    encode()
    assert remainders.of([solution.id], model=encodings.in_use()) == {}  # those kept are of other words
    assert first_card(challenge, people).why.sentence == ""
    embedder = CountingEmbedder()
    assert carry(embedder) == 1
    assert 0 < embedder.texts <= 5
    assert first_card(challenge, people).why.sentence


def test_without_the_model_nothing_is_told_of_sentences(people: People, challenge: Challenge) -> None:
    db.session.execute(sa.update(Vector).values(content_hash="lexical:" + Vector.content_hash))
    db.session.commit()
    assert carry() == 0
    assert db.session.scalar(sa.select(sa.func.count(Remainder.id))) == 0


def test_words_and_parts_are_on_the_page_with_their_figures(
    client: CheckedClient, people: People, challenge: Challenge
) -> None:
    card = first_card(challenge, people)
    assert sum(card.parts.values()) == pytest.approx(card.total, abs=1e-9)
    assert card.total == pytest.approx(card.place.score, abs=0.03)
    client.sign_in(people.officer)
    page = re.sub(r"\s+", " ", client.get(f"/challenges/{challenge.id}/matches").text)
    first = page[: page.index("Round Planner</a>")]
    shown = [float(figure.replace("−", "-")) for figure in re.findall(r'app-figure">([+−][\d.]+)</dd>', first)]
    assert shown == list(card.parts.values())
    assert f"They add up to {card.total:+.2f}." in first.replace("−", "-")
    for word, weight in card.why.terms.items():
        assert f'The word <q>{word}</q></dt><dd class="app-figure">{weight:.2f}</dd>' in first
    assert card.why.passage_weight is not None
    assert f'The passage shown above</dt><dd class="app-figure">{card.why.passage_weight:.2f}</dd>' in first


def test_the_file_tells_the_same(client: CheckedClient, people: People, challenge: Challenge) -> None:
    carry()
    client.sign_in(people.officer)
    answer = client.get(f"/challenges/{challenge.id}/matches.csv").text.removeprefix("\ufeff")
    rows = list(csv.DictReader(StringIO(answer)))
    assert tuple(rows[0]) == match_export.HEAD
    for row in rows:
        parts = [float(row[weights.ingredient(name)]) for name in weights.IN_WORDS]
        assert sum(parts) == pytest.approx(float(row["Score"]), abs=1e-9)
    why = first_card(challenge, people).why
    first = rows[0]
    assert first["Passage of the profile"] == "".join(part.text for part in why.offered)
    assert first["Passage of the challenge"] == "".join(part.text for part in why.asked)
    assert first["Sentence of it that counts most"] == why.sentence
    assert "sensors" in why.sentence
    assert f"damp {why.terms['damp']:.2f}" in first["Words in common, and score lower without each by"]
    assert "A housing officer needs to see which homes are at risk" in rows[1]["Nothing in the profile about"]
