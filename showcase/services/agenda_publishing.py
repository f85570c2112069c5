"""Publishing an agenda: the freeze of a draft under the next number. Only one that keeps every rule can be published.

Whom it concerns is told (`agenda_messages`) and nobody else; once the event is over, nobody.
"""

from datetime import datetime

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Agenda
from showcase.models.enums import AgendaState, EventState
from showcase.policies import Actor, Permission, require
from showcase.services import agenda_audience, agenda_messages, agenda_standing, agendas, audit, events
from showcase.services.agenda_changes import Change, changes_between

MOST_NOTE = 1000


def changes_of(draft: Agenda) -> list[Change]:
    """Return what publishing a draft would change, in the order of the day; everything when nothing is published."""
    return changes_between(agendas.published_of(draft.event), draft)


def hindrances(draft: Agenda) -> list[str]:
    """Return in words why a draft cannot be published yet."""
    standing = agenda_standing.standing_of(draft)
    event = draft.event
    found = list(standing.broken)
    if not draft.placements:
        found.append("It has no sessions.")
    if standing.is_stale:
        found.append("The showcase has changed since: look at the draft again and say so there.")
    if event.state is EventState.DRAFT:
        found.append("Announce the showcase first.")
    if event.hides_names and event.names_shown_at is None:
        found.append("Suppliers’ names are still hidden: end the first pass of the scoring first.")
    return found


def publish(draft: Agenda, note: str, *, revision: int, by: Actor, now: datetime, is_told: bool = True) -> int:
    """Publish a draft under the next number, which is returned; those whom a change concerns are told.

    Without `is_told` nobody is, which is for invented showcases: they are prepared before anyone is there.

    Raises:
        NotAllowed: the policy says no.
        Conflict: someone else changed the draft first, or nothing is different.
        DomainError: it breaks a rule, or the event is not announced.
    """
    event = draft.event
    require(by, Permission.AGENDA_MAKE, event)
    events.hold(event)
    agendas.hold(draft, revision, by=by)
    if words := hindrances(draft):
        raise DomainError(" ".join(words))
    if len(note) > MOST_NOTE:
        raise DomainError(f"Say it in {MOST_NOTE:,} characters or fewer.")
    before = agendas.published_of(event)
    changes = changes_between(before, draft)
    if before is not None and not changes:
        raise Conflict("Nothing is different from what is published.")
    number = _freeze(draft, before, note, by, now)
    audit.record("agenda.published", draft, by=by, event=event.name, number=number, changed=len(changes))
    if is_told and event.state is EventState.ANNOUNCED and now < event.ends_at:
        agenda_messages.tell(draft, changes, is_first=before is None, now=now)
    return number


def _freeze(draft: Agenda, before: Agenda | None, note: str, by: Actor, now: datetime) -> int:
    """Give a draft its number and the names that its sessions and rooms have now."""
    number = 1 + max((version.number or 0 for version in agendas.list_versions(draft.event)), default=0)
    if before is not None:
        before.state = AgendaState.SUPERSEDED
        db.session.flush()
    for placement in draft.placements:
        assert placement.session is not None
        assert placement.room is not None
        agendas.name(placement, placement.session, placement.room)
        placement.organisation_ids = sorted(map(str, agenda_audience.organisations_of(placement.session)))
    draft.number, draft.state, draft.note = number, AgendaState.PUBLISHED, note.strip()
    draft.published_at, draft.published_by_id = now, by.account_id
    draft.revision += 1
    db.session.flush()
    return number


def is_outdated(published: Agenda) -> bool:
    """Tell whether the event has changed since an agenda was published."""
    return agendas.made_from_now(published.event) != published.made_from
