"""Pages of a list: how many there are, which one is shown, and no page beyond the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from showcase.extensions import db

T = TypeVar("T")
PAGE_SIZE = 50
"""Rows on a page of the staff's lists."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list."""

    items: Sequence[T]
    number: int
    """From 1."""
    last: int
    """Number of the last page: 1 for an empty list."""
    count: int
    """Rows on all pages together."""


def paged(query: sa.Select[T], number: int, *, size: int = PAGE_SIZE) -> Page[T]:
    """Return a page of the first column of an ordered query; the nearest one when it has no such page."""
    count = db.session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0
    last = max(1, -(-count // size))
    number = min(max(number, 1), last)
    rows = db.session.scalars(query.limit(size).offset((number - 1) * size)).unique().all()
    return Page(rows, number, last, count)


def contains(column: "sa.ColumnElement[str] | sa.orm.InstrumentedAttribute[Any]", text: str) -> sa.ColumnElement[bool]:
    """Return the condition that a column holds the text somewhere, whatever the case; % and _ stand for themselves."""
    return column.icontains(text, autoescape=True)
