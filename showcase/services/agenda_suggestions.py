"""Suggested agendas: ask the worker for the best one that keeps to the pins, look at it, take it over into the draft.

A suggestion is about the event and the pins as they were when it was asked for; once these change it cannot be taken
over any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from showcase.errors import Conflict, DomainError
from showcase.models import Agenda, Event, Solve
from showcase.models.enums import SolveState
from showcase.policies import Actor, Permission, require
from showcase.services import agenda_table, agenda_words, agendas, audit, solves
from showcase.services.agenda_problems import Brief, assignments_of, brief_for
from showcase.services.agendas import KIND

SECONDS = 20
"""How long the search for the best agenda takes at most."""
MOST_TURNAROUND = 120


def latest_solve(event: Event) -> Solve | None:
    """Return the newest suggestion that was asked for and not called off."""
    return solves.latest(KIND, event.id)


@dataclass(frozen=True)
class Outcome:
    """What a suggestion says."""

    is_current: bool
    """Whether it is about the showcase and the pins as they are now; else it cannot be taken over."""
    status: str
    """As `showcase.scheduling` says it; blank while there is no answer."""
    cost: int | None
    bound: int | None
    costs: Sequence[tuple[str, int]]
    conflicts: Sequence[str]
    """Which rules cannot hold together, in words, when there is no agenda."""
    moves: Sequence[tuple[str, str, str]]
    """What it changes against the draft: title, place before, place after."""


def outcome_of(draft: Agenda, solve: Solve) -> Outcome:
    """Return what a suggestion says, and what taking it over would change."""
    answer: Mapping[str, Any] = solve.answer or {}
    brief = brief_for(agendas.load_whole(draft.event), draft, agendas.published_of(draft.event))
    is_current = solve.input_hash == solves.input_hash(brief.values)
    suggested: Mapping[str, str] = answer.get("assignments", {}) if is_current else {}
    labels = answer.get("conflicting_rules", ())
    return Outcome(
        is_current=is_current,
        status=answer.get("status", ""),
        cost=answer.get("cost"),
        bound=answer.get("bound"),
        costs=agenda_table.costs_of(brief, suggested) if suggested else (),
        conflicts=agenda_words.conflicts(brief, labels) if answer.get("status") == "infeasible" and is_current else (),
        moves=_moves(brief, assignments_of(draft), suggested),
    )


def _moves(brief: Brief, before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str, str]]:
    changed = [session for session in after if before.get(session) != after[session]]
    changed.sort(key=lambda session: (brief.problem.slot[after[session]].start, session))
    return [
        (
            brief.names[session],
            agenda_words.place(brief, before[session]) if session in before else "no place yet",
            agenda_words.place(brief, after[session]),
        )
        for session in changed
    ]


def suggest(draft: Agenda, *, turnaround_minutes: int, by: Actor, now: datetime, work: int | None = None) -> Solve:
    """Ask the worker for the best agenda that keeps to the pins and moves little of what is published.

    Raises:
        NotAllowed: the policy says no.
        DomainError: the event has no rooms or sessions yet, or the turnaround is too long.
    """
    require(by, Permission.AGENDA_MAKE, draft.event)
    if not 0 <= turnaround_minutes <= MOST_TURNAROUND:
        raise DomainError(f"Between two sessions lie from 0 to {MOST_TURNAROUND} minutes.")
    event = agendas.load_whole(draft.event)
    if not event.rooms or not event.sessions:
        raise DomainError("Add at least one room and one session to the showcase first.")
    draft.turnaround_minutes = turnaround_minutes
    brief = brief_for(event, draft, agendas.published_of(event))
    solve = solves.queue(KIND, event.id, brief.values, by=by, now=now, seconds=SECONDS, work=work)
    audit.record("agenda.suggestion_asked", draft, by=by, event=event.name)
    return solve


def take_over(draft: Agenda, solve: Solve, *, by: Actor) -> None:
    """Make a suggestion the draft.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the event or the pins changed since it was asked for, or there is no agenda in it.
    """
    agendas.hold(draft, None, by=by)
    answer: Mapping[str, Any] = solve.answer or {}
    if solve.state is not SolveState.DONE or not answer.get("assignments"):
        raise Conflict("There is no agenda to take over.")
    event = agendas.load_whole(draft.event)
    brief = brief_for(event, draft, agendas.published_of(event))
    if solve.subject_id != event.id or solve.input_hash != solves.input_hash(brief.values):
        raise Conflict("The showcase or the pins have changed since this was asked for. Ask again.")
    known = {session.id.hex: session for session in event.sessions}
    for session_id, slot in sorted(answer["assignments"].items()):
        agendas.put(draft, known[session_id], slot)
    draft.cost, draft.bound, draft.bound_for = answer["cost"], answer["bound"], brief.judged_by
    draft.made_from = brief.made_from
    agendas.changed(draft)
    audit.record("agenda.suggestion_taken", draft, by=by, event=event.name)
