"""The one mechanism behind challenge statements and solution profiles: draft, review, versions, publication.

The working text (`content`) is edited in place and counted by `revision`, so that nobody overwrites another's save
unseen. A `Version` is a snapshot of it, taken when review is asked for. The version that others see is
`published_version`; it stays visible while a new draft is being written, and goes when the text is archived.
"""

import uuid
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base, text_enum, utc_now
from showcase.models.enums import State
from showcase.models.organisations import Organisation
from showcase.models.questions import Questionnaire


class Publication(Base):
    """A text that an organisation writes, staff review and others see: a challenge statement or solution profile."""

    __tablename__ = "publications"
    __mapper_args__ = {"polymorphic_on": "kind"}
    questionnaire: ClassVar[Questionnaire]
    noun: ClassVar[str]
    """What a page calls it, such as "challenge statement"."""
    illustration: ClassVar[str]
    """What stands on everything that shows one that came with the seeds."""

    kind: Mapped[str] = mapped_column(sa.String(20), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    updated_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    state: Mapped[State] = mapped_column(text_enum(State), default=State.DRAFT, index=True)
    state_since: Mapped[datetime] = mapped_column(default=utc_now)
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The working text: answers by question name. Replace it whole; never change it in place."""
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by one at every save of the working text."""
    title: Mapped[str] = mapped_column(default="")
    """The working text's title."""
    published_version_id: Mapped[uuid.UUID | None] = mapped_column(
        sa.ForeignKey("versions.id", use_alter=True), index=True
    )
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the version that others see was published."""
    closed_at: Mapped[datetime | None]
    """When it stopped taking responses; it stays visible."""
    key: Mapped[str | None] = mapped_column(unique=True)
    """Name under which the seeds know it."""
    is_illustrative: Mapped[bool] = mapped_column(default=False)
    """Whether it came with the seeds and was not written by the organisation it names."""

    organisation: Mapped[Organisation] = relationship()
    created_by: Mapped[Account | None] = relationship(foreign_keys=[created_by_id])
    updated_by: Mapped[Account | None] = relationship(foreign_keys=[updated_by_id])
    published_version: Mapped["Version | None"] = relationship(foreign_keys=[published_version_id], post_update=True)
    versions: Mapped[list["Version"]] = relationship(
        back_populates="publication", foreign_keys="Version.publication_id", order_by="Version.number"
    )
    changes: Mapped[list["StateChange"]] = relationship(back_populates="publication", order_by="StateChange.created_at")
    facets: Mapped[list["Facet"]] = relationship(cascade="all, delete-orphan")

    @property
    def is_visible(self) -> bool:
        """Whether others than its owner and staff may see a version of it."""
        return self.published_version_id is not None

    @property
    def is_open(self) -> bool:
        """Whether it is visible and still takes responses."""
        return self.is_visible and self.closed_at is None

    @property
    def published_content(self) -> dict[str, Any]:
        """The answers that others see, before confidential ones are left out; empty when nothing is published."""
        return self.published_version.content if self.published_version else {}

    @classmethod
    def stored_as(cls) -> str:
        """Return what `kind` holds of texts of this class, such as "challenge"."""
        return str(sa.inspect(cls).polymorphic_identity)

    @classmethod
    def listed_title(cls) -> sa.ColumnElement[str]:
        """Return SQL for the title of a version; one that an older process wrote has it in its content alone."""
        names = dict.fromkeys(kind.questionnaire.title_name for kind in cls.__subclasses__() or [cls])
        within = [Version.content[name].as_string() for name in names]
        return sa.case((Version.title != "", Version.title), else_=sa.func.coalesce(*within, ""))

    @property
    def published_title(self) -> str:
        """The title that others see."""
        return str(self.published_content.get(self.questionnaire.title_name, ""))

    @property
    def known_title(self) -> str:
        """The title that others see, or last saw: a text taken out of sight may be renamed in private."""
        if self.is_visible:
            return self.published_title
        for version in reversed(self.versions):
            if version.published_at is not None:
                return str(version.content.get(self.questionnaire.title_name, ""))
        return f"A {self.noun} that is not published"


class Version(Base):
    """A snapshot of a publication's text, never changed."""

    __tablename__ = "versions"
    __table_args__ = (sa.UniqueConstraint("publication_id", "number"),)

    publication_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    """1 for the first."""
    content: Mapped[dict[str, Any]]
    title: Mapped[str] = mapped_column(default="")
    """The title in its content, so that lists are ordered and searched by it without reading every text."""
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    published_at: Mapped[datetime | None]
    publication: Mapped[Publication] = relationship(back_populates="versions", foreign_keys=[publication_id])
    created_by: Mapped[Account | None] = relationship()


class StateChange(Base):
    """One step of a publication from state to state: who, when, why, with which version."""

    __tablename__ = "state_changes"

    publication_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True)
    from_state: Mapped[State] = mapped_column(text_enum(State))
    to_state: Mapped[State] = mapped_column(text_enum(State))
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    acting_for_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisations.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(default="")
    version_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("versions.id", ondelete="SET NULL"))
    publication: Mapped[Publication] = relationship(back_populates="changes")
    by: Mapped[Account | None] = relationship()
    acting_for: Mapped[Organisation | None] = relationship()
    version: Mapped[Version | None] = relationship()


class Facet(Base):
    """One value of one public choice of the published version, kept beside it so that lists can filter by it in SQL."""

    __tablename__ = "facets"
    __table_args__ = (sa.UniqueConstraint("publication_id", "name", "value"), sa.Index(None, "name", "value"))

    publication_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("publications.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    """Name of the question."""
    value: Mapped[str]
    """Id of a vocabulary."""
