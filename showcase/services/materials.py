"""Slides of pitches: one template, one set of limits and one deadline for all; shown to councils at one time.

What a supplier sends can be replaced until the deadline. Councils see nothing until staff show all of it at once, and
other suppliers never see it. What one council wants everyone to have is a release, not a material.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from showcase.errors import Conflict, DomainError
from showcase.extensions import db
from showcase.models import Candidate, Event, File, Material, MaterialRules
from showcase.models.enums import EntryKind, EventState
from showcase.models.files import FileKind
from showcase.policies import Actor, Permission, can, require
from showcase.services import audit, files, messages, pitches, publication_messages, records

MOST_PAGES = 40
REMIND_BEFORE = timedelta(days=3)


@dataclass(frozen=True)
class Rules:
    """What every pitching supplier sends, and until when."""

    template: str
    most_pages: int
    most_megabytes: int
    due_at: datetime


@dataclass(frozen=True)
class Row:
    """One pitch, and its slides as far as the viewer may see them."""

    candidate: Candidate
    material: Material | None
    may_send: bool


def find_rules(event: Event) -> MaterialRules | None:
    """Return an event's rules for slides, if staff have set them."""
    return db.session.scalar(sa.select(MaterialRules).where(MaterialRules.event_id == event.id))


def set_rules(event: Event, wanted: Rules, *, by: Actor, now: datetime) -> MaterialRules:
    """Set template, limits and deadline, the same for all; suppliers whose solutions are chosen are told.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the slides have been shown already, or slides that were sent would no longer fit.
        DomainError: a limit or the deadline makes no sense.
    """
    require(by, Permission.MATERIAL_MANAGE, event)
    _check(event, wanted)
    rules = _hold(event)
    if rules is None:
        rules = MaterialRules(event_id=event.id, created_at=now, **vars(wanted))
        db.session.add(rules)
    elif rules.shown_at is not None:
        raise Conflict("The slides have been shown: the rules cannot change any more.")
    else:
        _refuse_breaking(rules, wanted)
        for name, value in vars(wanted).items():
            setattr(rules, name, value)
    db.session.flush()
    audit.record("materials.rules_set", event, by=by, **{**vars(wanted), "due_at": wanted.due_at.isoformat()})
    for row in pitches.list_of(event):
        _tell(row, rules, now=now)
    return rules


def send(candidate: Candidate, slides: files.Sent | None, *, by: Actor, now: datetime) -> Material:
    """Send the slides of a pitch, or replace them before the deadline.

    Raises:
        NotAllowed: the policy says no.
        Conflict: there are no rules yet, the deadline has passed, or slides have been shown.
        DomainError: it is no PDF, or beyond the limits that hold for all.
    """
    require(by, Permission.MATERIAL_SEND, candidate)
    rules = _hold(candidate.entry.event)
    if rules is None:
        raise Conflict("LGA staff have not yet said what to send.")
    if now > rules.due_at or rules.shown_at is not None:
        raise Conflict("The deadline has passed, and is the same for all.")
    file = files.keep(slides, by=by, now=now, kinds=(FileKind.PDF,))
    pages = count_pages(file.data)
    if file.size > rules.most_megabytes * 1024 * 1024:
        raise DomainError(f"Use {rules.most_megabytes} MB or less. Your file has {files.size_in_words(file.size)}.")
    if pages > rules.most_pages:
        raise DomainError(f"Use {rules.most_pages} slides or fewer. Your file has {pages}.")
    material = db.session.scalar(sa.select(Material).where(Material.candidate_id == candidate.id))
    if material is None:
        material = Material(candidate=candidate, rules=rules, created_at=now)
        db.session.add(material)
    material.file, material.pages, material.sent_at, material.by_id = file, pages, now, by.account_id
    db.session.flush()
    audit.record("material.sent", material, by=by, sha256=file.sha256, pages=pages)
    return material


def show_all(event: Event, *, by: Actor, now: datetime) -> int:
    """Show all slides to councils at one time, once the deadline has passed; return how many there are.

    Raises:
        NotAllowed: the policy says no.
        Conflict: the deadline has not passed, or they have been shown.
    """
    require(by, Permission.MATERIAL_MANAGE, event)
    rules = _hold(event)
    if rules is None or rules.shown_at is not None:
        raise Conflict("There are no slides to show, or they have been shown already.")
    if now < rules.due_at:
        raise Conflict("Suppliers can still send slides: show them to all once the deadline has passed.")
    rules.shown_at = now
    db.session.flush()
    sent = list(db.session.scalars(_select(event)))
    for material in sent:
        firm = material.candidate.solution.organisation.name
        records.note(
            material.candidate.entry.challenge,
            EntryKind.DOCUMENT,
            f"Slides of {firm} for its pitch at {event.name}, {material.pages} pages, shown at the same time as all "
            "others.",
            by=by,
            now=now,
            released_to="Officers of every council on the platform; no other supplier",
            key=f"material:{material.id}",
            details={"file": material.file.name, "sha256": material.file.sha256},
        )
    audit.record("materials.shown", event, by=by, count=len(sent))
    return len(sent)


def list_for(event: Event, *, seen_by: Actor) -> list[Row]:
    """Return the pitches whose slides the viewer may see or send, by challenge and solution."""
    sent = {material.candidate_id: material for material in db.session.scalars(_select(event))}
    rows = []
    for candidate in pitches.list_of(event):
        material = sent.get(candidate.id)
        may_send = can(seen_by, Permission.MATERIAL_SEND, candidate)
        may_see = material is not None and can(seen_by, Permission.MATERIAL_SEE, material)
        if may_send or may_see or seen_by.is_staff:
            rows.append(Row(candidate, material if may_see else None, may_send))
    return rows


def remind(*, now: datetime) -> int:
    """Remind suppliers that have sent nothing when the deadline is near; return how many pitches that concerns."""
    query = sa.select(MaterialRules).where(
        MaterialRules.shown_at.is_(None), MaterialRules.due_at > now, MaterialRules.due_at <= now + REMIND_BEFORE
    )
    reminded = 0
    for rules in db.session.scalars(query):
        if rules.event.state is not EventState.ANNOUNCED:
            continue
        sent = {material.candidate_id for material in db.session.scalars(_select(rules.event))}
        for candidate in pitches.list_of(rules.event):
            if candidate.id not in sent:
                _tell(candidate, rules, now=now, is_reminder=True)
                reminded += 1
    return reminded


def count_pages(data: bytes) -> int:
    """Return how many pages a PDF has.

    Raises:
        DomainError: it cannot be read, or is locked by a password.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return len(PdfReader(BytesIO(data)).pages)
    except (PyPdfError, ValueError, KeyError, RecursionError) as error:
        raise DomainError("This PDF cannot be read. Save it anew, without a password, and send that.") from error


def _check(event: Event, wanted: Rules) -> None:
    if not wanted.template.strip():
        raise DomainError("Say what the slides must hold: it is the same for all.")
    if not 1 <= wanted.most_pages <= MOST_PAGES:
        raise DomainError(f"Allow between 1 and {MOST_PAGES} slides.")
    if not 1 <= wanted.most_megabytes <= files.MOST_BYTES // 1024 // 1024:
        raise DomainError(f"Allow between 1 and {files.MOST_BYTES // 1024 // 1024} MB.")
    if wanted.due_at > event.ends_at:
        raise DomainError("The deadline must come before the end of the showcase.")


def _refuse_breaking(rules: MaterialRules, wanted: Rules) -> None:
    """Refuse limits that slides which were sent in time would break."""
    most, largest = db.session.execute(
        sa.select(sa.func.max(Material.pages), sa.func.max(File.size))
        .join(File, File.id == Material.file_id)
        .where(Material.rules_id == rules.id)
    ).one()
    if most is not None and (most > wanted.most_pages or largest > wanted.most_megabytes * 1024 * 1024):
        raise Conflict("Slides that were sent already would be beyond these limits.")


def _hold(event: Event) -> MaterialRules | None:
    """Return the rules, locked, so that nothing is sent while they change or slides are shown."""
    query = sa.select(MaterialRules).where(MaterialRules.event_id == event.id).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


def _select(event: Event) -> sa.Select[Material]:
    return (
        sa.select(Material)
        .join(Material.rules)
        .where(MaterialRules.event_id == event.id)
        .options(contains_eager(Material.rules), joinedload(Material.file), joinedload(Material.candidate))
        .order_by(Material.created_at, Material.id)
    )


def _tell(candidate: Candidate, rules: MaterialRules, *, now: datetime, is_reminder: bool = False) -> None:
    event, solution = rules.event, candidate.solution
    due = rules.due_at.astimezone(audit.LONDON)
    body = (
        f"{'You have not yet sent' if is_reminder else 'Please send'} slides for “{solution.known_title}” at "
        f"“{event.name}”: a PDF of {rules.most_pages} slides and {rules.most_megabytes} MB at most, by "
        f"{due.day} {due:%B %Y at %H:%M}. The template, limits and deadline are the same for all.\n\n"
        f"{messages.link(f'/showcases/{event.id}/materials')}"
    )
    kind = "reminder" if is_reminder else "rules"
    for person in publication_messages.writers_of(solution):
        key = f"materials:{kind}:{candidate.id}:{due:%Y-%m-%dT%H:%M}:{person.id}"
        subject = "Reminder: your slides" if is_reminder else "Your slides"
        messages.queue(person.email, f"{subject} for {event.name}", body, now=now, key=key)
