"""A published challenge with suppliers that take part, for tests of questions and engagement records."""

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Challenge, Membership, Question, utc_now
from showcase.services import questions
from tests.integration.conftest import People
from tests.integration.publication_texts import a_challenge, published

ASKED = "Must a sensor work in homes that have no broadband?"


def open_challenge(people: People) -> Challenge:
    """Publish a challenge of the officer's council."""
    challenge = a_challenge(people.officer)
    published(challenge, people)
    return challenge


def asked(challenge: Challenge, by: Membership, wording: str = ASKED) -> Question:
    """Ask a question as a supplier."""
    question = questions.ask(challenge, wording, by=actor_for(by), now=utc_now())
    db.session.commit()
    return question
