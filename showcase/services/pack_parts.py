"""What recommendation packs are made of: sections of words and tables, and how they say days, times and pounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from showcase.services.audit import LONDON

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """A table of a pack."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numeric: Sequence[int] = ()


@dataclass(frozen=True)
class Section:
    """A part of a pack."""

    name: str
    title: str
    words: Sequence[str] = ()
    tables: Sequence[Table] = ()


def day(when: date | datetime | None) -> str:
    """Return a day in words, in London's calendar."""
    if when is None:
        return "not yet said"
    local = when.astimezone(LONDON) if isinstance(when, datetime) else when
    return f"{local.day} {local:%B %Y}"


def moment(at: datetime) -> str:
    """Return a time in words, in London."""
    return f"{day(at)}, {at.astimezone(LONDON):%H:%M}"


def pounds(pence: int) -> str:
    """Return an amount of whole pence in pounds."""
    return f"£{pence / 100:,.0f}" if pence % 100 == 0 else f"£{pence / 100:,.2f}"
