"""Solves: optimisation problems that the worker works on in a process of its own, and what came out.

A service queues one as a row; a worker claims it with a lease, runs it, keeps its progress and answer. The answer is a
suggestion: people look at it and a service of the noun that asked applies it.
"""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from showcase.models.base import Base, text_enum
from showcase.models.enums import SolveState


class Solve(Base):
    """One problem, given to the worker."""

    __tablename__ = "solves"
    __table_args__ = (sa.Index(None, "kind", "subject_id"),)

    kind: Mapped[str] = mapped_column(sa.String(40))
    """Which solver it is for, as `services.solves` names them."""
    subject_id: Mapped[uuid.UUID]
    """What it is about, such as an event; no foreign key, because each kind has its own table."""
    problem: Mapped[dict[str, Any]]
    input_hash: Mapped[str]
    """SHA-256 of the problem as canonical JSON: tells whether its answer is still about what is asked now."""
    seconds: Mapped[float]
    """When to stop at the latest."""
    work: Mapped[int | None]
    """Units of work after which to stop, where the same answer is wanted on any machine."""
    state: Mapped[SolveState] = mapped_column(text_enum(SolveState), default=SolveState.QUEUED, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    claim: Mapped[uuid.UUID | None]
    """Which try has it: one whose lease ran out can no longer write."""
    leased_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What its solver last told, such as {"cost": 12, "bound": 8}."""
    answer: Mapped[dict[str, Any] | None]
    error: Mapped[str] = mapped_column(default="")
    """Why there is no answer, in words fit for the page."""
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))

    @property
    def is_pending(self) -> bool:
        """Whether an answer is still to come."""
        return self.state in (SolveState.QUEUED, SolveState.RUNNING)
