"""Lists of publications: what a viewer may see, filtered, in a stable order, page by page.

Every filter, count, order and export reads the published version alone, and of it only what is public. What a council
keeps to itself therefore leaves no trace in any list, not even by changing a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload, selectinload

from showcase.extensions import db
from showcase.models import Organisation, Publication
from showcase.models.enums import State
from showcase.models.questions import Audience, Content, Kind, is_blank
from showcase.policies import PUBLIC, Actor, answers_for, visible_to
from showcase.services import search
from showcase.services.filters import Chosen, conditions

P = TypeVar("P", bound=Publication)
PAGE_SIZE = 20
SORTS: Mapping[str, str] = {
    "best": "Best match first",
    "newest": "Newest first",
    "title": "Title",
    "organisation": "Organisation",
}


@dataclass(frozen=True)
class Wanted:
    """What someone asks of a list."""

    words: str = ""
    chosen: Chosen = field(default_factory=Chosen)
    is_closed: bool = False
    """Only what no longer takes responses."""
    sort: str = "best"
    """One of `SORTS`; without words the best match is the newest."""


def list_published(kind: type[P], wanted: Wanted, *, seen_by: Actor) -> sa.Select[P]:
    """Return the query for what is published and the viewer may see, with its organisation and published version."""
    query = (
        sa.select(kind)
        .where(kind.published_version_id.is_not(None), visible_to(seen_by, kind), *conditions(kind, wanted.chosen))
        .options(selectinload(kind.organisation), selectinload(kind.published_version), defer(kind.content))
    )
    best: tuple[Any, ...] = (kind.published_at.desc(),)
    if wanted.words:
        found = search.find_ids(kind, wanted.words, seen_by=seen_by)
        query = query.where(kind.id.in_(found))
        if found:
            best = (sa.case({id: place for place, id in enumerate(found)}, value=kind.id),)
    if wanted.is_closed:
        query = query.where(kind.closed_at.is_not(None))
    title = sa.func.lower(kind.listed_title())
    if wanted.sort == "newest":
        best = (kind.published_at.desc(),)
    elif wanted.sort == "title":
        query, best = query.join(kind.published_version), (title,)
    elif wanted.sort == "organisation":
        query = query.join(kind.published_version).join(kind.organisation)
        best = (sa.func.lower(Organisation.name), title)
    return query.order_by(*best, kind.id)


def list_own(kind: type[P], *, seen_by: Actor) -> Sequence[P]:
    """Return the texts of the viewer's organisation in every state, last changed first; archived ones at the end."""
    return db.session.scalars(
        sa.select(kind)
        .where(kind.organisation_id == seen_by.organisation_id)
        .options(joinedload(kind.updated_by))
        .order_by(kind.state == State.ARCHIVED, kind.updated_at.desc(), kind.id)
    ).all()


def listed_answers(actor: Actor, publication: Publication) -> Content:
    """Return what an export of a list may show: nothing that the owner keeps, even to the owner.

    A file of a list is passed on; what is in it must be what its readers could see for themselves.
    """
    content = publication.published_content
    everyones = answers_for(PUBLIC, publication, content)
    return {
        name: answer
        for name, answer in answers_for(actor, publication, content).items()
        if (publication.questionnaire[name].audience is not Audience.OWNER or name in everyones)
    }


def facets_of(publication: Publication, content: Content) -> set[tuple[str, str]]:
    """Return (question name, vocabulary id) of every public choice in `content`."""
    found: set[tuple[str, str]] = set()
    for question in publication.questionnaire:
        answer = content.get(question.name)
        if question.audience is not Audience.PUBLIC or is_blank(answer):
            continue
        if question.kind is Kind.CHOICE:
            found.add((question.name, str(answer)))
        elif question.kind is Kind.CHOICES:
            found.update((question.name, str(value)) for value in answer or ())
    return found
