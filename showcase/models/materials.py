"""Slides and other documents of pitches: the same template and limits for all, shown to councils at one time."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.base import Base
from showcase.models.events import Event
from showcase.models.files import File
from showcase.models.selections import Candidate


class MaterialRules(Base):
    """What every pitching supplier of an event sends, in which limits, until when."""

    __tablename__ = "material_rules"

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), unique=True)
    template: Mapped[str]
    """What the slides must hold, in which order."""
    most_pages: Mapped[int] = mapped_column(default=10)
    most_megabytes: Mapped[int] = mapped_column(default=10)
    due_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    """When staff let councils see them, all at once."""
    event: Mapped[Event] = relationship()


class Material(Base):
    """The slides of one pitch."""

    __tablename__ = "materials"

    candidate_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("candidates.id", ondelete="CASCADE"), unique=True)
    rules_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("material_rules.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("files.id"))
    pages: Mapped[int]
    sent_at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    candidate: Mapped[Candidate] = relationship()
    rules: Mapped[MaterialRules] = relationship()
    file: Mapped[File] = relationship()
