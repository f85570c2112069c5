"""Which weights the ranking of solutions uses: the shipped ones, or the set that staff adopted last.

Asked for at every ranking, beside the index's own state, so that every process follows an adoption at its next search.
A set counts only for the model and the ranker that it was fitted with; otherwise the shipped weights do.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from matching.ranker import RANKER_VERSION, Weights
from showcase.errors import Conflict, DomainError, NotFound
from showcase.extensions import db
from showcase.models import Host, WeightAdoption, WeightSet
from showcase.policies import Actor, Permission, require
from showcase.services import audit, encodings

SHIPPED = 0
"""Number of the weights that the software comes with."""
IN_WORDS = {
    "lexical": "Words in common, rare ones more",
    "passages": "Each passage of the challenge answered by one of the profile",
    "gist": "What the passages are about on average",
    "whole": "What the whole text is about",
}
"""Ingredients of the ranking as pages name them."""
_RANKED_BY = re.compile(r"(?P<encoding>.+), (?P<ranker>[\w.-]+), version \d+(?:, weights (?P<number>\d+))?")


def ingredient(name: str) -> str:
    """Return an ingredient of the ranking in words."""
    return IN_WORDS.get(name, name.replace("_", " ").capitalize())


@dataclass(frozen=True)
class InForce:
    """Weights and the number under which they are known."""

    number: int
    weights: Weights


def in_force(kind: str = "solution") -> InForce:
    """Return the weights by which texts of a kind are ranked. Only solutions have any of their own."""
    if kind != "solution":
        return InForce(SHIPPED, Weights())
    found = newest_adoption()
    if found is None or found.weight_set is None or not is_usable(found.weight_set):
        return InForce(SHIPPED, Weights())
    return InForce(found.weight_set.number, Weights(**found.weight_set.weights))


def newest_adoption() -> WeightAdoption | None:
    """Return the last adoption, with its set; None while there was none."""
    return db.session.scalar(
        sa.select(WeightAdoption)
        .options(joinedload(WeightAdoption.weight_set))
        .order_by(WeightAdoption.number.desc())
        .limit(1)
    )


def is_usable(weight_set: WeightSet, *, encoding: str | None = None) -> bool:
    """Tell whether a set was fitted with the encoding in use, unless another is named, and the ranker at hand."""
    return (
        weight_set.model == (encoding or encodings.in_use())
        and weight_set.ranker == RANKER_VERSION
        and set(weight_set.weights) == set(asdict(Weights()))
    )


def describe(encoding: str, ranker: str, version: int, number: int) -> str:
    """Return by what a ranking was made, as decisions keep it: encoding, ranker, ranker version and weights."""
    return f"{encoding}, {ranker}, version {version}, weights {number}"


def weights_of(ranked_by: str) -> Mapping[str, float] | None:
    """Return the weights that `describe` named; None when they are not of the model and ranker at hand."""
    found = _RANKED_BY.fullmatch(ranked_by)
    if found is None or (found["encoding"], found["ranker"]) != (encodings.in_use(), RANKER_VERSION):
        return None
    number = int(found["number"] or SHIPPED)
    if number == SHIPPED:
        return asdict(Weights())
    known = db.session.scalar(sa.select(WeightSet).where(WeightSet.number == number))
    return known.weights if known is not None and is_usable(known) else None


def list_sets() -> list[WeightSet]:
    """Return every set that was ever proposed, the newest first."""
    return list(db.session.scalars(sa.select(WeightSet).order_by(WeightSet.number.desc())))


def list_adoptions() -> list[WeightAdoption]:
    """Return what staff let count over time, the newest first."""
    query = sa.select(WeightAdoption).options(joinedload(WeightAdoption.weight_set), joinedload(WeightAdoption.by))
    return list(db.session.scalars(query.order_by(WeightAdoption.number.desc())))


def get(number: int) -> WeightSet | None:
    """Return a set by its number, None for the shipped weights.

    Raises:
        NotFound: there is no such set.
    """
    if number == SHIPPED:
        return None
    found = db.session.scalar(sa.select(WeightSet).where(WeightSet.number == number))
    if found is None:
        raise NotFound
    return found


def adopt(number: int, *, reason: str, seen: int, by: Actor, now: datetime) -> WeightAdoption:
    """Let a set, or the shipped weights, count from now on. `seen` is the number that the person saw in force.

    Raises:
        NotAllowed: the policy says no.
        NotFound: there is no such set.
        DomainError: a reason is missing.
        Conflict: it counts already, was made for another ranker, or a colleague has adopted another meanwhile.
    """
    require(by, Permission.RANKING_ADOPT)
    reason = reason.strip()
    if not reason:
        raise DomainError("Say why, so that the choice can be understood later.")
    db.session.execute(sa.select(Host.id).with_for_update())  # two of staff who adopt at once follow each other
    chosen, now_counting = get(number), in_force().number
    if now_counting != seen:
        raise Conflict("A colleague has changed the weights meanwhile. Look at them again before you decide.")
    if number == now_counting:
        raise Conflict("These weights count already.")
    if chosen is not None and not is_usable(chosen):
        raise Conflict("These weights were fitted for another version of the ranking and cannot be used with this one.")
    newest = newest_adoption()
    adoption = WeightAdoption(
        number=newest.number + 1 if newest else 1,
        weight_set_id=chosen.id if chosen else None,
        by_id=by.account_id,
        reason=reason,
        created_at=now,
    )
    db.session.add(adoption)
    db.session.flush()
    audit.record("ranking.adopted", chosen, by=by, weights=number, instead_of=now_counting, reason=reason)
    return adoption


def propose(values: Mapping[str, float], report: Mapping[str, object], *, by: Actor, now: datetime) -> WeightSet:
    """Keep fitted weights for staff to look at. Nothing changes until they adopt them."""
    highest = db.session.scalar(sa.select(sa.func.max(WeightSet.number))) or SHIPPED
    proposed = WeightSet(
        id=uuid.uuid4(),
        number=highest + 1,
        model=encodings.in_use(),
        ranker=RANKER_VERSION,
        weights=dict(values),
        report=dict(report),
        created_at=now,
    )
    db.session.add(proposed)
    db.session.flush()
    audit.record("ranking.proposed", proposed, by=by, weights=proposed.number)
    return proposed
