"""Who is told by e-mail of questions and answers: the council once a day, and all who take part in the same words.

A message to the council the moment a question is asked would tell who asked, beside what else the supplier does at that
moment; so it is told in the morning that there are questions. Answers go to every supplier that takes part or follows,
the asker among them and not told apart.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import (
    Account,
    Answer,
    Candidate,
    Challenge,
    EventChallenge,
    Membership,
    Organisation,
    Question,
    QuestionFollower,
    Release,
    Response,
    Solution,
)
from showcase.models.enums import CandidateState, ResponseState
from showcase.services import messages, publication_messages
from showcase.services.audit import LONDON

MORNING = time(7)
WAITING = (
    "There are new questions from suppliers about your challenge “{title}”. They are shown without the names of those "
    "who asked. Your answer goes to everyone at one time and stands on the challenge’s public page.\n\n{link}"
)
ANSWERED = (
    "{council} {verb} a question about its challenge “{title}”.\n\nQuestion:\n{question}\n\nAnswer:\n{answer}\n\n{link}"
)
RELEASED = (
    "{council} released information about its challenge “{title}”. Everyone has it from now on, on the challenge’s "
    "page.\n\n{heading}\n{text}\n\n{link}"
)


def tell_council(challenge: Challenge, *, now: datetime) -> None:
    """Queue word of new questions for the next morning, one e-mail a day."""
    local = now.astimezone(LONDON)
    morning = datetime.combine(local.date(), MORNING, tzinfo=LONDON)
    if morning <= local:
        morning += timedelta(days=1)
    body = WAITING.format(title=challenge.published_title, link=_link(challenge))
    for person in publication_messages.writers_of(challenge):
        messages.queue(
            person.email,
            f"Questions about: {challenge.published_title}",
            _mark(challenge) + body,
            now=morning,
            key=f"questions:{challenge.id}:{morning:%Y-%m-%d}:{person.id}",
        )


def tell_all(question: Question, answer: Answer, *, now: datetime) -> None:
    """Queue the same e-mail to all who take part or follow, at one time."""
    challenge = question.challenge
    body = ANSWERED.format(
        council=challenge.organisation.name,
        verb="answered" if answer.number == 1 else "corrected its answer to",
        title=challenge.known_title,
        question=question.wording,
        answer=answer.text,
        link=_link(challenge),
    )
    _send(challenge, f"Answered: {challenge.known_title}", body, f"answer:{answer.id}", now)


def tell_released(release: Release, *, now: datetime) -> None:
    """Queue word of released information to all who take part or follow, at one time."""
    challenge = release.challenge
    body = RELEASED.format(
        council=challenge.organisation.name,
        title=challenge.known_title,
        heading=release.title,
        text=release.text,
        link=_link(challenge),
    )
    _send(challenge, f"New information: {challenge.known_title}", body, f"release:{release.id}", now)


def taking_part(challenge: Challenge) -> Sequence[Account]:
    """Return the administrators of each active supplier that put a solution forward, is chosen or follows."""
    solutions = sa.union(
        sa.select(Response.solution_id).where(
            Response.challenge_id == challenge.id, Response.state != ResponseState.WITHDRAWN
        ),
        sa.select(Candidate.solution_id)
        .join(EventChallenge, EventChallenge.id == Candidate.entry_id)
        .where(EventChallenge.challenge_id == challenge.id, Candidate.state == CandidateState.CHOSEN),
    )
    firms = sa.union(
        sa.select(Solution.organisation_id).where(Solution.id.in_(solutions)),
        sa.select(QuestionFollower.organisation_id).where(QuestionFollower.challenge_id == challenge.id),
    )
    query = (
        sa.select(Account)
        .join(Account.memberships)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.is_administrator, Account.deactivated_at.is_(None), Organisation.id.in_(firms))
        .where(Organisation.approved_at.is_not(None), Organisation.suspended_at.is_(None))
        .distinct()
        .order_by(Account.email)
    )
    return db.session.scalars(query).all()


def _send(challenge: Challenge, subject: str, body: str, key: str, now: datetime) -> None:
    for person in taking_part(challenge):
        messages.queue(person.email, subject, _mark(challenge) + body, now=now, key=f"{key}:{person.id}")


def _link(challenge: Challenge) -> str:
    return messages.link(f"/challenges/{challenge.id}/questions")


def _mark(challenge: Challenge) -> str:
    return f"{challenge.illustration}.\n\n" if challenge.is_illustrative else ""
