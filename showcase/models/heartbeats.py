"""When each part that works by itself, such as the worker, was last seen at work."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from showcase.models.base import Base


class Heartbeat(Base):
    """The last sign of life of one part."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(unique=True)
    """Such as "worker": several workers count as one, because one is enough."""
    seen_at: Mapped[datetime]
