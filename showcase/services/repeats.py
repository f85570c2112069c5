"""What was done a moment ago: the same button pressed twice, or a step that someone else took first."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Organisation, Publication, StateChange
from showcase.models.enums import State
from showcase.models.questions import Content, is_blank
from showcase.policies import Actor, can
from showcase.services.publications import Step

P = TypeVar("P", bound=Publication)
TWICE = timedelta(minutes=1)
"""Within which the same new draft by the same person is the same press of a button."""


def find_twin(kind: type[P], organisation: Organisation, content: Content, *, by: Actor, now: datetime) -> P | None:
    """Return the untouched draft that the same person started from the same words a moment ago."""
    db.session.execute(sa.select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    query = sa.select(kind).where(
        kind.organisation_id == organisation.id,
        kind.created_by_id == by.account_id,
        kind.created_at > now - TWICE,
        kind.state == State.DRAFT,
        kind.revision == 1,
    )
    wanted = {q.name: content[q.name] for q in kind.questionnaire if not is_blank(content.get(q.name))}
    return next((each for each in db.session.scalars(query) if each.content == wanted), None)


def who_was_first(publication: Publication, step: Step, by: Actor) -> StateChange | None:
    """Return the last change of state if it closed to the actor a step that was open to them before."""
    last = publication.changes[-1] if publication.changes else None
    if last is None or can(by, step.permission, publication):
        return None
    return last if can(by, step.permission, _Before(publication.organisation_id, last.from_state)) else None


@dataclass(frozen=True)
class _Before:
    """A publication as it was: what the rules about steps ask of it."""

    organisation_id: uuid.UUID
    state: State
