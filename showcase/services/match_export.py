"""A challenge's ranking as a file: what was found, decided and put forward.

A file is passed on. It therefore holds nothing that a council keeps to itself: neither its budget, nor how a price
stands against it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from showcase.models import Challenge, Decision, Response, Solution
from showcase.policies import Actor, Permission, require
from showcase.services import decisions, filters, matches, messages, ranking, reasons, remainders, responses, weights
from showcase.services.csv_export import Cell
from showcase.services.filters import Chosen
from showcase.services.match_cards import closeness
from showcase.services.publication_lists import listed_answers
from showcase.services.ranking import Order, Place
from showcase.services.reasons import Why

FIGURES = 5
"""Decimals of scores and their parts: with so many the parts add up to the score."""
HEAD = (
    "Rank",
    "Solution",
    "Supplier",
    "How close",
    "Score",
    *(weights.ingredient(name) for name in weights.IN_WORDS),
    "Passage of the challenge",
    "Passage of the profile",
    "Sentence of it that counts most",
    "Score lower without the passage by",
    "Words in common, and score lower without each by",
    "Nothing in the profile about",
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
    carry = remainders.of(list(found), model=order.collection.model)
    for place in order.places:
        solution = found[place.id]
        decision, response = standing.get(place.id), given.pop(place.id, None)
        ranked = _ranked(place, matches.why_solution(solution, order, carry.get(place.id)), order)
        yield _row(challenge, solution, ranked, decision, response, order, seen_by)
    if not chosen:
        for response in given.values():
            decision = standing.get(response.solution_id)
            yield _row(challenge, response.solution, NOT_RANKED, decision, response, order, seen_by)


@dataclass(frozen=True)
class Ranked:
    """What the ranking says of a solution, as cells."""

    rank: int | None
    told: Sequence[Cell]


NOT_RANKED = Ranked(None, ("Not among the best", None, *(None for _ in weights.IN_WORDS), "", "", "", None, "", ""))


def _ranked(place: Place, why: Why, order: Order) -> Ranked:
    words = "; ".join(f"{word} {weight:.2f}" for word, weight in why.terms.items())
    missing = [gap.requirement for gap in why.gaps]
    if why.gap_count > len(missing):
        missing.append(f"and {why.gap_count - len(missing)} more")
    told = (
        closeness(place.score).value if order.judge.has_meaning else "",
        round(place.score, FIGURES),
        *(
            round(place.contributions[name], FIGURES) if name in place.contributions else None
            for name in weights.IN_WORDS
        ),
        "".join(part.text for part in why.asked),
        "".join(part.text for part in why.offered),
        why.sentence,
        why.passage_weight,
        words,
        "; ".join(missing),
    )
    return Ranked(place.rank, told)


def _row(
    challenge: Challenge,
    solution: Solution,
    ranked: Ranked,
    decision: Decision | None,
    response: Response | None,
    order: Order,
    seen_by: Actor,
) -> tuple[Cell, ...]:
    facts = reasons.facets_for(challenge, listed_answers(seen_by, challenge), listed_answers(seen_by, solution))
    return (
        ranked.rank,
        solution.known_title,
        solution.organisation.name,
        *ranked.told,
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
