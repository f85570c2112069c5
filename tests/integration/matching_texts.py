"""Texts that tests of matching rank, and the worker's part of it, played with an embedder that needs no model."""

import re
from collections.abc import Iterator

import pytest

from matching.embedder import HashEmbedder
from showcase.extensions import db
from showcase.models import Challenge, Membership, Solution
from showcase.services import encodings, index, remainders, vectors
from tests.integration.conftest import People
from tests.integration.publication_texts import a_challenge, a_solution, published

DAMP = "Finds damp and mould in council homes before tenants complain, from sensors and repairs history."
BINS = "Plans rounds of refuse lorries so that missed bins are collected, and tells residents when."
LETTERS = "Translates letters into plain words and other languages, checked by people who speak them."


@pytest.fixture(autouse=True)
def fresh_index(app: object) -> Iterator[None]:
    """Forget what this process knows of a database that is put back after each test."""
    index.forget()
    remainders.forget()
    vectors.forget()
    yield
    index.forget()


def encode() -> int:
    """Do the worker's part: encode what is not encoded, freeze what depends on all of it."""
    db.session.commit()
    model = encodings.in_use()
    done = vectors.refresh_changed(HashEmbedder(), model=model)
    index.recalibrate(model=model)
    return done


def live_challenge(people: People, member: Membership, **answers: object) -> Challenge:
    """Publish a challenge."""
    challenge = a_challenge(member, **answers)
    published(challenge, people)
    return challenge


def live_solution(people: People, member: Membership, name: str, summary: str, **answers: object) -> Solution:
    """Publish a solution."""
    solution = a_solution(member, name=name, summary=summary, **answers)
    published(solution, people)
    return solution


def cards(page: str) -> list[str]:
    """Return the names of the cards of a page, in their order."""
    names = re.findall(r'app-card__title">\s*<a[^>]*>(.*?)</a>', page, re.DOTALL)
    return [re.sub(r"<span.*?</span>|<[^>]+>", "", name, flags=re.DOTALL).strip() for name in names]
