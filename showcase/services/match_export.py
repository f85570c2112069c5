"""A challenge's ranking as a file: what was found, decided and put forward.

A file is passed on. It therefore holds nothing that a council keeps to itself: neither its budget, nor how a price
stands against it.
"""

from collections.abc import Iterator

from showcase.models import Challenge, Decision, Response, Solution
from showcase.policies import Actor, Permission, require
from showcase.services import decisions, filters, matches, messages, ranking, reasons, responses
from showcase.services.csv_export import Cell
from showcase.services.filters import Chosen
from showcase.services.publication_lists import listed_answers
from showcase.services.ranking import Order, Place

HEAD = (
    "Rank",
    "Solution",
    "Supplier",
    "How close",
    "Score",
    "Fits",
    "Does not fit",
    "Not said",
    "Decision",
    "Decided by",
    "Decided at (UTC)",
    "Reason",
    "Put forward by the supplier",
    "Technical name of the ranking",
    "Note",
    "Address",
)


def rows(challenge: Challenge, *, seen_by: Actor, chosen: Chosen) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each of the best solutions, then for those that were put forward but not found.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.MATCH_SEE, challenge)
    where = filters.conditions(Solution, chosen)
    order = ranking.order(Solution, matches.query_for(challenge), seen_by=seen_by, where=where)
    standing = {decision.solution_id: decision for decision in decisions.standing_on(challenge)}
    given = {response.solution_id: response for response in responses.list_for(challenge, seen_by=seen_by)}
    found = matches.load(Solution, [place.id for place in order.places])
    for place in order.places:
        solution = found[place.id]
        decision, response = standing.get(place.id), given.pop(place.id, None)
        yield _row(challenge, solution, place, decision, response, order, seen_by)
    if not chosen:
        for response in given.values():
            decision = standing.get(response.solution_id)
            yield _row(challenge, response.solution, None, decision, response, order, seen_by)


def _row(
    challenge: Challenge,
    solution: Solution,
    place: Place | None,
    decision: Decision | None,
    response: Response | None,
    order: Order,
    seen_by: Actor,
) -> tuple[Cell, ...]:
    facts = reasons.facets_for(challenge, listed_answers(seen_by, challenge), listed_answers(seen_by, solution))
    return (
        place.rank if place else None,
        solution.known_title,
        solution.organisation.name,
        matches.closeness(place.score).value
        if place and order.judge.has_meaning
        else ""
        if place
        else "Not among the best",
        round(place.score, 2) if place else None,
        *("; ".join(fact.text for fact in facts if fact.fits is fits) for fits in (True, False, None)),
        decision.verdict.value.replace("_", " ") if decision else "",
        decision.by.name if decision and decision.by else "",
        decision.created_at if decision else None,
        decision.reason if decision else "",
        response.state.value.replace("_", " ") if response else "",
        order.ranker,
        "; ".join(text.illustration for text in (challenge, solution) if text.is_illustrative),
        messages.link(f"/solutions/{solution.id}"),
    )
