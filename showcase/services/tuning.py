"""What the ranking's weights are fitted to: councils' decisions that stand, and golden pairs; and the fit itself.

A decision keeps what each ingredient added to the score when it was made. Divided by the weights of that time, this is
what the ingredient says of the pair, whatever it counted for. Golden pairs are ranked now. The rest is
`matching.tuning`; the result is shown, and may be proposed to staff (`services.weights`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import sqlalchemy as sa

from matching.ranker import Ranker, Weights
from matching.tuning import Judged, Tuned, tune
from showcase.extensions import db
from showcase.models import Challenge, Decision, Publication
from showcase.models.enums import Verdict
from showcase.services import encodings, index, ranking, weights

DECISIONS, GOLDEN = "decisions", "golden pairs"
ONLY_GOLDEN = (
    "No council has both shortlisted and turned down solutions for one challenge under this ranking: fitted to golden "
    "pairs alone, which were written for tests."
)

Golden = Mapping[str, Any]
"""One entry: the key of a `challenge`, keys of solutions that are `right`, and keys of near misses (`wrong`)."""


@dataclass(frozen=True)
class Result:
    """A fit, and what it was fitted on."""

    tuned: Tuned
    fitted_on: Mapping[str, int]
    """How many of what, in words; what had to be left out as well."""
    number: int
    """Of the weights in force, that the new ones are compared with."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"compared_with": self.number, "fitted_on": dict(self.fitted_on), **asdict(self.tuned)}


def run(golden: Sequence[Golden]) -> Result:
    """Fit the weights to all that people judged, and compare them with those in force. Changes nothing."""
    decided, left_out = _decided()
    pairs = _golden(golden)
    now = weights.in_force()
    tuned = tune([*decided, *pairs], old=asdict(now.weights), shipped=asdict(Weights()))
    counts = {
        "decisions": sum(int(one.is_right.sum() + one.is_wrong.sum()) for one in decided),
        "challenges with decisions": len(decided),
        "challenges with both verdicts": sum(bool(one.is_right.any() and one.is_wrong.any()) for one in decided),
        "decisions left out, of another ranking": left_out,
        "golden challenges": len(pairs),
        "golden pairs": sum(len(one.differences) for one in pairs),
    }
    if not counts["challenges with both verdicts"]:
        tuned = replace(tuned, doubts=(ONLY_GOLDEN, *tuned.doubts))
    return Result(tuned, counts, now.number)


def _decided() -> tuple[list[Judged], int]:
    """Return what was decided by challenge, and how many decisions say nothing of this ranking's ingredients."""
    query = (
        sa.select(Decision.challenge_id, Decision.verdict, Decision.ranker, Decision.shown)
        .where(Decision.undone_at.is_(None))
        .order_by(Decision.challenge_id, Decision.solution_id, Decision.created_at)
    )
    weights_of = cache(weights.weights_of)
    by_challenge: dict[str, list[tuple[list[float], bool]]] = {}
    left_out = 0
    for challenge_id, verdict, ranked_by, shown in db.session.execute(query):
        values = _at_weight_one(shown, weights_of(ranked_by))
        if values is None:
            left_out += 1
        else:
            by_challenge.setdefault(str(challenge_id), []).append((values, verdict is Verdict.SHORTLISTED))
    return [
        Judged(
            challenge,
            DECISIONS,
            np.array([values for values, _ in rows]),
            np.array([is_right for _, is_right in rows]),
            np.array([not is_right for _, is_right in rows]),
        )
        for challenge, rows in by_challenge.items()
    ], left_out


def _golden(golden: Sequence[Golden]) -> list[Judged]:
    """Rank everything for each golden challenge that is published here."""
    keys = {key for one in golden for key in (one["challenge"], *one["right"], *one["wrong"])}
    query = sa.select(Publication).where(Publication.key.in_(keys), ranking.is_matched())
    known = {text.key: text for text in db.session.scalars(query.join(Publication.organisation))}
    collection = index.live("solution", encodings.in_use()).collection
    ranker = Ranker(collection)
    found = []
    for one in golden:
        challenge = known.get(one["challenge"])
        if not isinstance(challenge, Challenge):
            continue
        ranked = ranker.rank(ranking.query_of(challenge).encoded, ranking.MOST_CONFIRMED).matches
        rows = [(match.id, _at_weight_one(match.contributions, asdict(ranker.weights))) for match in ranked]
        values = sorted((id, row) for id, row in rows if row is not None)
        right, wrong = ({str(known[key].id) for key in one[side] if key in known} for side in ("right", "wrong"))
        if values:
            found.append(_judged(str(challenge.id), values, right, wrong))
    return found


def _judged(challenge: str, values: Sequence[tuple[str, list[float]]], right: set[str], wrong: set[str]) -> Judged:
    return Judged(
        challenge,
        GOLDEN,
        np.array([row for _, row in values]),
        np.array([id in right for id, _ in values]),
        np.array([id in wrong for id, _ in values]),
    )


def _at_weight_one(shown: Mapping[str, float], weighed_by: Mapping[str, float] | None) -> list[float] | None:
    """Return what each ingredient says whatever its weight; None where one of them was not part of the ranking."""
    if weighed_by is None or set(shown) != set(weighed_by) or not all(weighed_by.values()):
        return None
    return [float(shown[name]) / weight for name, weight in weighed_by.items()]
