"""Preliminary market engagement on a challenge: questions and answers, information released, and the record of it all.

Who asked a question is kept apart from the question (`QuestionAsker`), so that nothing which shows questions can show
their askers. The record is appended only: an entry carries the hash of the one before, a trigger in the database
refuses changes, and what was wrong is put right by a later entry.
"""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base, text_enum
from showcase.models.challenges import Challenge
from showcase.models.enums import EntryKind, QuestionState
from showcase.models.files import File

QUESTION_WORDS = 200
"""Most words of a question."""


class Question(Base):
    """A question that a supplier asked about a challenge. It says nothing of who asked."""

    __tablename__ = "engagement_questions"
    __table_args__ = (sa.UniqueConstraint("challenge_id", "number"),)

    challenge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="RESTRICT"), index=True)
    number: Mapped[int]
    """From 1, within the challenge."""
    wording: Mapped[str]
    """As everyone reads it."""
    asked_on: Mapped[date]
    """Day in London's calendar: the hour could tell who asked."""
    state: Mapped[QuestionState] = mapped_column(text_enum(QuestionState), default=QuestionState.OPEN, index=True)
    reworded_at: Mapped[datetime | None]
    """When words were last taken out that could tell who asked."""
    withheld_because: Mapped[str] = mapped_column(default="")
    challenge: Mapped[Challenge] = relationship()
    answers: Mapped[list["Answer"]] = relationship(
        back_populates="question", order_by="Answer.number", cascade="all, delete-orphan"
    )
    asker: Mapped["QuestionAsker"] = relationship(back_populates="question", cascade="all, delete-orphan")

    @property
    def answer(self) -> "Answer | None":
        """The answer that stands: the last."""
        return self.answers[-1] if self.answers else None


class QuestionAsker(Base):
    """Who asked a question, and in which words before any were taken out: for nobody but the asker, and moderation."""

    __tablename__ = "question_askers"

    question_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("engagement_questions.id", ondelete="CASCADE"), unique=True
    )
    organisation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    earlier_wordings: Mapped[list[str]] = mapped_column(default=list)
    """What it said before each change, the oldest first."""
    question: Mapped[Question] = relationship(back_populates="asker")


class Answer(Base):
    """A council's answer, to all at once. A correction is another answer with a higher number; none is changed."""

    __tablename__ = "question_answers"
    __table_args__ = (sa.UniqueConstraint("question_id", "number"),)

    question_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("engagement_questions.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    text: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    question: Mapped[Question] = relationship(back_populates="answers")


class QuestionFollower(Base):
    """That a supplier is told of answers to questions about a challenge. Whoever asks follows; nobody sees the list."""

    __tablename__ = "question_followers"
    __table_args__ = (sa.UniqueConstraint("challenge_id", "organisation_id"),)

    challenge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )


class Release(Base):
    """Information about a challenge given to everyone at one time, on its public page."""

    __tablename__ = "information_releases"

    challenge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="RESTRICT"), index=True)
    title: Mapped[str]
    text: Mapped[str]
    released_at: Mapped[datetime] = mapped_column(index=True)
    is_from_meeting: Mapped[bool] = mapped_column(default=False)
    """Whether it was first said in a one-to-one meeting; not in which."""
    file_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("files.id"))
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    challenge: Mapped[Challenge] = relationship()
    file: Mapped[File | None] = relationship()


class EngagementRecord(Base):
    """The record of a challenge's engagement: what a council may have to show about who learned what, and when."""

    __tablename__ = "engagement_records"

    challenge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="RESTRICT"), unique=True)
    purposes: Mapped[list[str]] = mapped_column(default=list)
    """Letters of section 16(1) of the Procurement Act 2023: "a" to "f"."""
    tender_on: Mapped[date | None]
    """When the council published its tender notice: judgements are closed from then."""
    contract_on: Mapped[date | None]
    terminated_on: Mapped[date | None]
    """When the council published a procurement termination notice."""
    keep_until: Mapped[date | None]
    """A later day until which another law wants it kept."""
    keep_because: Mapped[str] = mapped_column(default="")
    notice: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the council typed for the draft of its UK2 notice, by field name."""
    no_notice_because: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by one at every save of the particulars."""
    last_number: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[str] = mapped_column(default="")
    disposed_at: Mapped[datetime | None]
    """When its entries were destroyed, after the law allowed it."""
    challenge: Mapped[Challenge] = relationship()


class RecordEntry(Base):
    """One thing that happened, appended and never changed. Names of people are looked up, not kept in it."""

    __tablename__ = "record_entries"
    __table_args__ = (sa.UniqueConstraint("record_id", "number"), sa.UniqueConstraint("record_id", "key"))

    record_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("engagement_records.id"), index=True)
    number: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(text_enum(EntryKind), index=True)
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    words: Mapped[str]
    """What happened."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    released_to: Mapped[str] = mapped_column(default="")
    """Who was given something by it; blank when nobody was."""
    corrects: Mapped[int | None]
    """Number of the entry that it puts right."""
    is_by_hand: Mapped[bool] = mapped_column(default=False)
    """Whether a person wrote it; otherwise the platform noted it."""
    account_id: Mapped[uuid.UUID | None]
    """Who did it, if they may be named; no foreign key, because that would change entries when an account goes."""
    organisation_id: Mapped[uuid.UUID | None]
    key: Mapped[str | None]
    """Names what it tells of where noting it twice must give one entry."""
    previous_hash: Mapped[str]
    hash: Mapped[str]
    record: Mapped[EngagementRecord] = relationship()
    by: Mapped[Account | None] = relationship(
        primaryjoin="foreign(RecordEntry.account_id) == Account.id", viewonly=True
    )
