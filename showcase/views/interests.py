"""Pages of interest lists: the lists, one list for each role, proposing and editing one, what staff decide."""

import uuid
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from showcase.access import current_actor, load, requires
from showcase.errors import NotFound
from showcase.extensions import db
from showcase.forms.base import errors_on
from showcase.forms.interests import ListForm, MoveForm, read_revision, said, shown
from showcase.listing import csv_download, page_number, words
from showcase.models import Challenge, Event, InterestList, Need, Solution, utc_now
from showcase.models.base import Base
from showcase.models.interests import ListState
from showcase.models.rungs import LABELS, MEANINGS
from showcase.models.vocabularies import vocabulary
from showcase.policies import Permission, can
from showcase.policies.interests import figures_for, names_for, pledge_for
from showcase.services import interests, joining, messages, needs
from showcase.services.csv_export import Cell
from showcase.services.paging import paged

bp = Blueprint("interests", __name__, url_prefix="/interest-lists")
PAGE_SIZE = 20
STATES = {
    "proposed": "Proposed",
    "open": "Open",
    "closing": "Closing",
    "closed": "Closed",
    "withdrawn": "Withdrawn",
}
MOVES = {
    "open": ("Open this list", "Councils and suppliers see it from then on, and councils can join."),
    "announce_closing": ("Take no more councils", "Those on it can still change where they stand."),
    "let_in_again": ("Take councils again", "Councils that are not on it can join again."),
    "close": ("Close this list", "Where each council stands stays as it is. It cannot be opened again."),
    "withdraw": ("Withdraw this list", "It stays readable and ends. The councils on it are told why."),
    "give_up": ("Do not open it", "The proposal ends. Whoever proposed it is told why."),
}
"""Words of each step of a list: its button, and what it does."""
HEAD = ("Name", "State", "Service", "Route", "Lead authority", "Open since (UTC)", "Councils can join until", "Page")


@bp.get("")
@requires(Permission.INTEREST_LIST)
def index() -> ResponseReturnValue:
    """List the interest lists that the reader may see."""
    wanted = _wanted()
    page = paged(interests.search(wanted, seen_by=current_actor()), page_number(), size=PAGE_SIZE)
    return render_template("interests/index.html", page=page, wanted=wanted, states=_states())


@bp.get("/all.csv")
@requires(Permission.INTEREST_LIST)
def export() -> ResponseReturnValue:
    """Give the same list as a file."""
    found = db.session.scalars(interests.search(_wanted(), seen_by=current_actor()))
    return csv_download("interest-lists", HEAD, _rows(found))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.INTEREST_PROPOSE)
def new() -> ResponseReturnValue:
    """Propose a list, or prepare one as staff; the address may name what it is made from."""
    sources = _sources()
    form = ListForm(data=_first_words(sources))
    form.offer(interests.list_lead_authorities(utc_now().date()))
    if form.validate_on_submit():
        with errors_on(form, "title"):
            made = interests.create({**form.values(), **_links(sources)}, by=current_actor(), now=utc_now())
            flash(
                "Prepared. Look it through, then open it."
                if current_actor().is_staff
                else "Proposed. LGA staff decide.",
                "success",
            )
            return redirect(url_for(".show", interestlist_id=made.id))
    return render_template("interests/edit.html", form=form, interest_list=None, sources=sources, clash={}), form.status


@bp.get("/<uuid:interestlist_id>")
@requires(Permission.INTEREST_SEE, InterestList)
def show(interestlist: InterestList) -> ResponseReturnValue:
    """Show a list, with the figures and names that are for the reader."""
    actor = current_actor()
    interests.load_pledges(interestlist)
    return render_template(
        "interests/show.html",
        interest_list=interestlist,
        told=figures_for(actor, interestlist),
        names=names_for(actor, interestlist),
        pledge=pledge_for(actor, interestlist),
        sources=_sources_of(interestlist),
        who=joining.who_in_words(interestlist),
        joining_answer=_joining(interestlist),
        moves={verb: MOVES[verb] for verb in interests.moves_open_to(actor, interestlist)},
        labels=LABELS,
        meanings=MEANINGS,
    )


@bp.route("/<uuid:interestlist_id>/edit", methods=["GET", "POST"])
@requires(Permission.INTEREST_EDIT, InterestList)
def edit(interestlist: InterestList) -> ResponseReturnValue:
    """Change what a list says of itself."""
    form = ListForm(data=shown(interestlist))
    councils = interests.list_lead_authorities(utc_now().date())
    form.offer(councils)
    clash: dict[str, tuple[str, str]] = {}
    if form.validate_on_submit():
        with errors_on(form, "title"):
            interests.edit(interestlist, form.values(), revision=read_revision(form), by=current_actor(), now=utc_now())
            flash("Saved.", "success")
            return redirect(url_for(".show", interestlist_id=interestlist.id))
        if isinstance(form.refusal, interests.Clash):
            db.session.refresh(interestlist)
            names = {council.id: council.name for council in councils}
            clash = _differences(interestlist, form, names)
            form.revision.data = str(interestlist.revision)
    page = render_template("interests/edit.html", form=form, interest_list=interestlist, sources={}, clash=clash)
    return page, form.status


@bp.route("/<uuid:interestlist_id>/steps/<verb>", methods=["GET", "POST"])
@requires(Permission.INTEREST_SEE, InterestList)
def move(interestlist: InterestList, verb: str) -> ResponseReturnValue:
    """Ask whether a list is to take a step, and let it."""
    if verb not in interests.moves_open_to(current_actor(), interestlist):
        raise NotFound("This step is not open to you now: the list may have changed meanwhile.")
    form = MoveForm()
    if interests.MOVES[verb].needs_reason:
        form.ask_why()
    if form.validate_on_submit():
        with errors_on(form, "reason"):
            interests.take(interestlist, verb, by=current_actor(), now=utc_now(), reason=form.reason.data or "")
            flash(f"Done. The list is {STATES[interestlist.state].lower()}.", "success")
            return redirect(url_for(".show", interestlist_id=interestlist.id))
    button, effect = MOVES[verb]
    page = render_template("interests/move.html", form=form, interest_list=interestlist, button=button, effect=effect)
    return page, form.status


# --- what a list is made from -----------------------------------------------------------------------------------------

MODELS: dict[str, type[Base]] = {"challenge": Challenge, "need": Need, "solution": Solution, "event": Event}
FREE = ("title", "need_text", "service_area", "unit", "route", "asked_supplier", "origin")
"""What the address of the form may say besides: the first words of fields, and contracts as `origin`."""


def _sources() -> dict[str, Any]:
    """Return the things that the address names and the reader may see."""
    found: dict[str, Any] = {}
    for name, model in MODELS.items():
        try:
            id = uuid.UUID(request.args.get(name, ""))
        except ValueError:
            continue
        thing = load(model, id, current_actor())
        if isinstance(thing, model):
            found[name] = thing
    return found


def _first_words(sources: dict[str, Any]) -> dict[str, Any]:
    """Return what the form starts with: what the address says, else what the things it names say."""
    free = {name: request.args.get(name, "") for name in FREE}
    words_of: dict[str, Any] = {"unit": "", "route": "", "service_area": ""}
    challenge, need, solution = (sources.get(name) for name in ("challenge", "need", "solution"))
    if challenge is not None:
        content = challenge.published_content
        words_of |= {"title": content.get("title", ""), "need": content.get("problem", "")}
        words_of["service_area"] = next(iter(content.get("service_areas") or ()), "")
    if need is not None:
        summary = needs.summary_of(need)
        words_of |= {"title": summary.title, "need": "\n".join(title for _, title in summary.challenges)}
        words_of["service_area"] = next(iter(summary.service_areas), "")
    if solution is not None:  # only its service: what a firm writes is not for its competitors, who read lists
        words_of["service_area"] = next(iter(solution.published_content.get("service_areas") or ()), "")
    words_of |= {"need" if name == "need_text" else name: text for name, text in free.items() if text}
    return {name: value for name, value in words_of.items() if name != "origin"}


def _links(sources: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {f"{name}_id": thing.id for name, thing in sources.items()}
    return {**found, "origin": request.args.get("origin", "")[:500]}


def _sources_of(interest_list: InterestList) -> dict[str, Any]:
    """Return what a list was made from, as far as the reader may see it."""
    found = {}
    for name, model in MODELS.items():
        id = getattr(interest_list, f"{name}_id")
        if id is not None and (thing := load(model, id, current_actor())) is not None:
            found[name] = thing
    return found


def _joining(interest_list: InterestList) -> joining.Answer | None:
    """Return whether the reader's council can join; None for others than councils."""
    actor = current_actor()
    return joining.look(current_user.organisation, interest_list) if actor.is_council else None


# --- lists ------------------------------------------------------------------------------------------------------------


def _wanted() -> interests.Wanted:
    def known(name: str, terms: Iterable[str]) -> list[str]:
        return [value for value in request.args.getlist(name) if value in terms]

    return interests.Wanted(
        words(),
        known("state", STATES),
        known("service_area", vocabulary("service_areas").labels),
        known("route", vocabulary("purchase_routes").labels),
    )


def _states() -> list[tuple[str, str]]:
    """Return the states to filter by: a proposal is known to few."""
    hidden = () if can(current_actor(), Permission.INTEREST_PROPOSE) else (ListState.PROPOSED.value,)
    return [(value, label) for value, label in STATES.items() if value not in hidden]


def _rows(found: Iterable[InterestList]) -> Iterable[tuple[Cell, ...]]:
    for each in found:
        yield (
            each.title,
            STATES[each.state],
            vocabulary("service_areas").label(each.service_area) if each.service_area else "",
            vocabulary("purchase_routes").label(each.route),
            each.lead.name if each.lead else "",
            each.opened_at,
            each.closes_on.isoformat() if each.closes_on else "",
            messages.link(f"/interest-lists/{each.id}"),
        )


def _differences(
    interest_list: InterestList, form: ListForm, councils: dict[uuid.UUID, str]
) -> dict[str, tuple[str, str]]:
    """Return what the list says and what was typed, by label, where these differ."""
    typed = said(form.values(), councils)
    kept = said({name: getattr(interest_list, name) for name in typed}, councils)
    fields = {"lead_id": "lead", "prices_close_at": "prices_close_on"}
    return {
        str(form[fields.get(name, name)].label.text): (kept[name], typed[name])
        for name in typed
        if kept[name] != typed[name]
    }


@bp.app_template_global()
def interest_lists_from(source: str, thing: Base | None) -> Iterable[InterestList]:
    """Return the lists made from a challenge, need, solution or event that the reader may see."""
    return interests.list_from(f"{source}_id", thing.id, seen_by=current_actor()) if thing is not None else ()
