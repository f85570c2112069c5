"""The outbox: each e-mail is a row, written with the change it tells of and sent by the worker afterwards."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from showcase.models.base import Base


class Message(Base):
    """An e-mail to one person."""

    __tablename__ = "messages"

    key: Mapped[str | None] = mapped_column(unique=True)
    """Names what it is about where asking twice must send once."""
    to: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    body: Mapped[str]
    """Plain text."""
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(index=True)
    """When the worker may (next) try; moved on while a worker has it, so that a killed one leaves it to another."""
    error: Mapped[str | None]
    """Why the last try failed."""
