"""Files that people upload, kept as rows so that several machines need no shared disk.

A file has no page and no permission of its own: it hangs on something else (the evidence of a pledge, the slides of a
pitch), and who may see that may take the file.
"""

import uuid
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.base import Base, text_enum
from showcase.models.organisations import Organisation


class FileKind(StrEnum):
    """What a file is, as its content says."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PNG = "png"
    JPEG = "jpeg"


class File(Base):
    """One uploaded file, never changed."""

    __tablename__ = "files"

    name: Mapped[str]
    """As its sender named it, without what could mislead: folders, control and direction characters."""
    kind: Mapped[FileKind] = mapped_column(text_enum(FileKind))
    size: Mapped[int]
    """Bytes."""
    sha256: Mapped[str] = mapped_column(sa.String(64))
    data: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    """For whom it was sent."""
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    organisation: Mapped[Organisation | None] = relationship()
