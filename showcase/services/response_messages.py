"""Who is told by e-mail of a response's steps, and in which words: both sides, and nobody else."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from showcase.extensions import db
from showcase.models import Account, Response
from showcase.models.enums import ResponseState
from showcase.policies import Actor
from showcase.services import messages, publication_messages


class Words(NamedTuple):
    """Subject and text of an e-mail."""

    subject: str
    body: str


TO_COUNCIL: Mapping[ResponseState, Words] = {
    ResponseState.RECEIVED: Words(
        "Put forward: {solution}",
        "{firm} puts “{solution}” forward for your challenge “{challenge}”.\n\n{note}",
    ),
    ResponseState.WITHDRAWN: Words(
        "Withdrawn: {solution}", "{firm} no longer puts “{solution}” forward for your challenge “{challenge}”."
    ),
}
WITHOUT_NAMES: Mapping[ResponseState, Words] = {
    ResponseState.RECEIVED: Words(
        "Put forward for: {challenge}",
        "A supplier puts a solution forward for your challenge “{challenge}”. Your council scores without suppliers’ "
        "names at first; you read who it is once LGA staff show them.",
    ),
    ResponseState.WITHDRAWN: Words(
        "Withdrawn for: {challenge}", "A solution is no longer put forward for your challenge “{challenge}”."
    ),
}
"""What the council hears instead while it scores at a showcase without seeing suppliers' names."""
TO_SUPPLIER: Mapping[ResponseState, Words] = {
    ResponseState.RECEIVED: Words(
        "Received: {solution} for {council}",
        "{council} has received “{solution}” for its challenge “{challenge}”. We tell you when the council decides.",
    ),
    ResponseState.CONSIDERED: Words(
        "Being considered: {solution}", "{council} is considering “{solution}” for its challenge “{challenge}”."
    ),
    ResponseState.INVITED: Words(
        "Invited: {solution}",
        "{council} invites you to talk about “{solution}” for its challenge “{challenge}”.\n\n{reason}",
    ),
    ResponseState.NOT_THIS_TIME: Words(
        "Not this time: {solution}",
        "{council} does not take “{solution}” further for its challenge “{challenge}”. It says why:\n\n{reason}",
    ),
    ResponseState.WITHDRAWN: Words(
        "Withdrawn: {solution} for {council}",
        "“{solution}” is no longer put forward for “{challenge}”. While the challenge is open, you can do so again.",
    ),
}


def tell(response: Response, *, by: Actor, now: datetime) -> None:
    """Queue the e-mails that a response's new state calls for."""
    to_council = WITHOUT_NAMES if response.challenge.is_scored_blind else TO_COUNCIL
    _send(to_council.get(response.state), response, publication_messages.writers_of(response.challenge), by, now)
    supplier = publication_messages.writers_of(response.solution)
    writer = db.session.get(Account, response.by_id) if response.by_id else None
    if writer is not None and _acts_for_the_firm(writer, response) and writer not in supplier:
        supplier.append(writer)
    _send(TO_SUPPLIER.get(response.state), response, supplier, by, now)


def _acts_for_the_firm(person: Account, response: Response) -> bool:
    """Tell whether whoever put a response forward still acts for its supplier."""
    firms = {membership.organisation_id for membership in person.memberships}
    return person.deactivated_at is None and response.solution.organisation_id in firms


def _send(words: Words | None, response: Response, people: list[Account], by: Actor, now: datetime) -> None:
    if words is None:
        return
    values = {
        "challenge": response.challenge.known_title,
        "solution": response.solution.known_title,
        "council": response.challenge.organisation.name,
        "firm": response.solution.organisation.name,
        "note": response.note,
        "reason": response.reason,
    }
    body = words.body.format(**values).strip()
    for person in people:
        messages.queue(
            person.email,
            words.subject.format(**values),
            f"{_mark(response)}{body}\n\n{messages.link(f'/responses/{response.id}')}",
            now=now,
        )


def _mark(response: Response) -> str:
    challenge = "The challenge is illustrative: not written by this council.\n"
    solution = "The solution is illustrative: an invented firm.\n"
    marks = (challenge if response.challenge.is_illustrative else "") + (
        solution if response.solution.is_illustrative else ""
    )
    return f"{marks}\n" if marks else ""
