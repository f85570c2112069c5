"""Steps from state to state, and the history that they leave: who, when, why, and versions side by side."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from showcase.access import current_actor
from showcase.errors import Conflict, NotAllowed, NotFound
from showcase.extensions import db
from showcase.forms.base import Form, errors_on
from showcase.forms.publications import ReasonForm
from showcase.models import Publication, StateChange, Version, utc_now
from showcase.models.enums import State
from showcase.models.questions import Content
from showcase.pages import moment
from showcase.policies import Actor, Permission, can
from showcase.services import publications, repeats
from showcase.views.publication_builder import compared
from showcase.views.publication_parts import Noun, Route

DONE: Mapping[str, str] = {
    "submit": "LGA staff will review it. You can take it back to draft until they decide.",
    "recall": "It is a draft again. Ask for review when it is ready.",
    "approve": "It is now with LGA staff. You can still take it back to draft.",
    "return": "Its writers were told what to change.",
    "publish": "It is published and can be found and matched. It can be closed or archived at any time.",
    "request_changes": "Its writers were told what to change.",
    "close": "It is closed: still visible, no more responses. You can open it again.",
    "reopen": "It is open again and takes responses. You can close it at any time.",
    "archive": "It is archived and no longer visible to others. Its organisation can restore it.",
    "restore": "It is a draft again. To be visible it needs a new review.",
}
"""What happened, and the way back, by verb."""
WITH_LEAD = "Your procurement lead was asked to approve it. You can take it back to draft until then."
ABOUT: Mapping[str, str] = {
    "submit": "LGA staff read it and either publish it or ask for changes. You cannot change it meanwhile.",
    "recall": "It leaves the queue, and you can change it again.",
    "approve": "It goes to LGA staff, who publish it or ask for changes.",
    "return": "It goes back to its writers with your reason.",
    "publish": "This version becomes visible and matched.",
    "request_changes": "It goes back to its writers with your reason. A published version stays visible.",
    "close": "It stays visible, marked as closed, and takes no more responses. You can open it again.",
    "reopen": "It takes responses again.",
    "archive": "Nobody but its organisation will see it, and it leaves all lists and rankings. It can be restored as a "
    "draft, but needs a new review to be visible again.",
    "restore": "It becomes a draft that only its organisation sees.",
}
"""What a step does, by verb."""
TO_LEAD = "Your procurement lead reads it first, then LGA staff. You cannot change it meanwhile."
LED_TO: Mapping[State, str] = {
    State.DRAFT: "made it a draft",
    State.WITH_LEAD: "sent it to the procurement lead",
    State.IN_REVIEW: "sent it to LGA staff",
    State.CHANGES_REQUESTED: "asked for changes to it",
    State.PUBLISHED: "published it",
    State.CLOSED: "closed it",
    State.ARCHIVED: "archived it",
}
"""What someone did, by the state that it led to."""


def step(noun: Noun, publication: Publication, verb: str) -> ResponseReturnValue:
    """Ask whether to take a step, then take it."""
    found = publications.STEPS.get(verb)
    if found is None:
        raise NotFound
    actor = current_actor()
    if not can(actor, found.permission, publication):
        if first := repeats.who_was_first(publication, found, actor):
            raise Conflict(_in_words(first, actor))
        raise NotAllowed("This step is not open to you now.")
    form = ReasonForm()
    form.ask_why(
        "What needs to change" if found.is_reason_needed else "A note for its history (optional)",
        is_needed=found.is_reason_needed,
    )
    about = TO_LEAD if verb == "submit" and publications.needs_lead(publication, by=actor) else ABOUT[verb]
    if form.validate_on_submit():
        with errors_on(form):
            publications.take_step(publication, verb, by=actor, now=utc_now(), reason=form.reason.data or "")
            flash(_done(publication, verb), "success")
            return redirect(_place_after(noun, publication))
    page = render_template(
        "publications/step.html", noun=noun, publication=publication, step=found, about=about, form=form
    )
    return page, form.status


def _done(publication: Publication, verb: str) -> str:
    if publication.state is State.WITH_LEAD:
        return WITH_LEAD
    if verb == "publish" and not publication.organisation.is_active:
        firm = publication.organisation.name
        return f"It is published, but {firm} is not approved: councils can find and match it once {firm} is."
    return DONE[verb]


def _in_words(change: StateChange, reader: Actor) -> str:
    who = "You" if change.by_id == reader.account_id else change.by.name if change.by else "Someone"
    return f"{who} {LED_TO[change.to_state]} on {moment(change.created_at)}, so this step is no longer open."


def reset(noun: Noun, publication: Publication) -> ResponseReturnValue:
    """Ask whether to give up the draft of a new version, then do."""
    form = Form()
    if form.validate_on_submit():
        with errors_on(form):
            publications.reset_to_published(publication, by=current_actor(), now=utc_now())
            flash(
                "The draft was given up; the text is again what others see.",
                "success",
            )
            return redirect(noun.url("draft", publication))
    differences = compared(publication, publication.published_content, publication.content)
    page = render_template(
        "publications/reset.html", noun=noun, publication=publication, form=form, differences=differences
    )
    return page, form.status


def history(noun: Noun, publication: Publication) -> ResponseReturnValue:
    """Show every step and every version."""
    changes = db.session.scalars(
        sa.select(StateChange)
        .where(StateChange.publication_id == publication.id)
        .options(joinedload(StateChange.by), joinedload(StateChange.acting_for), joinedload(StateChange.version))
        .order_by(StateChange.created_at.desc(), StateChange.id)
    ).all()
    return render_template(
        "publications/history.html",
        noun=noun,
        publication=publication,
        changes=changes,
        versions=_versions(publication),
        choices=_choices(publication),
    )


def compare(noun: Noun, publication: Publication) -> ResponseReturnValue:
    """Show two versions side by side, word by word."""
    contents: dict[str, Content] = {str(version.number): version.content for version in _versions(publication)}
    contents["working"] = publication.content
    names = list(contents)
    before, after = request.args.get("from") or names[0], request.args.get("to") or names[-1]
    if before not in contents or after not in contents:
        raise NotFound
    return render_template(
        "publications/compare.html",
        noun=noun,
        publication=publication,
        before=before,
        after=after,
        choices=_choices(publication),
        differences=compared(publication, contents[before], contents[after]),
    )


def _versions(publication: Publication) -> list[Version]:
    return list(
        db.session.scalars(
            sa.select(Version)
            .where(Version.publication_id == publication.id)
            .options(joinedload(Version.created_by))
            .order_by(Version.number)
        )
    )


def _choices(publication: Publication) -> list[tuple[str, str]]:
    """Return what can be compared: each version, and the text as it is now."""
    return [*((str(v.number), f"Version {v.number}") for v in publication.versions), ("working", "The text now")]


def _place_after(noun: Noun, publication: Publication) -> str:
    if can(current_actor(), Permission.PUBLICATION_SEE_DRAFT, publication):
        return noun.url("draft", publication)
    return noun.url("show", publication) if publication.is_visible else noun.url("index")


ROUTES = (
    Route("/steps/<verb>", "step", step, lambda noun: Permission.PUBLICATION_SEE, methods=("GET", "POST")),
    Route("/reset", "reset", reset, lambda noun: Permission.PUBLICATION_EDIT, methods=("GET", "POST")),
    Route("/history", "history", history, lambda noun: Permission.PUBLICATION_SEE_HISTORY),
    Route("/compare", "compare", compare, lambda noun: Permission.PUBLICATION_SEE_HISTORY),
)
