"""What others may do to a question: take out words that tell who asked, take it off the page, learn who asked.

Each leaves an entry in the audit trail; what concerns the page leaves one in the engagement record as well.
"""

from datetime import datetime

from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Organisation, Question
from showcase.models.enums import EntryKind, QuestionState
from showcase.policies import Actor, Permission, require
from showcase.services import audit, question_wording, records


def reword(question: Question, wording: str, *, by: Actor, now: datetime) -> None:
    """Take out of a question what could tell who asked: words may be removed, none may be added.

    Raises:
        NotAllowed: the policy says no.
        DomainError: nothing is left, nothing was taken out, or something was added.
    """
    require(by, Permission.QUESTION_REWORD, question)
    wording = question_wording.checked(wording)
    if wording == question.wording:
        raise DomainError("Nothing was taken out.")
    if not question_wording.is_cut(wording, question.wording):
        raise DomainError("Only take words out, or put “[removed]” in their place. The question stays the supplier’s.")
    question.asker.earlier_wordings = [*question.asker.earlier_wordings, question.wording]
    question.wording = wording
    question.reworded_at = now
    db.session.flush()
    audit.record("question.reworded", question, by=by, challenge=str(question.challenge_id))
    records.note(
        question.challenge,
        EntryKind.QUESTION,
        f"Words that could tell who asked were taken out of question {question.number}. The platform keeps the original"
        " and shows it to nobody.",
        by=by,
        now=now,
        details={"question": question.number},
    )


def withhold(question: Question, reason: str, *, by: Actor, now: datetime) -> None:
    """Take a question off the pages, with a reason that its asker reads.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the reason is missing.
    """
    require(by, Permission.QUESTION_WITHHOLD, question)
    reason = reason.strip()
    if not reason:
        raise DomainError("Say why: whoever asked reads it.")
    was_answered = question.state is QuestionState.ANSWERED
    question.state = QuestionState.WITHHELD
    question.withheld_because = reason
    db.session.flush()
    audit.record("question.withheld", question, by=by, challenge=str(question.challenge_id), reason=reason)
    if was_answered:
        records.note(
            question.challenge,
            EntryKind.QUESTION,
            f"LGA staff took question {question.number} and its answer off the page: {reason}",
            by=by,
            now=now,
            details={"question": question.number},
        )


def learn_asker(question: Question, reason: str, *, by: Actor) -> Organisation:
    """Return who asked, for moderation alone; that it was looked up, and why, is recorded.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the reason is missing.
    """
    require(by, Permission.QUESTION_LEARN_ASKER, question)
    reason = reason.strip()
    if not reason:
        raise DomainError("Say why you must know: it is recorded.")
    audit.record("question.asker_learned", question, by=by, challenge=str(question.challenge_id), reason=reason)
    return db.session.get_one(Organisation, question.asker.organisation_id)
