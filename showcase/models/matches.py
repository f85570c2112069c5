"""What matching keeps: vectors as rows that every process reads in order, ranker versions, and people's decisions."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base, text_enum
from showcase.models.challenges import Challenge
from showcase.models.enums import Verdict
from showcase.models.solutions import Solution


class Vector(Base):
    """The encoded text of one publication under one model. Without vectors and terms it is a tombstone.

    `seq` comes from the one row of `vector_counter`, taken last in the worker's transaction, so that numbers appear in
    commit order and a reader that asks for what is above the highest it has seen misses nothing.
    """

    __tablename__ = "vectors"
    __table_args__ = (sa.UniqueConstraint("publication_id", "model"), sa.Index(None, "kind", "model", "seq"))

    publication_id: Mapped[uuid.UUID] = mapped_column(index=True)
    """No foreign key: a tombstone outlives the text it stands for."""
    kind: Mapped[str] = mapped_column(sa.String(20))
    model: Mapped[str]
    """The model's name in the settings."""
    version_id: Mapped[uuid.UUID | None]
    """The version that was encoded; None for a tombstone."""
    content_hash: Mapped[str]
    """Of the text and the model's own name; tells that another version has the same words."""
    vectors: Mapped[bytes]
    terms: Mapped[bytes]
    seq: Mapped[int]


class VectorCounter(Base):
    """The highest `seq` given out: one row."""

    __tablename__ = "vector_counter"

    number: Mapped[int]


class RankerVersion(Base):
    """What depends on the corpus (centre, hubness, scales), frozen under a number that decisions can name."""

    __tablename__ = "ranker_versions"
    __table_args__ = (sa.UniqueConstraint("kind", "model", "number"),)

    kind: Mapped[str] = mapped_column(sa.String(20))
    """Kind of the texts that are ranked."""
    model: Mapped[str]
    number: Mapped[int]
    size: Mapped[int]
    """How many texts there were when it was made."""
    calibration: Mapped[bytes]
    """As `matching.calibration` writes it."""


class Decision(Base):
    """What a council decided about a solution for its challenge, with the ranking it was looking at."""

    __tablename__ = "decisions"

    challenge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True)
    solution_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True)
    verdict: Mapped[Verdict] = mapped_column(text_enum(Verdict))
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    rank: Mapped[int | None]
    """1 for the best; None when the ranking did not show it."""
    score: Mapped[float | None]
    ranker: Mapped[str]
    """Model, ranker and ranker version, as `matching` names them."""
    shown: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Contributions by ingredient at the time."""
    challenge: Mapped[Challenge] = relationship(foreign_keys=[challenge_id])
    solution: Mapped[Solution] = relationship(foreign_keys=[solution_id])
    by: Mapped[Account | None] = relationship(foreign_keys=[by_id])
