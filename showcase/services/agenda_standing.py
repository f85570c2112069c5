"""Where a draft of an agenda stands: what it costs, what is wrong with it, and where each of its sessions could go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from showcase.models import Agenda, Session
from showcase.services import agenda_words, agendas
from showcase.services.agenda_problems import Brief, assignments_of, brief_for


@dataclass(frozen=True)
class Standing:
    """Where a draft stands: what it costs, how good that is, what is wrong with it."""

    brief: Brief
    cost: int
    bound: int | None
    """What no agenda can cost less than; None when that is not known for the event as it is now."""
    broken: Sequence[str]
    wrong: Mapping[str, Sequence[str]]
    """Which of these are about a session, by its id in the problem."""
    unplaced: Sequence[Session]
    is_stale: bool
    """Whether the event has changed since the draft was brought up to it."""

    @property
    def is_best(self) -> bool:
        """Whether it is proven that no agenda costs less."""
        return self.bound is not None and not self.broken and self.cost <= self.bound


def standing_of(draft: Agenda) -> Standing:
    """Return where a draft stands now."""
    event = agendas.load_whole(draft.event)
    brief = brief_for(event, draft, agendas.published_of(event))
    assignments = assignments_of(draft)
    verdict = brief.check(assignments)
    return Standing(
        brief=brief,
        cost=verdict.cost,
        bound=draft.bound if draft.bound_for == brief.judged_by else None,
        broken=agenda_words.broken(brief, assignments),
        wrong=agenda_words.broken_by_session(brief, assignments),
        unplaced=[session for session in event.sessions if session.id.hex not in assignments],
        is_stale=draft.made_from != brief.made_from,
    )


def places_for(draft: Agenda, session: Session) -> list[tuple[str, str, list[str]]]:
    """Return each place a session could have, in the order of rooms and times: slot, words, what would be wrong."""
    standing = standing_of(draft)
    brief, assignments = standing.brief, assignments_of(draft)
    slots = [slot for slot in brief.problem.slots if slot.minutes == session.minutes]
    order = {room.id.hex: place for place, room in enumerate(draft.event.rooms)}
    slots.sort(key=lambda slot: (slot.start, order[slot.room]))
    return [
        (
            slot.id,
            agenda_words.place(brief, slot.id),
            agenda_words.broken_by(brief, assignments, session.id.hex, slot.id),
        )
        for slot in slots
    ]


def slot_now(draft: Agenda, session: Session) -> str | None:
    """Return the slot in which a session of a draft stands."""
    return assignments_of(draft).get(session.id.hex)
