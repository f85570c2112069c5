"""What a step does beside its change of state: makes versions, decides what is visible, keeps the facets of lists."""

from collections.abc import Callable
from datetime import datetime

from showcase.extensions import db
from showcase.models import Facet, Publication, Version
from showcase.services.publication_lists import facets_of


def of(verb: str) -> Callable[[Publication, datetime], None]:
    """Return what taking a step does."""
    return _EFFECTS.get(verb, _nothing)


def _snapshot(publication: Publication, now: datetime) -> Version:
    """Return the version that holds the working text, making it when the text changed since the last one."""
    last = publication.versions[-1] if publication.versions else None
    if last is not None and last.content == publication.content:
        return last
    version = Version(
        number=last.number + 1 if last else 1,
        content=dict(publication.content),
        title=publication.title,
        created_by_id=publication.updated_by_id,
        created_at=now,
    )
    publication.versions.append(version)
    db.session.flush()
    return version


def _publish(publication: Publication, now: datetime) -> None:
    version = _snapshot(publication, now)
    version.published_at = version.published_at or now
    publication.published_version = version
    publication.published_at = now
    publication.closed_at = None
    wanted = facets_of(publication, version.content)
    for facet in list(publication.facets):
        if (facet.name, facet.value) in wanted:
            wanted.remove((facet.name, facet.value))
        else:
            publication.facets.remove(facet)
    publication.facets.extend(Facet(name=name, value=value) for name, value in sorted(wanted))


def _close(publication: Publication, now: datetime) -> None:
    publication.closed_at = now


def _reopen(publication: Publication, now: datetime) -> None:
    publication.closed_at = None


def _archive(publication: Publication, now: datetime) -> None:
    _snapshot(publication, now)
    publication.published_version = None
    publication.closed_at = None
    publication.facets.clear()


def _submit(publication: Publication, now: datetime) -> None:
    _snapshot(publication, now)


def _nothing(publication: Publication, now: datetime) -> None:
    """Do nothing beside the change of state."""


_EFFECTS = {"submit": _submit, "publish": _publish, "close": _close, "reopen": _reopen, "archive": _archive}
