"""The filters of every list and ranking of texts: what stands in the address, as conditions that SQL can check.

A profile that names no region, kind of council or must-have is not dropped by a filter on regions or kinds of council:
leaving these empty means all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from showcase.models import Challenge, Council, Facet, Publication, Solution


@dataclass(frozen=True)
class Filter:
    """One filter: its name in the address, its words on the page, and the vocabulary of its values."""

    name: str
    label: str
    vocabulary: str


SOLUTION_FILTERS = (
    Filter("service_area", "Service", "service_areas"),
    Filter("region", "Region served", "regions"),
    Filter("council_type", "Kind of council served", "council_types"),
    Filter("maturity", "Maturity", "maturity"),
    Filter("must_have", "Must meet", "must_haves"),
    Filter("ai_type", "Kind of AI", "ai_types"),
)
CHALLENGE_FILTERS = (
    Filter("service_area", "Service", "service_areas"),
    Filter("region", "Region", "regions"),
    Filter("council_type", "Kind of council", "council_types"),
    Filter("must_have", "Asks for", "must_haves"),
)
FILTERS: Mapping[type[Publication], Sequence[Filter]] = {Solution: SOLUTION_FILTERS, Challenge: CHALLENGE_FILTERS}


@dataclass(frozen=True)
class Chosen:
    """What a viewer has chosen: vocabulary ids by filter name."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_open: bool = False
    """Only challenges that still take responses."""

    def of(self, name: str) -> Sequence[str]:
        """Return the values chosen for one filter."""
        return self.values.get(name, ())

    def __bool__(self) -> bool:
        """Tell whether anything is chosen."""
        return self.is_open or any(self.values.values())


def conditions(kind: type[Publication], chosen: Chosen) -> list[sa.ColumnElement[bool]]:
    """Return what SQL must check of the published version of a text for it to fit what was chosen."""
    found: list[sa.ColumnElement[bool]] = []
    if areas := chosen.of("service_area"):
        found.append(_has("service_areas", areas))
    if kind is Solution:
        found += _of_solutions(chosen)
    else:
        found += _of_challenges(chosen)
    if chosen.is_open:
        found.append(Publication.closed_at.is_(None))
    return found


def _of_solutions(chosen: Chosen) -> list[sa.ColumnElement[bool]]:
    found = [
        sa.or_(_has(name, values), ~_has(name))
        for name, values in (("regions", chosen.of("region")), ("council_types", chosen.of("council_type")))
        if values
    ]
    found += [
        _has(name, values)
        for name, values in (("maturity", chosen.of("maturity")), ("ai_types", chosen.of("ai_type")))
        if values
    ]
    return found + [_has("meets", [value]) for value in chosen.of("must_have")]


def _of_challenges(chosen: Chosen) -> list[sa.ColumnElement[bool]]:
    found = [_has("must_haves", [value]) for value in chosen.of("must_have")]
    for column, values in (
        (Council.region, chosen.of("region")),
        (Council.council_type, chosen.of("council_type")),
    ):
        if values:
            found.append(Publication.organisation.of_type(Council).has(column.in_(values)))
    return found


def _has(name: str, values: Sequence[str] | None = None) -> sa.ColumnElement[bool]:
    """Return whether a text has a public choice of that name, with one of the values if some are given."""
    among = [Facet.name == name] + ([Facet.value.in_(values)] if values is not None else [])
    return Publication.facets.any(sa.and_(*among))
