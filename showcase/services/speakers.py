"""Who speaks at a session: read from and written as lines that staff type, one person a line.

A line is a name, then, after semicolons, an e-mail address and the hours at which the person is free, such as
`Priya Nair; priya@firm.example; 10:00-15:30`. Someone who has an account is known by it, so that nobody is put in two
places at once under two spellings.
"""

import re
import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Account, Event, Session, Speaker

LONDON = ZoneInfo("Europe/London")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


def read(text: str, event: Event) -> list[Speaker]:
    """Return the speakers that lines name.

    Raises:
        DomainError: a line cannot be read.
    """
    day = event.starts_at.astimezone(LONDON).date()
    found = [_read_line(line, day) for line in text.splitlines() if line.strip()]
    for speaker in found:
        link_account(speaker)
    return found


def write(speakers: Sequence[Speaker]) -> str:
    """Return speakers as lines."""
    return "\n".join(_write_line(speaker) for speaker in speakers)


def add(session: Session, organisation_id: uuid.UUID) -> Speaker:
    """Add a speaker of an organisation, to be named."""
    speaker = Speaker(name="", organisation_id=organisation_id)
    session.speakers.append(speaker)
    return speaker


def link_account(speaker: Speaker) -> None:
    """Note which account and organisation a speaker's e-mail address belongs to, if it is anyone's."""
    if not speaker.email:
        return
    account = db.session.scalar(sa.select(Account).where(Account.email == speaker.email))
    if account is not None:
        speaker.account_id = account.id
        if speaker.organisation_id is None and account.memberships:
            speaker.organisation_id = account.memberships[0].organisation_id


def _read_line(line: str, day: date) -> Speaker:
    name, *rest = [part.strip() for part in line.split(";")]
    speaker = Speaker(name=name, email="")
    if not name:
        raise DomainError(f"Start “{line.strip()}” with a name.")
    for part in rest:
        hours = _HOURS.fullmatch(part)
        if "@" in part and " " not in part:
            speaker.email = part.lower()
        elif hours is not None:
            speaker.available_from, speaker.available_until = _hours(hours, day, line)
        elif part:
            raise DomainError(f"“{part}” is neither an e-mail address nor hours such as 10:00-15:30.")
    return speaker


def _hours(hours: re.Match[str], day: date, line: str) -> tuple[datetime, datetime]:
    first, second, third, fourth = (int(number) for number in hours.groups())
    try:
        start, end = (datetime.combine(day, time(*at), tzinfo=LONDON) for at in ((first, second), (third, fourth)))
    except ValueError:
        raise DomainError(f"There are no such hours in “{line.strip()}”.") from None
    if end <= start:
        raise DomainError(f"The hours in “{line.strip()}” end before they start.")
    return start, end


def _write_line(speaker: Speaker) -> str:
    parts = [speaker.name] + ([speaker.email] if speaker.email else [])
    if speaker.available_from and speaker.available_until:
        hours = (moment.astimezone(LONDON) for moment in (speaker.available_from, speaker.available_until))
        parts.append("-".join(f"{moment:%H:%M}" for moment in hours))
    return "; ".join(parts)
