"""With the real model, what an officer would expect ranks above the near misses, and one need is seen in two texts."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

import seeds
from matching.model import ModelEmbedder
from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Challenge, Host, Membership, Publication, Solution, utc_now
from showcase.policies import Actor
from showcase.services import encodings, index, matches, ranking, vectors

pytestmark = pytest.mark.either_database

LEAST_RIGHT_ABOVE_WRONG = 0.95
LEAST_FIRST = 0.8
LEAST_NEEDS_SEEN = 0.75


@dataclass(frozen=True)
class Loaded:
    """The seeds, encoded."""

    texts: dict[str | None, Publication]
    staff: Actor

    def order(self, key: str, kind: type[Publication]) -> dict[str | None, ranking.Place]:
        """Return the places of all texts of a kind for a challenge, by key."""
        challenge = self.texts[key]
        keys = {text.id: text.key for text in self.texts.values()}
        found = ranking.order(kind, ranking.query_of(challenge), seen_by=self.staff, exclude=[challenge.id])
        return {keys[place.id]: place for place in found.places}


@pytest.fixture
def loaded(own_app: Flask) -> Iterator[Loaded]:
    with own_app.app_context():
        seeds.load(now=utc_now())
        db.session.commit()
        vectors.refresh(ModelEmbedder(), model=encodings.in_use())
        index.recalibrate(model=encodings.in_use())
        staff = db.session.scalars(sa.select(Membership).where(Membership.organisation.of_type(Host).has())).first()
        assert staff is not None
        texts = {text.key: text for text in db.session.scalars(sa.select(Publication)) if text.is_visible}
        yield Loaded(texts, actor_for(staff))


@pytest.mark.slow
def test_right_solutions_rank_above_near_misses_and_like_needs_are_seen(loaded: Loaded) -> None:
    is_right, is_first = [], []
    for golden in seeds.golden():
        if golden["challenge"] not in loaded.texts:
            continue
        places = loaded.order(golden["challenge"], Solution)
        right, wrong = ([key for key in golden[side] if key in loaded.texts] for side in ("right", "wrong"))
        is_first += [places[right[0]].rank == 1] if right else []
        is_right += [places[one].rank < places[other].rank for one in right for other in wrong]
    assert len(is_right) >= 200, (len(loaded.texts), len(seeds.golden()))
    assert sum(is_right) / len(is_right) >= LEAST_RIGHT_ABOVE_WRONG
    assert sum(is_first) / len(is_first) >= LEAST_FIRST
    seen = [
        loaded.order(one, Challenge)[other].score >= matches.SAME_NEED
        for group in seeds.similar_needs()
        for one in group
        for other in group
        if one != other
    ]
    assert sum(seen) / len(seen) >= LEAST_NEEDS_SEEN
