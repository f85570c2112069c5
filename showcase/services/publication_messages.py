"""Who is told by e-mail of a publication's steps, and in which words."""

from datetime import datetime

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Account, Challenge, Membership, Organisation, Publication
from showcase.models.enums import OrganisationKind, State
from showcase.policies import Actor
from showcase.services import challenge_news, messages

WORDS = {
    "publish": ("Published: {title}", "LGA staff published your {noun} “{title}”. It can now be found and matched."),
    "publish_waiting": (
        "Published: {title}",
        "LGA staff published your {noun} “{title}”. {organisation} itself is not approved at present: councils can find"
        " and match it once LGA staff approve your firm.",
    ),
    "request_changes": (
        "Changes asked for: {title}",
        "LGA staff ask for changes to your {noun} “{title}” before it can be published:\n\n{reason}",
    ),
    "return": (
        "Changes asked for: {title}",
        "Your procurement lead asks for changes to “{title}” before it goes to LGA staff:\n\n{reason}",
    ),
    "close": ("Closed: {title}", "Your {noun} “{title}” was closed. It stays visible and takes no more responses."),
    "archive": (
        "Archived: {title}",
        "Your {noun} “{title}” was archived and is no longer visible. You can restore it.",
    ),
    "in_review": ("For review: {title}", "{organisation} asks for review of its {noun} “{title}”."),
    "with_lead": (
        "For your approval: {title}",
        "{by} asks you, as procurement lead, to approve “{title}” before it goes to LGA staff.",
    ),
}


def tell(publication: Publication, verb: str, to: State, *, by: Actor, now: datetime, reason: str = "") -> None:
    """Queue the e-mails that a step calls for; none to the person who took it."""
    if verb == "publish" and isinstance(publication, Challenge):
        challenge_news.tell(publication, now=now)
    if to is State.IN_REVIEW:
        _send(_staff(), "in_review", publication, by=by, now=now, reason=reason)
    elif to is State.WITH_LEAD:
        _send(_lead(publication), "with_lead", publication, by=by, now=now, reason=reason)
    elif verb == "publish" and not publication.organisation.is_active:
        _send(writers_of(publication), "publish_waiting", publication, by=by, now=now, reason=reason)
    elif verb in WORDS:
        _send(writers_of(publication), verb, publication, by=by, now=now, reason=reason)


def _send(
    people: list[Account], words: str, publication: Publication, *, by: Actor, now: datetime, reason: str
) -> None:
    subject, body = WORDS[words]
    values = {
        "title": publication.title,
        "noun": publication.noun,
        "reason": reason,
        "organisation": publication.organisation.name,
        "by": by.name,
    }
    mark = f"{publication.illustration}.\n\n" if publication.is_illustrative else ""
    for person in people:
        if person.id != by.account_id:
            messages.queue(
                person.email,
                subject.format(**values),
                f"{mark}{body.format(**values)}\n\n{messages.link(f'/{publication.kind}s/{publication.id}')}",
                now=now,
            )


def writers_of(publication: Publication) -> list[Account]:
    """Return those who wrote the text and still act for its organisation; its administrators when none does."""
    ids = {publication.created_by_id, publication.updated_by_id} - {None}
    members = _members(Membership.organisation_id == publication.organisation_id)
    writers = [person for person in members if person.id in ids]
    return writers or _members(Membership.organisation_id == publication.organisation_id, Membership.is_administrator)


def _staff() -> list[Account]:
    return _members(Membership.organisation.has(Organisation.kind == OrganisationKind.HOST))


def _lead(publication: Publication) -> list[Account]:
    return _members(Membership.organisation_id == publication.organisation_id, Membership.is_procurement_lead)


def _members(*conditions: sa.ColumnElement[bool] | sa.orm.InstrumentedAttribute[bool]) -> list[Account]:
    query = sa.select(Account).join(Account.memberships).where(Account.deactivated_at.is_(None), *conditions)
    return list(db.session.scalars(query.order_by(Account.email).distinct()))
