"""E-mails that tests read as their receivers would."""

import re

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Message


def mails_to(address: str) -> list[Message]:
    """Return what was written to an address, oldest first."""
    return list(db.session.scalars(sa.select(Message).where(Message.to == address).order_by(Message.created_at)))


def link_in(mail: Message) -> str:
    """Return the path of the first link of an e-mail."""
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", mail.body)
    assert found, mail.body
    return found[1]
