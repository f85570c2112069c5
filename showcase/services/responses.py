"""Responses: a supplier puts one of its solutions forward for a challenge; the council says what becomes of it.

Only the two sides and LGA staff ever learn that a response exists. It is judged by people: its rank is shown beside it
and decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Challenge, Response, Solution
from showcase.models.enums import EntryKind, ResponseState
from showcase.models.questions import count_words
from showcase.models.responses import DECISIONS, NOTE_WORDS
from showcase.policies import Actor, Permission, require, visible_to
from showcase.services import audit, records, response_messages


def put_forward(challenge: Challenge, solution: Solution, note: str, *, by: Actor, now: datetime) -> Response:
    """Put a solution forward for a challenge, once; again after it was withdrawn.

    Raises:
        NotAllowed: the policy says no, or the solution is another supplier's.
        Conflict: this solution has been put forward already.
        DomainError: the solution is not published, or the note is too long.
    """
    require(by, Permission.RESPONSE_GIVE, challenge)
    if solution.organisation_id != by.organisation_id:
        raise NotAllowed
    if not solution.is_visible:
        raise DomainError("Only a published solution can be put forward: the council must be able to read it.")
    note = _checked(note)
    response = db.session.scalar(
        sa.select(Response).where(Response.challenge_id == challenge.id, Response.solution_id == solution.id)
    )
    if response is None:
        response = _new(challenge, solution)
    elif response.state is not ResponseState.WITHDRAWN:
        raise Conflict("This solution has been put forward already.")
    response.note = note
    response.reason = ""
    response.by_id = by.account_id
    _change(response, ResponseState.RECEIVED, "response.put_forward", by=by, now=now)
    return response


def edit_note(response: Response, note: str, *, by: Actor, now: datetime) -> None:
    """Change the words that go with a response, as long as the council has not taken it up.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the note is too long.
    """
    require(by, Permission.RESPONSE_EDIT, response)
    response.note = _checked(note)
    db.session.flush()
    audit.record("response.edited", response, by=by)
    _note(response, by=by, now=now)


def withdraw(response: Response, *, by: Actor, now: datetime) -> None:
    """Take a response back. The council sees that it was withdrawn.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.RESPONSE_WITHDRAW, response)
    _change(response, ResponseState.WITHDRAWN, "response.withdrawn", by=by, now=now)


def decide(response: Response, state: ResponseState, *, by: Actor, now: datetime, reason: str = "") -> None:
    """Say that a response is considered, invited, or not this time; its supplier is told.

    Raises:
        NotAllowed: the policy says no; to invite may be for the procurement lead.
        Conflict: it stands so already.
        DomainError: it cannot be decided so, or a reason is missing.
    """
    if state not in DECISIONS:
        raise DomainError("Choose what to tell the supplier.")
    require(by, Permission.RESPONSE_DECIDE, response)
    if state is ResponseState.INVITED:
        require(by, Permission.RESPONSE_INVITE, response)
    reason = reason.strip()
    if state is ResponseState.NOT_THIS_TIME and not reason:
        raise DomainError("Say why not this time: the supplier sees it and can do better next time.")
    if response.state is state and response.reason == reason:
        raise Conflict("This is what the supplier has been told already.")
    response.reason = reason
    _change(response, state, "response.decided", by=by, now=now)


def list_for(challenge: Challenge, *, seen_by: Actor) -> Sequence[Response]:
    """Return a challenge's responses that the viewer may see: those awaiting an answer first, then the newest."""
    waits = sa.case(
        (Response.state == ResponseState.RECEIVED, 0), (Response.state == ResponseState.WITHDRAWN, 2), else_=1
    )
    return _list(seen_by, Response.challenge_id == challenge.id, order=(waits, Response.state_since.desc()))


def list_of(solution: Solution, *, seen_by: Actor) -> Sequence[Response]:
    """Return the responses with one solution that the viewer may see, last changed first."""
    return _list(seen_by, Response.solution_id == solution.id, order=(Response.state_since.desc(),))


def select_visible(*, seen_by: Actor) -> sa.Select[Response]:
    """Return the query for every response that the viewer may see, last changed first, with what a list shows."""
    return _select(seen_by).order_by(Response.state_since.desc(), Response.id)


def own_solutions(challenge: Challenge, *, by: Actor) -> tuple[list[Solution], list[Response]]:
    """Return the actor's published solutions that can still be put forward, and what has been put forward already."""
    solutions = db.session.scalars(
        sa.select(Solution)
        .where(Solution.organisation_id == by.organisation_id, Solution.published_version_id.is_not(None))
        .options(joinedload(Solution.published_version))
        .order_by(Solution.title, Solution.id)
    ).all()
    given = list(
        _list(by, Response.challenge_id == challenge.id, Solution.organisation_id == by.organisation_id, order=())
    )
    taken = {response.solution_id for response in given if response.state is not ResponseState.WITHDRAWN}
    return [solution for solution in solutions if solution.id not in taken], given


def _new(challenge: Challenge, solution: Solution) -> Response:
    """Make the row; two people of one firm who do so at once get one between them."""
    response = Response(challenge=challenge, solution=solution, note="", state=ResponseState.WITHDRAWN)
    try:
        with db.session.begin_nested():
            db.session.add(response)
    except IntegrityError:
        raise Conflict("This solution has been put forward already.") from None
    return response


def _change(response: Response, to: ResponseState, action: str, *, by: Actor, now: datetime) -> None:
    before = response.state
    response.state = to
    response.state_since = now
    db.session.flush()
    audit.record(
        action,
        response,
        by=by,
        challenge=str(response.challenge_id),
        solution=str(response.solution_id),
        before=before.value,
        after=to.value,
        reason=response.reason,
    )
    response_messages.tell(response, by=by, now=now)
    _note(response, by=by, now=now)


def _note(response: Response, *, by: Actor, now: datetime) -> None:
    """Tell the challenge's engagement record of a response's new state."""
    firm = response.solution.organisation.name
    about = f"{firm}: “{response.solution.known_title}”"
    words = {
        ResponseState.RECEIVED: f"{about} was put forward." + (f" Its note: {response.note}" if response.note else ""),
        ResponseState.WITHDRAWN: f"{about} was withdrawn.",
        ResponseState.CONSIDERED: f"{about}: the council told the supplier that it considers it.",
        ResponseState.INVITED: f"{about}: the council invited the supplier to talk. {response.reason}",
        ResponseState.NOT_THIS_TIME: f"{about}: the council told the supplier not this time. {response.reason}",
    }
    is_of_council = response.state in DECISIONS
    records.note(
        response.challenge,
        EntryKind.RESPONSE,
        words[response.state].strip(),
        by=by,
        now=now,
        released_to=firm if is_of_council else "",
        details={"solution": str(response.solution_id), "state": response.state.value},
    )


def _checked(note: str) -> str:
    note = note.strip()
    words = count_words(note)
    if words > NOTE_WORDS:
        raise DomainError(f"Use {NOTE_WORDS} words or fewer. You have used {words}.")
    return note


def _select(seen_by: Actor) -> sa.Select[Response]:
    return (
        sa.select(Response)
        .join(Response.solution.of_type(Solution))
        .where(visible_to(seen_by, Response))
        .options(
            joinedload(Response.challenge).joinedload(Challenge.published_version),
            joinedload(Response.challenge).joinedload(Challenge.organisation),
            joinedload(Response.solution).joinedload(Solution.published_version),
            joinedload(Response.solution).joinedload(Solution.organisation),
            joinedload(Response.by),
            joinedload(Response.challenge).selectinload(Challenge.versions),
            joinedload(Response.solution).selectinload(Solution.versions),
        )
    )


def _list(seen_by: Actor, *where: sa.ColumnElement[bool], order: Sequence[sa.ColumnElement[Any]]) -> Sequence[Response]:
    return db.session.scalars(_select(seen_by).where(*where).order_by(*order, Response.id)).all()
