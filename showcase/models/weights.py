"""Weights of the ranking that were fitted, and which of them count: both only ever added to, so that all can be read.

A set is a proposal until it is adopted. The newest adoption counts; going back is adopting an earlier set, or the
weights that the software ships with.
"""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base


class WeightSet(Base):
    """Weights fitted to what people judged."""

    __tablename__ = "weight_sets"

    number: Mapped[int] = mapped_column(unique=True)
    """From 1; decisions name it. 0 stands for the shipped weights."""
    model: Mapped[str]
    """The model's name in the settings."""
    ranker: Mapped[str]
    """The ranker's version: its ingredients are what is weighed."""
    weights: Mapped[dict[str, Any]]
    """By ingredient; they sum to 1."""
    report: Mapped[dict[str, Any]]
    """What they were fitted on, and how they compare with the weights of the time."""


class WeightAdoption(Base):
    """That staff let a set count from a moment on, and why."""

    __tablename__ = "weight_adoptions"

    number: Mapped[int] = mapped_column(unique=True)
    """From 1; the highest is in force."""
    weight_set_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("weight_sets.id"))
    """None for the shipped weights."""
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    reason: Mapped[str]

    weight_set: Mapped[WeightSet | None] = relationship()
    by: Mapped[Account | None] = relationship()
