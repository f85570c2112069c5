"""Showcase sessions: events with their rooms, breaks, tracks, the challenges they are held around, and their sessions.

An event is prepared by staff as a draft, announced, held and finished. Where and when each session takes place is said
by an agenda (`agendas`), who pitches by the selection (`selections`), who attends by the registrations.
"""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base, text_enum, utc_now
from showcase.models.challenges import Challenge
from showcase.models.enums import EventState, SessionKind
from showcase.models.organisations import Organisation

if TYPE_CHECKING:
    from showcase.models.selections import InterestDeclaration


class Event(Base):
    """A showcase: one day, in rooms and online."""

    __tablename__ = "events"

    name: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    state: Mapped[EventState] = mapped_column(text_enum(EventState), default=EventState.DRAFT, index=True)
    cancelled_because: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    venue: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    travel: Mapped[str] = mapped_column(default="")
    """How to get there, and what is there for people with access needs."""
    pitch_minutes: Mapped[int] = mapped_column(default=20)
    """Length of every pitch: the same for all."""
    in_person_places: Mapped[int] = mapped_column(default=0)
    online_places: Mapped[int] = mapped_column(default=0)
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    hides_names: Mapped[bool] = mapped_column(default=False)
    """Whether councils score candidates without seeing their suppliers' names, until `names_shown_at`."""
    names_shown_at: Mapped[datetime | None]
    """When staff ended the first pass."""
    scores_by: Mapped[datetime | None]
    """Until when councils can score candidates; None: as long as nothing is decided."""
    announced_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    copied_from_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("events.id", ondelete="SET NULL"))
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by one at every save of its particulars, so that nobody overwrites another's unseen."""
    key: Mapped[str | None] = mapped_column(unique=True)
    """Name under which the seeds know it."""
    is_illustrative: Mapped[bool] = mapped_column(default=False)
    """Whether it came with the seeds."""

    created_by: Mapped[Account | None] = relationship()
    rooms: Mapped[list["Room"]] = relationship(
        back_populates="event", order_by="Room.position, Room.id", cascade="all, delete-orphan"
    )
    breaks: Mapped[list["Break"]] = relationship(
        back_populates="event", order_by="Break.starts_at, Break.id", cascade="all, delete-orphan"
    )
    tracks: Mapped[list["Track"]] = relationship(
        back_populates="event", order_by="Track.position, Track.id", cascade="all, delete-orphan"
    )
    calls: Mapped[list["Call"]] = relationship(
        back_populates="event", order_by="Call.opens_at, Call.id", cascade="all, delete-orphan"
    )
    sessions: Mapped[list["Session"]] = relationship(
        back_populates="event", order_by="Session.created_at, Session.id", cascade="all, delete-orphan"
    )

    @property
    def is_announced(self) -> bool:
        """Whether others than staff may see it."""
        return self.announced_at is not None

    @property
    def is_blind(self) -> bool:
        """Whether suppliers' names are hidden at present."""
        return self.hides_names and self.names_shown_at is None

    @property
    def is_scoring_over(self) -> bool:
        """Whether the last day on which councils score has passed."""
        return self.scores_by is not None and self.scores_by <= utc_now()

    @property
    def is_planned(self) -> bool:
        """Whether it is still to be held, so that it can be changed."""
        return self.state in (EventState.DRAFT, EventState.ANNOUNCED)

    @property
    def entries(self) -> list["EventChallenge"]:
        """The challenges it is held around, in the order of its tracks."""
        return [entry for track in self.tracks for entry in track.entries]


class Room(Base):
    """A room of an event."""

    __tablename__ = "event_rooms"
    __table_args__ = (sa.UniqueConstraint("event_id", "name"),)

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    capacity: Mapped[int]
    """People who may be in it."""
    stream_url: Mapped[str] = mapped_column(default="")
    """Where those online follow it; shown only to people with a place online, and to staff."""
    position: Mapped[int] = mapped_column(default=0)
    event: Mapped[Event] = relationship(back_populates="rooms")


class Break(Base):
    """A time at which nothing is on in any room."""

    __tablename__ = "event_breaks"

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    event: Mapped[Event] = relationship(back_populates="breaks")


class Track(Base):
    """Part of an event around one challenge or several that are alike."""

    __tablename__ = "event_tracks"
    __table_args__ = (sa.UniqueConstraint("event_id", "name"),)

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    need_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("needs.id", ondelete="SET NULL"))
    """The need whose challenges it was made from."""
    event: Mapped[Event] = relationship(back_populates="tracks")
    entries: Mapped[list["EventChallenge"]] = relationship(
        back_populates="track", order_by="EventChallenge.position, EventChallenge.id", cascade="all, delete-orphan"
    )


class EventChallenge(Base):
    """A challenge in a track of an event: an entry. What is selected, asked and recorded hangs on it."""

    __tablename__ = "event_challenges"
    __table_args__ = (sa.UniqueConstraint("event_id", "challenge_id"),)

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    track_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event_tracks.id", ondelete="CASCADE"), index=True)
    challenge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    places: Mapped[int] = mapped_column(default=3)
    """Solutions that may be pitched."""
    event: Mapped[Event] = relationship()
    track: Mapped[Track] = relationship(back_populates="entries")
    challenge: Mapped[Challenge] = relationship()
    declarations: Mapped[list["InterestDeclaration"]] = relationship(back_populates="entry")
    """Who said whether they have an interest in a candidate for it."""


class Call(Base):
    """A time in which suppliers may put solutions forward for an event's challenges: 28 days, or a reason for less."""

    __tablename__ = "event_calls"

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    short_because: Mapped[str] = mapped_column(default="")
    """Why it is open for fewer than 28 days; shown to everyone."""
    event: Mapped[Event] = relationship(back_populates="calls")


class Session(Base):
    """One item of an event that takes a slot in a room: a pitch, a talk, a panel."""

    __tablename__ = "event_sessions"

    event_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    track_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("event_tracks.id", ondelete="SET NULL"), index=True
    )
    entry_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("event_challenges.id", ondelete="CASCADE"), index=True
    )
    """The challenge it answers, for a pitch."""
    candidate_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("candidates.id", ondelete="CASCADE"), unique=True
    )
    """The chosen solution that is pitched."""
    kind: Mapped[SessionKind] = mapped_column(text_enum(SessionKind))
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int]
    audience: Mapped[int] = mapped_column(default=0)
    """People expected in the room."""
    event: Mapped[Event] = relationship(back_populates="sessions")
    track: Mapped[Track | None] = relationship()
    entry: Mapped[EventChallenge | None] = relationship()
    speakers: Mapped[list["Speaker"]] = relationship(
        back_populates="session", order_by="Speaker.name, Speaker.id", cascade="all, delete-orphan"
    )


class Speaker(Base):
    """A person who must be at a session: nobody is in two places at once."""

    __tablename__ = "event_speakers"

    session_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("event_sessions.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    available_from: Mapped[datetime | None]
    available_until: Mapped[datetime | None]
    session: Mapped[Session] = relationship(back_populates="speakers")
    organisation: Mapped[Organisation | None] = relationship()
