"""What can be done to a challenge statement or solution profile: write, ask for review, publish, close, archive.

One mechanism for both nouns. Each verb asks the policy, checks that the state allows it, takes the step, tells those
whom it concerns and leaves an audit entry. The same table of steps is read by the pages that offer the buttons.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Challenge, Membership, Organisation, Publication, StateChange
from showcase.models.enums import State
from showcase.models.questions import Content, Question, Section, count_words, is_blank
from showcase.policies import DRAFTING, Actor, Permission, can, owns, require
from showcase.services import audit, merging, pasting, publication_effects, publication_messages, records

P = TypeVar("P", bound=Publication)


class Clash(Conflict):
    """Two people changed the same answers; `questions` says which."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = tuple(questions)
        super().__init__("Someone else changed the same answers while you were writing. Nothing was overwritten.")


@dataclass(frozen=True)
class Step:
    """A step from state to state."""

    verb: str
    label: str
    permission: Permission
    to: State
    is_reason_needed: bool = False


STEPS: Mapping[str, Step] = {
    step.verb: step
    for step in (
        Step("submit", "Ask for review", Permission.PUBLICATION_SUBMIT, State.IN_REVIEW),
        Step("recall", "Take back to draft", Permission.PUBLICATION_RECALL, State.DRAFT),
        Step("approve", "Approve and send to LGA staff", Permission.PUBLICATION_APPROVE, State.IN_REVIEW),
        Step(
            "return", "Ask for changes", Permission.PUBLICATION_APPROVE, State.CHANGES_REQUESTED, is_reason_needed=True
        ),
        Step("publish", "Publish", Permission.PUBLICATION_REVIEW, State.PUBLISHED),
        Step(
            "request_changes",
            "Ask for changes",
            Permission.PUBLICATION_REVIEW,
            State.CHANGES_REQUESTED,
            is_reason_needed=True,
        ),
        Step("close", "Close", Permission.PUBLICATION_CLOSE, State.CLOSED),
        Step("reopen", "Open again", Permission.PUBLICATION_REOPEN, State.PUBLISHED),
        Step("archive", "Archive", Permission.PUBLICATION_ARCHIVE, State.ARCHIVED),
        Step("restore", "Restore as a draft", Permission.PUBLICATION_RESTORE, State.DRAFT),
    )
}
"""Every step there is, by verb. From which states it may be taken is said by its permission."""


def steps_open_to(actor: Actor, publication: Publication) -> list[Step]:
    """Return the steps that the actor may take now, in the order of `STEPS`."""
    return [step for step in STEPS.values() if can(actor, step.permission, publication)]


# --- writing ----------------------------------------------------------------------------------------------------------


def create(kind: type[P], organisation: Organisation, content: Content, *, by: Actor, now: datetime) -> P:
    """Start a draft for an organisation."""
    publication = kind(
        organisation=organisation,
        created_by_id=by.account_id,
        updated_by_id=by.account_id,
        content=_tidied(kind, content),
        title=_title(kind, content),
        created_at=now,
        updated_at=now,
        state=State.DRAFT,
        state_since=now,
        revision=1,
    )
    db.session.add(publication)
    db.session.flush()
    audit.record(f"{publication.kind}.created", publication, by=by)
    return publication


def save(publication: Publication, answers: Content, *, revision: int, by: Actor, now: datetime) -> None:
    """Keep changed answers in the working text; others stay as they are. Editing a live text starts a new draft of it.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone saved since the writer loaded `revision`.
    """
    require(by, Permission.PUBLICATION_EDIT, publication)
    content = _tidied(type(publication), {**publication.content, **answers})
    if content == publication.content:
        return
    claimed = db.session.execute(
        sa.update(Publication)
        .where(Publication.id == publication.id, Publication.revision == revision)
        .values(revision=revision + 1)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Someone else saved changes while you were writing. Nothing was overwritten.")
    db.session.refresh(publication, ["revision"])
    publication.content = content
    publication.title = _title(type(publication), content)
    publication.updated_at = now
    publication.updated_by_id = by.account_id
    if publication.state not in DRAFTING:
        _change_state(publication, State.DRAFT, by=by, now=now)
    db.session.flush()
    audit.record(
        f"{publication.kind}.saved", publication, by=by, answers=sorted(answers), revision=publication.revision
    )


def save_section(
    publication: Publication, section: Section, typed: Content, *, loaded: str, by: Actor, now: datetime
) -> None:
    """Keep what the writer changed on a page, joined with what others saved meanwhile. `loaded` is the page's token.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the text has moved to a state in which nobody writes.
        Clash: someone else changed the same answer to something else; nothing is saved.
    """
    db.session.refresh(publication, with_for_update=True)
    if owns.holds(by, publication) and not can(by, Permission.PUBLICATION_EDIT, publication):
        raise Conflict(
            "Someone else moved this text on while you were writing, so it cannot be changed now. Copy your words, "
            "then take it back to draft to go on."
        )
    changed, clashes = merging.merge(section.questions, loaded, typed, publication.content)
    if clashes:
        raise Clash(clashes)
    save(publication, changed, revision=publication.revision, by=by, now=now)


def reset_to_published(publication: Publication, *, by: Actor, now: datetime) -> None:
    """Give up the draft of a new version and go back to the text that others see.

    Raises:
        NotAllowed: the policy says no.
        DomainError: nothing is published.
    """
    require(by, Permission.PUBLICATION_EDIT, publication)
    if publication.published_version is None:
        raise DomainError("Nothing is published yet, so there is nothing to go back to. You can archive the draft.")
    publication.content = dict(publication.published_content)
    publication.title = publication.published_title
    publication.revision += 1
    publication.updated_at = now
    publication.updated_by_id = by.account_id
    _change_state(publication, State.CLOSED if publication.closed_at else State.PUBLISHED, by=by, now=now)
    audit.record(f"{publication.kind}.reset", publication, by=by)


# --- steps ------------------------------------------------------------------------------------------------------------


def take_step(publication: Publication, verb: str, *, by: Actor, now: datetime, reason: str = "") -> None:
    """Take one of `STEPS`.

    Raises:
        NotAllowed: the policy says no, or the state does not allow it.
        DomainError: a reason or a needed answer is missing, or an answer is too long.
        KeyError: there is no such step.
    """
    step = STEPS[verb]
    db.session.refresh(publication, with_for_update=True)  # of two steps at once, the second sees what the first did
    require(by, step.permission, publication)
    reason = reason.strip()
    if step.is_reason_needed and not reason:
        raise DomainError("Say what needs to change, so that the writer can act on it.")
    to = step.to
    if verb == "submit":
        check_ready(publication)
        if needs_lead(publication, by=by):
            to = State.WITH_LEAD
    publication_effects.of(verb)(publication, now)
    _change_state(publication, to, by=by, now=now, reason=reason)
    db.session.flush()
    audit.record(f"{publication.kind}.{verb}", publication, by=by, to=to.value, reason=reason)
    publication_messages.tell(publication, verb, to, by=by, now=now, reason=reason)
    if isinstance(publication, Challenge):
        records.note_step(publication, verb, by=by, now=now)


def hand_to_lead(organisation: Organisation, *, by: Actor, now: datetime) -> None:
    """Ask a council's first procurement lead about what it has sent to LGA staff already and they have not published.

    The caller has asked the policy whether a lead may be named.
    """
    waiting = sa.select(Publication).where(
        Publication.organisation_id == organisation.id, Publication.state == State.IN_REVIEW
    )
    for publication in db.session.scalars(waiting.order_by(Publication.state_since, Publication.id)).all():
        _change_state(publication, State.WITH_LEAD, by=by, now=now, reason="A procurement lead was named.")
        db.session.flush()
        audit.record(f"{publication.kind}.handed_to_lead", publication, by=by)
        publication_messages.tell(publication, "submit", State.WITH_LEAD, by=by, now=now)


def check_ready(publication: Publication) -> None:
    """Stop a text that is not ready for review.

    Raises:
        DomainError: needed answers are missing, answers are longer than their limit, or pasted text is not yet placed;
            says which.
    """
    missing = publication.questionnaire.unanswered(publication.content, only_needed=True)
    if missing:
        raise DomainError("Before review can be asked for, answer: " + "; ".join(q.label for q in missing) + ".")
    if marked := [q.label for q in publication.questionnaire if pasting.is_marked(publication.content.get(q.name))]:
        raise DomainError(f"Move or delete the pasted text that is marked in: {'; '.join(marked)}.")
    long = overlong(publication.questionnaire, publication.content)
    if long:
        raise DomainError("Too long: " + "; ".join(f"{q.label} ({n} of {q.words} words)" for q, n in long) + ".")


def overlong(questions: Iterable[Question], content: Content) -> list[tuple[Question, int]]:
    """Return (question, words written) for each answer above its limit."""
    return [
        (q, n)
        for q in questions
        if q.words is not None and (n := count_words(str(content.get(q.name) or ""))) > q.words
    ]


def awaiting_review() -> Sequence[Publication]:
    """Return every text that waits for LGA staff, the longest wait first."""
    return db.session.scalars(
        sa.select(Publication)
        .where(Publication.state == State.IN_REVIEW)
        .options(joinedload(Publication.organisation))
        .order_by(Publication.state_since, Publication.id)
    ).all()


def _change_state(publication: Publication, to: State, *, by: Actor, now: datetime, reason: str = "") -> None:
    if publication.state is to:
        return
    publication.changes.append(
        StateChange(
            from_state=publication.state,
            to_state=to,
            by_id=by.account_id,
            acting_for_id=by.organisation_id,
            reason=reason,
            version_id=publication.versions[-1].id if publication.versions else None,
            created_at=now,
        )
    )
    publication.state = to
    publication.state_since = now


def needs_lead(publication: Publication, *, by: Actor) -> bool:
    """Tell whether a text goes to its council's procurement lead before LGA staff."""
    lead = sa.select(Membership.id).where(
        Membership.organisation_id == publication.organisation_id, Membership.is_procurement_lead
    )
    return not by.is_procurement_lead and db.session.scalar(lead) is not None


def _title(kind: type[Publication], content: Content) -> str:
    return str(content.get(kind.questionnaire.title_name) or "").strip()


def _tidied(kind: type[Publication], content: Content) -> Content:
    """Return the answers to this kind's questions that say something."""
    return {q.name: content[q.name] for q in kind.questionnaire if not is_blank(content.get(q.name))}
