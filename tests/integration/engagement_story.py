"""A published challenge with suppliers that take part, for tests of questions and engagement records."""

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Challenge, EngagementRecord, Membership, Question, RecordEntry, utc_now
from showcase.models.enums import ResponseState
from showcase.services import questions, records, responses
from tests.integration.conftest import People
from tests.integration.publication_texts import a_challenge, a_solution, published

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


def entries_of(challenge: Challenge) -> list[RecordEntry]:
    """Return what the record of a challenge holds, oldest first; nothing where it has none."""
    record = records.find(challenge)
    return list(records.list_entries(record)) if record else []


def record_of(challenge: Challenge) -> EngagementRecord:
    """Return the record of a challenge, which must have one."""
    record = records.find(challenge)
    assert record is not None
    return record


def put_forward(people: People, challenge: Challenge) -> None:
    """Put a solution forward and have the council invite its firm."""
    solution = a_solution(people.founder)
    published(solution, people)
    response = responses.put_forward(challenge, solution, "We can.", by=actor_for(people.founder), now=utc_now())
    responses.decide(response, ResponseState.INVITED, by=actor_for(people.officer), now=utc_now(), reason="Come.")
    db.session.commit()
