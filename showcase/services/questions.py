"""Questions about challenges: a supplier asks without being named, the council answers once, to everyone at one time.

Nothing that others can look at tells who asked: not the question, its number, its hour, an e-mail, the audit trail or
the engagement record, which notes a question only when it is answered. Moderation is in `question_moderation`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from showcase.errors import Conflict, DomainError, TooMany
from showcase.extensions import db
from showcase.models import (
    Answer,
    Call,
    Challenge,
    Event,
    EventChallenge,
    Question,
    QuestionAsker,
    QuestionFollower,
)
from showcase.models.enums import EntryKind, EventState, QuestionState
from showcase.policies import PUBLIC, Actor, Permission, can, require, visible_to
from showcase.services import audit, question_messages, question_wording, records
from showcase.services.audit import LONDON
from showcase.services.paging import contains

MOST_OPEN = 10
"""Questions of one supplier about one challenge that may await an answer."""


@dataclass(frozen=True)
class Wanted:
    """Which questions a list shows; blank for all."""

    words: str = ""
    is_open: bool = False
    is_answered: bool = False


# --- asking -----------------------------------------------------------------------------------------------------------


def ask(challenge: Challenge, wording: str, *, by: Actor, now: datetime) -> Question:
    """Ask a question about a challenge. Whoever asks is told of its answers like all others who follow it.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the challenge is closed and no call for it is open.
        DomainError: it is blank, too long, or tells who asks.
        TooMany: too many of the supplier's questions await an answer.
    """
    require(by, Permission.QUESTION_ASK, challenge)
    if not takes_questions(challenge, now=now):
        raise Conflict("This challenge is closed and takes no more questions.")
    wording = question_wording.checked(wording)
    question_wording.refuse_names(wording, by=by)
    _lock(challenge)
    if _count_open(challenge, by) >= MOST_OPEN:
        raise TooMany(f"{MOST_OPEN} of your questions await an answer. Ask more once they are answered.")
    number = db.session.scalar(sa.select(sa.func.max(Question.number)).where(Question.challenge_id == challenge.id))
    question = Question(
        challenge_id=challenge.id,
        number=(number or 0) + 1,
        wording=wording,
        asked_on=now.astimezone(LONDON).date(),
        state=QuestionState.OPEN,
        created_at=now,
    )
    assert by.organisation_id is not None
    question.asker = QuestionAsker(organisation_id=by.organisation_id, account_id=by.account_id, created_at=now)
    db.session.add(question)
    follow(challenge, by=by, now=now)
    audit.record("question.asked", question, by=PUBLIC, challenge=str(challenge.id))
    question_messages.tell_council(challenge, now=now)
    return question


def takes_questions(challenge: Challenge, *, now: datetime) -> bool:
    """Tell whether suppliers can ask: while the challenge is open, or a call of an event for it is."""
    if challenge.is_open:
        return True
    running = (
        sa.select(Call.id)
        .join(Event, Event.id == Call.event_id)
        .join(EventChallenge, EventChallenge.event_id == Event.id)
        .where(EventChallenge.challenge_id == challenge.id, Event.state == EventState.ANNOUNCED)
        .where(Call.opens_at <= now, Call.closes_at > now)
    )
    return challenge.is_visible and db.session.scalar(running.limit(1)) is not None


def follow(challenge: Challenge, *, by: Actor, now: datetime) -> None:
    """Be told of answers about a challenge. Nobody can see who follows.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.QUESTION_ASK, challenge)
    if not is_following(challenge, by=by):
        assert by.organisation_id is not None
        db.session.add(QuestionFollower(challenge_id=challenge.id, organisation_id=by.organisation_id, created_at=now))
    db.session.flush()


def unfollow(challenge: Challenge, *, by: Actor) -> None:
    """Be told no longer.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.QUESTION_ASK, challenge)
    db.session.execute(
        sa.delete(QuestionFollower).where(
            QuestionFollower.challenge_id == challenge.id, QuestionFollower.organisation_id == by.organisation_id
        )
    )


def is_following(challenge: Challenge, *, by: Actor) -> bool:
    """Tell whether the actor's organisation is told of answers."""
    query = sa.select(QuestionFollower.id).where(
        QuestionFollower.challenge_id == challenge.id, QuestionFollower.organisation_id == by.organisation_id
    )
    return by.organisation_id is not None and db.session.scalar(query) is not None


def withdraw(question: Question, *, by: Actor) -> None:
    """Take one's own unanswered question back; it leaves the pages.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.QUESTION_WITHDRAW, question)
    question.state = QuestionState.WITHDRAWN
    db.session.flush()
    audit.record("question.withdrawn", question, by=PUBLIC, challenge=str(question.challenge_id))


# --- answering --------------------------------------------------------------------------------------------------------


def answer(question: Question, text: str, *, by: Actor, now: datetime, after: int | None = None) -> Answer:
    """Answer a question to everyone at one time; answering again corrects, and the earlier answer stays to be read.

    `after` is the number of the last answer that the writer has seen, 0 for none.

    Raises:
        NotAllowed: the policy says no.
        Conflict: somebody answered meanwhile.
        DomainError: it is blank, or says what the last answer says.
    """
    require(by, Permission.QUESTION_ANSWER, question)
    text = text.strip()
    if not text:
        raise DomainError("Write the answer.")
    _lock(question.challenge)
    db.session.refresh(question, ["answers", "state"])
    last = question.answer
    if after is not None and after != (last.number if last else 0):
        raise Conflict("A colleague answered this question while you were writing. Read that answer first.")
    if last is not None and last.text == text:
        raise DomainError("This is what the last answer says.")
    made = Answer(
        number=last.number + 1 if last else 1, text=text, answered_at=now, by_id=by.account_id, created_at=now
    )
    question.answers.append(made)
    question.state = QuestionState.ANSWERED
    db.session.flush()
    audit.record("question.answered", question, by=by, challenge=str(question.challenge_id), number=made.number)
    day = question.asked_on
    asked = f"Question {question.number}, asked on {day.day} {day:%B %Y}: {question.wording}"
    records.note(
        question.challenge,
        EntryKind.QUESTION,
        f"{asked}\n{'Answer' if made.number == 1 else 'Corrected answer'}: {text}",
        by=by,
        now=now,
        released_to=f"{records.EVERYONE}; and by e-mail to all suppliers that take part or follow its questions",
        key=f"answer:{made.id}",
        details={"question": question.number, "answer": made.number},
    )
    question_messages.tell_all(question, made, now=now)
    return made


# --- reading ----------------------------------------------------------------------------------------------------------


def select_for(challenge: Challenge, wanted: Wanted, *, seen_by: Actor) -> sa.Select[Question]:
    """Return the query for a challenge's questions that the viewer may see, in the order of their numbers."""
    query = (
        sa.select(Question)
        .where(Question.challenge_id == challenge.id, visible_to(seen_by, Question))
        .options(selectinload(Question.answers), joinedload(Question.challenge))
        .order_by(Question.number)
    )
    states = [QuestionState.OPEN] * wanted.is_open + [QuestionState.ANSWERED] * wanted.is_answered
    if states:
        query = query.where(Question.state.in_(states))
    if wanted.words:
        answered = Question.answers.any(contains(Answer.text, wanted.words))
        query = query.where(sa.or_(contains(Question.wording, wanted.words), answered))
    return query


def select_waiting(*, seen_by: Actor) -> sa.Select[Question]:
    """Return the query for the open questions that wait for the viewer's council, for staff all; the oldest first."""
    query = (
        sa.select(Question)
        .join(Challenge, Challenge.id == Question.challenge_id)
        .where(Question.state == QuestionState.OPEN)
        .options(
            joinedload(Question.challenge).joinedload(Challenge.published_version),
            joinedload(Question.challenge).joinedload(Challenge.organisation),
            joinedload(Question.challenge).selectinload(Challenge.versions),
        )
        .order_by(Question.asked_on, Question.id)
    )
    return query if seen_by.is_staff else query.where(Challenge.organisation_id == seen_by.organisation_id)


def count_waiting(*, seen_by: Actor) -> int:
    """Return how many open questions wait for the viewer's council."""
    query = select_waiting(seen_by=seen_by).order_by(None).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(query)) or 0


def own_of(questions: Sequence[Question], *, by: Actor) -> set[int]:
    """Return the numbers of those of a challenge's questions that the actor's own organisation asked."""
    if not by.is_supplier or not questions:
        return set()
    query = (
        sa.select(Question.number)
        .join(QuestionAsker)
        .where(Question.id.in_([q.id for q in questions]), QuestionAsker.organisation_id == by.organisation_id)
    )
    return set(db.session.scalars(query))


def may_ask(challenge: Challenge, *, by: Actor, now: datetime) -> bool:
    """Tell whether the actor can ask about a challenge at present."""
    return can(by, Permission.QUESTION_ASK, challenge) and takes_questions(challenge, now=now)


def _count_open(challenge: Challenge, by: Actor) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(Question)
        .join(QuestionAsker)
        .where(Question.challenge_id == challenge.id, Question.state == QuestionState.OPEN)
        .where(QuestionAsker.organisation_id == by.organisation_id)
    )
    return db.session.scalar(query) or 0


def _lock(challenge: Challenge) -> None:
    """Let those who ask or answer about one challenge follow each other, so that numbers are given out once."""
    db.session.execute(sa.select(Challenge.id).where(Challenge.id == challenge.id).with_for_update())
