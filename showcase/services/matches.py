"""Matches: solutions for a challenge, challenges for a solution, and similar needs.

Every order comes from `ranking.order`, every reason from `reasons`, each only from what the viewer may read: a
supplier's page is built without budgets, contracts, other suppliers, ranks or scores.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from matching.remainders import Half
from matching.texts import Text
from showcase.extensions import db
from showcase.models import Challenge, Publication, Solution
from showcase.models.questions import Content
from showcase.policies import Actor, Permission, require
from showcase.services import filters, ranking, reasons, remainders, vectors
from showcase.services.filters import Chosen
from showcase.services.match_cards import Card, Closeness, Page, closeness
from showcase.services.ranking import Order, Place, Query
from showcase.services.reasons import Why

P = TypeVar("P", bound=Publication)
Item = TypeVar("Item")

PAGE = 10
SIMILAR = 5
SAME_NEED = 2.0
"""Least score at which another challenge is said to describe something like this one in other words."""

LEAST_LIKENESS = 0.3
"""Least cosine of the best pair of passages at which a challenge comes near a pasted text at all.

Bundled model and the demo's challenges: nonsense and texts about other things reach at most .28, a line that names a
need .34 and more."""


# --- solutions for a challenge ----------------------------------------------------------------------------------------


def query_for(publication: Publication, *, is_working_text: bool = False) -> Query:
    """Return a text as a query: what is published of it, or its working text, which is encoded now."""
    if publication.is_visible and not is_working_text:
        return ranking.query_of(publication)
    text = vectors.text_of(publication.id, publication.questionnaire, publication.content)
    return ranking.query_from(text, draft=publication)


def solutions_for(
    challenge: Challenge,
    *,
    seen_by: Actor,
    chosen: Chosen | None = None,
    only_fitting: bool = False,
    number: int = 1,
    is_working_text: bool = False,
) -> Page:
    """Return a page of the solutions that answer a challenge best, one card for each supplier.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.MATCH_SEE, challenge)
    is_working_text = is_working_text or not challenge.is_visible
    asked = reasons.readable(seen_by, challenge, is_working_text=is_working_text)
    order = ranking.order(
        Solution,
        query_for(challenge, is_working_text=is_working_text),
        seen_by=seen_by,
        where=filters.conditions(Solution, chosen or Chosen()),
    )
    if only_fitting:
        order = _only_fitting(order, challenge, asked, seen_by)
    groups = by_supplier(order.places)
    shown, number, last = _slice(groups, number)
    found = load(Solution, [place.id for group in shown for place in group])
    carry = remainders.of([group[0].id for group in shown], model=order.collection.model)
    cards = []
    for first, *others in shown:
        solution = found[first.id]
        facts = reasons.facets_for(challenge, asked, reasons.readable(seen_by, solution))
        why = replace(why_solution(solution, order, carry.get(first.id)), facets=facts)
        further = [(found[place.id], place) for place in others]
        cards.append(Card(solution, first, why, further, order.strength(first), not order.judge.has_meaning))
    return Page(cards, number, last, len(groups), len(order.places), order)


def by_supplier(places: Sequence[Place]) -> list[list[Place]]:
    """Fold places so that a supplier has one, where its best profile stands; its others follow within."""
    groups: dict[uuid.UUID, list[Place]] = {}
    for place in places:
        groups.setdefault(place.organisation_id, []).append(place)
    return list(groups.values())


def why_solution(solution: Solution, order: Order, carry: Half | None) -> Why:
    """Explain the place of a solution that was ranked a moment ago, facts aside; `carry` are its remainders."""
    encoded = order.encoded(solution.id)
    assert encoded is not None
    query = (order.query.text, order.query.encoded)
    return reasons.why(query, (reasons.text_of(solution), encoded), order.judge, remainders=carry)


def _only_fitting(order: Order, challenge: Challenge, asked: Content, seen_by: Actor) -> Order:
    """Return the order without solutions of which a fact is known that does not fit; what is not said is kept."""
    found = load(Solution, [place.id for place in order.places])
    kept = [
        place
        for place in order.places
        if all(
            facet.fits is not False
            for facet in reasons.facets_for(challenge, asked, reasons.readable(seen_by, found[place.id]))
        )
    ]
    return replace(order, places=kept)


# --- challenges for a solution ----------------------------------------------------------------------------------------


def challenges_for(solution: Solution, *, seen_by: Actor, chosen: Chosen | None = None, number: int = 1) -> Page:
    """Return a page of the open challenges that a solution may answer, with reasons.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.MATCH_SEE, solution)
    chosen = replace(chosen or Chosen(), is_open=True)
    offered = reasons.readable(seen_by, solution, is_working_text=not solution.is_visible)
    order = _challenges(query_for(solution), seen_by, chosen)
    return _challenge_page(order, offered, seen_by, number)


def challenges_for_text(text: str, *, seen_by: Actor, number: int = 1) -> Page:
    """Return a page of the open challenges that come near a pasted text. Nothing of it is kept."""
    order = _challenges(ranking.query_from(Text.plain("pasted", text)), seen_by, Chosen(is_open=True))
    near = replace(order, places=[place for place in order.places if _is_near(order, place)])
    page = _challenge_page(near, None, seen_by, number)
    return replace(page, cards=[replace(card, why=_of_text(card.why)) for card in page.cards])


def _is_near(order: Order, place: Place) -> bool:
    """Tell whether a text comes near the query at all: a score only says that it is nearer than others."""
    query, encoded = order.query.encoded, order.encoded(place.id)
    if encoded is None:
        return False
    if order.judge.has_meaning and encoded.has_vectors:
        return float((query.passages @ encoded.passages.T).max()) >= LEAST_LIKENESS
    return not query.terms.keys().isdisjoint(encoded.terms)


def _of_text(told: Why) -> Why:
    gaps = tuple(replace(gap, text=gap.text.replace("this profile", "your text")) for gap in told.gaps)
    return replace(told, gaps=gaps)


def _challenges(query: Query, seen_by: Actor, chosen: Chosen) -> Order:
    return ranking.order(Challenge, query, seen_by=seen_by, where=filters.conditions(Challenge, chosen))


def _challenge_page(order: Order, offered: Content | None, seen_by: Actor, number: int) -> Page:
    places, number, last = _slice(list(order.places), number)
    found = load(Challenge, [place.id for place in places])
    requirements = ranking.encoded_of([place.id for place in places])
    carry = remainders.of([place.id for place in places], model=order.collection.model)
    cards = []
    for place in places:
        challenge = found[place.id]
        query = (order.query.text, order.query.encoded)
        asked = (reasons.text_of(challenge), requirements.get(place.id) or order.encoded(place.id))
        assert asked[1] is not None
        told = reasons.why(
            (asked[0], asked[1]), query, order.judge, is_challenge_asking=False, remainders=carry.get(place.id)
        )
        if offered is not None:
            facts = reasons.facets_for(challenge, reasons.readable(seen_by, challenge), offered)
            told = replace(told, facets=facts)
        cards.append(Card(challenge, place, told))
    return Page(cards, number, last, len(order.places), len(order.places), order)


# --- similar needs ----------------------------------------------------------------------------------------------------


def similar_to(
    challenge: Challenge, *, seen_by: Actor, most: int = SIMILAR, is_working_text: bool = False
) -> tuple[list[Card], tuple[str, ...]]:
    """Return published challenges of other councils that describe something like this one, and notices."""
    order = ranking.order(
        Challenge,
        query_for(challenge, is_working_text=is_working_text),
        seen_by=seen_by,
        where=[Challenge.organisation_id != challenge.organisation_id],
        exclude=[challenge.id],
        most=most,
    )
    return _similar(order), order.notices


def same_need(challenge: Challenge, *, seen_by: Actor) -> list[Card]:
    """Return the published challenges of other councils that describe what the working text does; none if it is empty.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.MATCH_SEE_DRAFT, challenge)
    if not vectors.text_of(challenge.id, challenge.questionnaire, challenge.content).whole.strip():
        return []
    cards, _ = similar_to(challenge, seen_by=seen_by, is_working_text=True)
    return [card for card in cards if card.strength >= SAME_NEED]


def _similar(order: Order) -> list[Card]:
    near = [place for place in order.places if closeness(order.strength(place)) is not Closeness.LOOSE]
    found = load(Challenge, [place.id for place in near])
    query = (order.query.text, order.query.encoded)
    carry = remainders.of([place.id for place in near], model=order.collection.model)
    cards = []
    for place in near:
        encoded = order.encoded(place.id)
        assert encoded is not None
        other = (reasons.text_of(found[place.id]), encoded)
        told = reasons.why(query, other, order.judge, remainders=carry.get(place.id))
        shared = replace(told, gaps=(), gap_count=0)  # one council's challenge need not answer another's
        cards.append(Card(found[place.id], place, shared, strength=order.strength(place)))
    return cards


# --- shared -----------------------------------------------------------------------------------------------------------


def _slice(items: list[Item], number: int) -> tuple[list[Item], int, int]:
    """Return the items of a page, its number kept within what there is, and the number of the last page."""
    last = max(1, -(-len(items) // PAGE))
    number = min(max(1, number), last)
    return items[(number - 1) * PAGE : number * PAGE], number, last


def load(kind: type[P], ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, P]:
    """Return texts by id, each with its published version and organisation."""
    query = (
        sa.select(kind)
        .where(kind.id.in_(ids))
        .options(joinedload(kind.published_version), joinedload(kind.organisation))
    )
    return {found.id: found for found in db.session.scalars(query)}
