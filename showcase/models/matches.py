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
    """Name of the encoding: the model's in the settings, and the way texts are cut."""
    version_id: Mapped[uuid.UUID | None]
    """The version that was encoded; None for a tombstone."""
    content_hash: Mapped[str]
    """Of the text and the model's own name; tells that another version has the same words."""
    vectors: Mapped[bytes]
    terms: Mapped[bytes]
    seq: Mapped[int]


class VectorCounter(Base):
    """The highest `seq` given out, and the encoding that texts are ranked by: one row."""

    __tablename__ = "vector_counter"

    number: Mapped[int]
    encoding: Mapped[str | None]
    """As `Vector.model` names it. Every process asks for it, so that all change over at once."""
    encoding_since: Mapped[datetime | None]
    """When it took the place of another; None when there was none before."""


class Remainder(Base):
    """What is left of each passage of a text without one of its sentences, encoded: tells what a sentence carries."""

    __tablename__ = "remainders"
    __table_args__ = (sa.UniqueConstraint("publication_id", "model"),)

    publication_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"))
    model: Mapped[str] = mapped_column(index=True)
    """Name of the encoding."""
    content_hash: Mapped[str]
    """That of the vector row whose passages these are."""
    vectors: Mapped[bytes]
    """As `matching.encoding` writes them."""


class FairnessReport(Base):
    """Who gets the places that councils read, as last measured: one row."""

    __tablename__ = "fairness_reports"

    made_from: Mapped[str]
    """The ranking and the number of the newest vector row; another one makes it worth measuring again."""
    content: Mapped[dict[str, Any]]


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
