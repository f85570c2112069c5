"""Candidates and their scores as a file for staff: two sheets. While names are hidden, the file has none."""

from collections.abc import Iterator, Sequence

from showcase.models import Candidate, Criterion, Event
from showcase.policies import Actor, Permission, can, require
from showcase.services import candidates, event_fairness, events, scoring
from showcase.services.workbooks import Cell, Sheet

HEAD = (
    "Challenge",
    "Council",
    "Number",
    "Solution",
    "Supplier",
    "Size of supplier",
    "State",
    "Scores",
    "Average (0 to 100)",
    "Spread (points)",
    "Put forward",
    "Place in the ranking",
    "Why",
)


def sheets(event: Event, *, seen_by: Actor) -> list[Sheet]:
    """Return the sheets of an event: a row for each candidate, and one for each score that counts.

    Candidates of challenges for which the reader has not declared their interests are left out.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.EVENT_MANAGE, event)
    criteria = events.criteria_of(event)
    found = [each for each in candidates.list_of(event) if can(seen_by, Permission.CANDIDATE_READ, each)]
    score_head = (
        "Challenge",
        "Number",
        "Solution",
        "Scored by",
        *(each.name for each in criteria),
        "Points",
        "Comment",
    )
    return [
        Sheet("Candidates", HEAD, list(_candidates(found, criteria))),
        Sheet("Scores", score_head, list(_scores(found, criteria))),
    ]


def _candidates(found: Sequence[Candidate], criteria: Sequence[Criterion]) -> Iterator[tuple[Cell, ...]]:
    for each in found:
        result, entry = scoring.result_of(each, criteria), each.entry
        is_blind = entry.event.is_blind
        yield (
            entry.challenge.known_title,
            entry.challenge.organisation.name,
            each.number,
            candidates.title_of(each),
            candidates.supplier_of(each),
            "" if is_blind else event_fairness.size_of(each),
            each.state.value.replace("_", " "),
            result.count,
            None if result.average is None else round(result.average, 1),
            round(result.spread, 1),
            None if is_blind else each.was_put_forward,
            None if is_blind else each.rank,
            each.reason,
        )


def _scores(found: Sequence[Candidate], criteria: Sequence[Criterion]) -> Iterator[tuple[Cell, ...]]:
    for each in found:
        for score in scoring.counted(each):
            marks = (score.marks.get(str(criterion.id)) for criterion in criteria)
            yield (
                each.entry.challenge.known_title,
                each.number,
                candidates.title_of(each),
                score.account.name,
                *marks,
                round(scoring.points(score, criteria), 1),
                candidates.comment_of(score),
            )
