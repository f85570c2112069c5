"""Who gets the places that councils read: measured over published challenges, for staff.

Each challenge is ranked as its council sees it, each supplier once on a page. What comes out is counted by size, age
and number of profiles, beside what profiles with many places have in common. Nothing of this is ever fed back into a
rank: suppliers are treated equally, and a cause that lies in the texts is mended in the ranking of texts.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from matching.fairness import Link, Share, hubness, link, shares
from showcase.extensions import db
from showcase.models import Challenge, Publication, Solution, Supplier
from showcase.models.questions import Content, count_words, is_blank, matched_text
from showcase.models.solution_questions import SOLUTION_QUESTIONS
from showcase.policies import Actor, Permission, require
from showcase.services import csv_export, matches, ranking

P = TypeVar("P", bound=Publication)

MOST = 100
"""Challenges that a page measures: it is asked for by a person who waits."""
UNKNOWN = "Not said"
SIZES = ((10, "Under 10 staff"), (50, "10 to 49 staff"), (250, "50 to 249 staff"))
LARGEST = "250 staff or more"
AGES = ((3, "Under 3 years"), (6, "3 to 5 years"), (11, "6 to 10 years"))
OLDEST = "11 years or more"
PROFILES = ((2, "1 profile"), (3, "2 profiles"), (4, "3 profiles"))
MANY = "4 profiles or more"
EVIDENCE = ("outcomes", "live_councils", "maturity", "meets", "integrations", "accessibility", "security")
"""Answers that give evidence; a profile may leave any of them empty."""
HEAD = (
    "By",
    "Group",
    "Suppliers",
    "Profiles",
    "Share of profiles (%)",
    "Share of first-page places (%)",
    "Share of exposure (%)",
    "Share of places by share of profiles",
    "By lot from",
    "By lot to",
)


@dataclass(frozen=True)
class Report:
    """What was measured."""

    challenges: int
    of_challenges: int
    """How many are published; more than were measured where the newest alone were."""
    suppliers: int
    profiles: int
    most_of_one: int
    """The most places that one supplier has on any first page."""
    shares: Mapping[str, Sequence[Share]]
    """By what the suppliers are grouped, in words."""
    links: Sequence[Link]
    """What goes with being among the ten best by rank, before a supplier's profiles are folded."""

    def rows(self) -> list[Sequence[csv_export.Cell]]:
        """Return the shares as the rows of a file."""
        return [
            (
                by,
                one.group,
                one.suppliers,
                one.profiles,
                *(round(100 * part, 1) for part in (one.of_profiles, one.of_places, one.of_exposure)),
                *(round(figure, 2) for figure in (one.ratio, one.low, one.high)),
            )
            for by, group in self.shares.items()
            for one in group
        ]


def measure(*, seen_by: Actor, now: datetime, most: int = MOST) -> Report:
    """Rank solutions for the newest published challenges and count who stands on the first pages.

    Raises:
        NotAllowed: the policy says no.
    """
    require(seen_by, Permission.STAFF_AREA)
    solutions = db.session.scalars(_published(Solution)).all()
    challenges = db.session.scalars(_published(Challenge).limit(most)).all()
    count = db.session.scalar(sa.select(sa.func.count()).select_from(_published(Challenge).order_by(None).subquery()))
    pages, best = [], []
    for challenge in challenges:
        order = ranking.order(Solution, ranking.query_of(challenge), seen_by=seen_by)
        pages.append([str(group[0].id) for group in matches.by_supplier(order.places)[: matches.PAGE]])
        best += [place.id for place in order.places[: matches.PAGE]]
    supplier_of = {str(solution.id): str(solution.organisation_id) for solution in solutions}
    groups = _groups(solutions, now.year)
    on_page = [Counter(supplier_of[id] for id in page) for page in pages]
    return Report(
        len(challenges),
        count or 0,
        len(set(supplier_of.values())),
        len(solutions),
        max((most for counts in on_page for most in counts.values()), default=0),
        {by: shares(pages, supplier_of, group_of) for by, group_of in groups.items()} if solutions else {},
        _links(solutions, Counter(best), now.year),
    )


def _published(kind: type[P]) -> sa.Select[P]:
    return (
        sa.select(kind)
        .join(kind.organisation)
        .where(ranking.is_matched())
        .options(joinedload(kind.organisation), joinedload(kind.published_version))
        .order_by(kind.published_at.desc(), kind.id)
    )


def _groups(solutions: Sequence[Solution], year: int) -> dict[str, dict[str, str]]:
    """Return by what suppliers are grouped, and each supplier's group, in the order of the bands."""
    suppliers = {solution.organisation_id: solution.organisation for solution in solutions}
    profiles = Counter(solution.organisation_id for solution in solutions)
    found = {
        "Size": {id: _band(_staff(one), SIZES, LARGEST) for id, one in suppliers.items()},
        "Age": {id: _band(_age(one, year), AGES, OLDEST) for id, one in suppliers.items()},
        "Number of profiles": {id: _band(count, PROFILES, MANY) for id, count in profiles.items()},
    }
    bands = (*SIZES, (0, LARGEST), *AGES, (0, OLDEST), *PROFILES, (0, MANY), (0, UNKNOWN))
    order = [name for _, name in bands]
    return {
        by: {str(id): group for id, group in sorted(members.items(), key=lambda one: (order.index(one[1]), one[0]))}
        for by, members in found.items()
    }


def _band(value: int | None, bands: Sequence[tuple[int, str]], last: str) -> str:
    """Return the first band whose bound the value is under."""
    if value is None:
        return UNKNOWN
    return next((name for bound, name in bands if value < bound), last)


def _staff(organisation: object) -> int | None:
    return organisation.staff if isinstance(organisation, Supplier) else None


def _age(organisation: object, year: int) -> int | None:
    founded = organisation.founded_year if isinstance(organisation, Supplier) else None
    return None if founded is None else year - founded


def _links(solutions: Sequence[Solution], best: Mapping[uuid.UUID, int], year: int) -> list[Link]:
    """Return how properties of profiles go with how often each is among the ten best."""
    encoded = ranking.encoded_of([solution.id for solution in solutions])
    known = [one for one in solutions if one.id in encoded and encoded[one.id].has_vectors]
    if not known:
        return []
    shown = [best.get(solution.id, 0) for solution in known]
    near = hubness(np.stack([encoded[solution.id].whole for solution in known]))
    found = [
        link("Words in the profile that are matched", [_words(one.published_content) for one in known], shown),
        link("Nearness to its ten nearest profiles", near, shown),
        link("Answers about evidence left empty", [_empty(one.published_content) for one in known], shown),
    ]
    of_supplier: tuple[tuple[str, Callable[[Solution], int | None]], ...] = (
        ("Staff of the supplier", lambda one: _staff(one.organisation)),
        ("Years since the supplier was founded", lambda one: _age(one.organisation, year)),
    )
    for name, value in of_supplier:
        said = [(figure, best.get(one.id, 0)) for one in known if (figure := value(one)) is not None]
        found.append(link(name, [figure for figure, _ in said], [count for _, count in said]))
    return found


def _words(content: Content) -> int:
    return sum(count_words(answer) for _, answer in matched_text(SOLUTION_QUESTIONS, content))


def _empty(content: Content) -> int:
    return sum(is_blank(content.get(name)) for name in EVIDENCE)
