"""Who pitches: the candidates for each challenge of an event, how councils scored them, who declared an interest.

Criteria are fixed when the event is announced. Before a person reads a candidate they declare whether they have a
conflict of interest. Staff choose; everyone not chosen is told why.
"""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base, text_enum, utc_now
from showcase.models.enums import CandidateState, CriterionKind, InvitationState
from showcase.models.events import Event, EventChallenge
from showcase.models.organisations import Organisation
from showcase.models.publications import Version
from showcase.models.solutions import Solution

FEEDBACK = {
    "strengths": "What stood out",
    "gaps": "What was missing for this challenge",
    "advice": "What would make it stronger next time",
}
"""Headings of the feedback that everyone gets who was not chosen; the first two must be said."""


class Criterion(Base):
    """What candidates of an event are scored by."""

    __tablename__ = "criteria"
    __table_args__ = (sa.UniqueConstraint("event_id", "name"),)

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    help: Mapped[str] = mapped_column(default="")
    kind: Mapped[CriterionKind] = mapped_column(text_enum(CriterionKind))
    weight: Mapped[int] = mapped_column(default=1)
    """Whole number; what counts is its share of the sum."""
    most: Mapped[int] = mapped_column(default=5)
    """Best mark: of a number or rating; a yes counts as the best."""
    position: Mapped[int] = mapped_column(default=0)
    event: Mapped[Event] = relationship()


class Candidate(Base):
    """A solution considered for a challenge of an event: put forward by its supplier, found by the ranking, or both."""

    __tablename__ = "candidates"
    __table_args__ = (sa.UniqueConstraint("entry_id", "solution_id"), sa.UniqueConstraint("entry_id", "number"))

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event_challenges.id", ondelete="CASCADE"), index=True)
    solution_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("versions.id", ondelete="SET NULL"))
    """The published version that is scored."""
    number: Mapped[int]
    """What it is called where its supplier's name is not shown: "Solution 3". Says nothing of its rank."""
    was_put_forward: Mapped[bool] = mapped_column(default=False)
    rank: Mapped[int | None]
    """Its place in the ranking when it was taken in, from 1; None if the ranking did not find it."""
    reasons: Mapped[list[str]] = mapped_column(default=list)
    """Why the ranking found it, in sentences, as they stood then."""
    state: Mapped[CandidateState] = mapped_column(text_enum(CandidateState), default=CandidateState.CONSIDERED)
    state_since: Mapped[datetime] = mapped_column(default=utc_now)
    reason: Mapped[str] = mapped_column(default="")
    """Why staff chose it, or did not: part of the record."""
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    reserve_place: Mapped[int | None]
    """Where it stands among the reserves of its challenge, from 1."""
    feedback: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    """Structured feedback for a supplier that was not chosen: by the names in `FEEDBACK`."""
    told_at: Mapped[datetime | None]
    """When its supplier was told what was decided: from then on it sees so."""
    entry: Mapped[EventChallenge] = relationship()
    solution: Mapped[Solution] = relationship()
    version: Mapped[Version | None] = relationship()
    decided_by: Mapped[Account | None] = relationship()
    scores: Mapped[list["Score"]] = relationship(
        back_populates="candidate", order_by="Score.created_at, Score.id", cascade="all, delete-orphan"
    )


class Score(Base):
    """One council officer's marks for one candidate, with the comment that must go with them."""

    __tablename__ = "scores"
    __table_args__ = (sa.UniqueConstraint("candidate_id", "account_id"),)

    candidate_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("candidates.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisations.id", ondelete="CASCADE"))
    marks: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    """Mark by criterion id."""
    comment: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    candidate: Mapped[Candidate] = relationship(back_populates="scores")
    account: Mapped[Account] = relationship()


class InterestDeclaration(Base):
    """A person's word whether they have an interest in any candidate for a challenge of an event: it opens the door."""

    __tablename__ = "interest_declarations"
    __table_args__ = (sa.UniqueConstraint("entry_id", "account_id"),)

    entry_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event_challenges.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    is_of_staff: Mapped[bool] = mapped_column(default=False)
    """Whether the person acted for the host, and not for the council that scores."""
    has_conflict: Mapped[bool]
    """Actual, potential or perceived."""
    details: Mapped[str] = mapped_column(default="")
    steps: Mapped[str] = mapped_column(default="")
    """What staff decided to do about it."""
    is_let_in: Mapped[bool] = mapped_column(default=False)
    """Whether the person may read candidates and score: without a conflict at once, with one when staff say so."""
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    entry: Mapped[EventChallenge] = relationship(back_populates="declarations")
    account: Mapped[Account] = relationship()


class Invitation(Base):
    """An organisation asked to take part in an event: a supplier to pitch, a council to meet them."""

    __tablename__ = "event_invitations"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "organisation_id", "candidate_id"),
        sa.Index(
            "uq_event_invitations_council",
            "event_id",
            "organisation_id",
            unique=True,
            sqlite_where=sa.text("candidate_id IS NULL"),
            postgresql_where=sa.text("candidate_id IS NULL"),
        ),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    candidate_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("candidates.id", ondelete="CASCADE"))
    """The solution it is to pitch; None for a council."""
    state: Mapped[InvitationState] = mapped_column(text_enum(InvitationState), default=InvitationState.SENT)
    state_since: Mapped[datetime] = mapped_column(default=utc_now)
    answer_by: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    """What the organisation said with its answer."""
    speaker_name: Mapped[str] = mapped_column(default="")
    """Who comes: the first named, or the substitute."""
    speaker_email: Mapped[str] = mapped_column(default="")
    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation] = relationship()
    candidate: Mapped[Candidate | None] = relationship()
