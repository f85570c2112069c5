"""Information released to everyone at one time: late additions, documents, and what was new in a one-to-one meeting.

A release stands on the challenge's public page with its time and is never taken back; what was wrong is put right by
another. That what a council says in private reaches everyone is what keeps meetings from giving an unfair advantage.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Challenge, File, Release
from showcase.models.enums import EntryKind
from showcase.policies import Actor, Permission, require, visible_to
from showcase.services import audit, question_messages, records


def release(
    challenge: Challenge,
    title: str,
    text: str,
    *,
    by: Actor,
    now: datetime,
    file: File | None = None,
    is_from_meeting: bool = False,
) -> Release:
    """Give information to everyone, on the challenge's page and by e-mail to all who take part.

    Raises:
        NotAllowed: the policy says no.
        DomainError: it has no title or says nothing.
    """
    require(by, Permission.RELEASE_GIVE, challenge)
    title, text = title.strip(), text.strip()
    if not title or not text:
        raise DomainError("Give it a title and say what everyone should know.")
    made = Release(
        challenge=challenge,
        title=title,
        text=text,
        released_at=now,
        is_from_meeting=is_from_meeting,
        file=file,
        by_id=by.account_id,
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    audit.record("release.given", made, by=by, challenge=str(challenge.id), is_from_meeting=is_from_meeting)
    origin = " It was first said in a one-to-one meeting." if is_from_meeting else ""
    records.note(
        challenge,
        EntryKind.DOCUMENT,
        f"Information released: {title}. {text}{origin}",
        by=by,
        now=now,
        released_to=f"{records.EVERYONE}; and by e-mail to all suppliers that take part or follow its questions",
        key=f"release:{made.id}",
        details={"file": {"name": file.name, "sha256": file.sha256}} if file else {},
    )
    question_messages.tell_released(made, now=now)
    return made


def list_for(challenge: Challenge, *, seen_by: Actor) -> Sequence[Release]:
    """Return what was released about a challenge and the viewer may see, the latest first."""
    query = (
        sa.select(Release)
        .where(Release.challenge_id == challenge.id, visible_to(seen_by, Release))
        .options(joinedload(Release.file))
        .order_by(Release.released_at.desc(), Release.id)
    )
    return db.session.scalars(query).all()
