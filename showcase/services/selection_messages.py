"""Who is told by e-mail of a selection's steps. While names are hidden, no e-mail has one."""

from datetime import datetime

from showcase.models import Candidate, EventChallenge, InterestDeclaration
from showcase.models.enums import CandidateState
from showcase.policies import Actor
from showcase.services import event_messages, publication_messages


def tell_ready(entry: EventChallenge, count: int, *, now: datetime) -> None:
    """Tell those who wrote a challenge that solutions wait for their scores."""
    event = entry.event
    body = (
        f"{count} {'solution is' if count == 1 else 'solutions are'} considered for “{entry.challenge.known_title}” at "
        f"“{event.name}”. Say first whether you have an interest in any, then score each by the criteria."
    )
    event_messages.send(
        event,
        publication_messages.writers_of(entry.challenge),
        f"To score: {entry.challenge.known_title}",
        body,
        f"/showcases/selection/{entry.id}",
        key=f"selection-ready:{entry.id}:{count}",
        now=now,
    )


def tell_outcome(candidate: Candidate, *, now: datetime) -> None:
    """Tell a supplier that its solution was not chosen, with the feedback, or that it is in reserve."""
    event, challenge = candidate.entry.event, candidate.entry.challenge
    title = candidate.solution.known_title
    if candidate.state is CandidateState.RESERVE:
        subject = f"In reserve: {title}"
        body = (
            f"“{title}” is in reserve for “{challenge.known_title}” at “{event.name}”. We write again if a place "
            "becomes free. The page below says how it was scored."
        )
    else:
        subject = f"Not chosen: {title}"
        body = (
            f"“{title}” was considered for “{challenge.known_title}” at “{event.name}” and was not chosen to pitch. "
            "The page below says how it was scored, what stood out and what was missing."
        )
    people = publication_messages.writers_of(candidate.solution)
    path = f"/showcases/outcomes/{candidate.id}"
    key = f"candidate-outcome:{candidate.id}:{candidate.state.value}"
    event_messages.send(event, people, subject, body, path, key=key, now=now)


def tell_conflict(declaration: InterestDeclaration, *, by: Actor, now: datetime) -> None:
    """Tell staff that someone declared a conflict and waits for their decision."""
    event = declaration.entry.event
    body = (
        f"{by.name} declared a conflict of interest for “{declaration.entry.challenge.known_title}” at “{event.name}” "
        "and cannot read its candidates until you decide."
    )
    people = [person for person in event_messages.staff() if person.id != by.account_id]
    path = f"/showcases/declarations/{declaration.id}"
    key = f"conflict:{declaration.id}:{now.isoformat()}"
    event_messages.send(event, people, f"Conflict of interest: {by.name}", body, path, key=key, now=now)


def tell_conflict_decided(declaration: InterestDeclaration, *, now: datetime) -> None:
    """Tell a person what staff decided about the conflict that they declared."""
    entry = declaration.entry
    may = "may read and score" if declaration.is_let_in else "cannot read or score"
    body = (
        f"You declared a conflict of interest for “{entry.challenge.known_title}” at “{entry.event.name}”. LGA staff "
        f"decided that you {may} its candidates:\n\n{declaration.steps}"
    )
    subject = f"Your conflict of interest: {entry.challenge.known_title}"
    path = f"/showcases/selection/{entry.id}"
    key = f"conflict-decided:{declaration.id}:{now.isoformat()}"
    event_messages.send(entry.event, [declaration.account], subject, body, path, key=key, now=now)
