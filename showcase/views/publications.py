"""One factory for the pages of challenges and of solutions: lists, export, a new text, the page that others read."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from showcase.access import current_actor
from showcase.extensions import db
from showcase.forms.publications import NewForm
from showcase.listing import csv_download, page_number, words
from showcase.models import Organisation, Publication, utc_now
from showcase.models.answers import as_text, council_codes
from showcase.models.questions import Audience
from showcase.policies import Permission, answers_for, can, readable_names
from showcase.services import council_names, pasting, publications, repeats
from showcase.services.filters import FILTERS, Chosen
from showcase.services.paging import paged
from showcase.services.publication_lists import PAGE_SIZE, SORTS, Wanted, list_own, list_published, listed_answers
from showcase.views import publication_builder, publication_steps
from showcase.views.publication_parts import Noun, Route, join, parts_of, url_if


def blueprint_for(noun: Noun) -> Blueprint:
    """Return the blueprint with every page of a noun."""
    bp = Blueprint(noun.plural, __name__, url_prefix=f"/{noun.plural}")
    for routes in (ROUTES, publication_builder.ROUTES, publication_steps.ROUTES):
        join(bp, noun, routes)
    return bp


def index(noun: Noun) -> ResponseReturnValue:
    """Show what is published and may be seen, filtered by what stands in the address."""
    actor = current_actor()
    if noun.browse is not None and actor.is_supplier:
        return redirect(noun.url("mine"))  # suppliers do not see each other's profiles
    wanted = _wanted(noun)
    page = paged(list_published(noun.model, wanted, seen_by=actor), page_number(), size=PAGE_SIZE)
    return render_template(
        "publications/index.html",
        noun=noun,
        wanted=wanted,
        filters=FILTERS[noun.model],
        sorts=SORTS,
        page=page,
        answers={each.id: answers_for(actor, each, each.published_content) for each in page.items},
    )


def export(noun: Noun) -> ResponseReturnValue:
    """Give the same list as a CSV file, with no answer in it that its readers could not see for themselves."""
    actor = current_actor()
    listed = db.session.scalars(list_published(noun.model, _wanted(noun), seen_by=actor)).all()
    answers = {each.id: listed_answers(actor, each) for each in listed}
    names = council_names.names_of(council_codes(noun.model.questionnaire, *answers.values()))
    questions = [
        question
        for question in noun.model.questionnaire
        if question.audience is Audience.PUBLIC or any(question.name in content for content in answers.values())
    ]
    head = ["Organisation", "Published", "Closed", "Note", "Address", *(question.label for question in questions)]
    rows = (
        [
            each.organisation.name,
            each.published_at,
            each.closed_at,
            each.illustration if each.is_illustrative else "",
            noun.url("show", each, _external=True),
            *(as_text(question, answers[each.id].get(question.name), names) for question in questions),
        ]
        for each in listed
    )
    return csv_download(noun.plural, head, rows)


def mine(noun: Noun) -> ResponseReturnValue:
    """Show everything that the reader's organisation wrote, in every state."""
    return render_template("publications/mine.html", noun=noun, texts=list_own(noun.model, seen_by=current_actor()))


def new(noun: Noun) -> ResponseReturnValue:
    """Start a text from its title, and from pasted words if there are any."""
    actor = current_actor()
    form = NewForm()
    form.title.label.text = noun.model.questionnaire[noun.model.questionnaire.title_name].label
    form.title.description = noun.title_hint
    if not form.validate_on_submit():
        return render_template("publications/new.html", noun=noun, form=form), form.status
    pasted = pasting.split(noun.model.questionnaire, form.pasted.data or "")
    content = {**pasted.answers, noun.model.questionnaire.title_name: form.title.data}
    organisation = db.session.get_one(Organisation, actor.organisation_id)
    twin = repeats.find_twin(noun.model, organisation, content, by=actor, now=utc_now())
    if twin is not None:
        return redirect(noun.url("draft", twin))
    publication = publications.create(noun.model, organisation, content, by=actor, now=utc_now())
    flash("Draft started. Only your organisation sees it until you ask for review.", "success")
    if pasted.answers:
        flash(_what_was_pasted(noun, pasted), "info")
    return redirect(noun.url("draft", publication))


def show(noun: Noun, publication: Publication) -> ResponseReturnValue:
    """Show the published version: of it, what this reader may read."""
    actor = current_actor()
    if not publication.is_visible:
        return redirect(noun.url("draft", publication))
    content = publication.published_content
    is_inside = actor.is_staff or (actor.is_council and actor.is_organisation_active)
    is_own = actor.organisation_id == publication.organisation_id
    parts = parts_of(
        publication,
        content,
        names=readable_names(actor, publication, content) - {publication.questionnaire.title_name},
        is_whole=is_inside or is_own,
    )
    organisation = publication.organisation
    is_known = can(actor, Permission.ORGANISATION_SEE, organisation)
    return render_template(
        "publications/show.html",
        noun=noun,
        publication=publication,
        parts=parts,
        is_own=is_own,
        organisation_url=url_if("organisations.show", organisation_id=organisation.id) if is_known else None,
    )


def _wanted(noun: Noun) -> Wanted:
    """Read what the address asks of the list; what it does not know it leaves out."""
    status = set(request.args.getlist("status")) & {"open", "closed"}
    return Wanted(
        words=words(),
        chosen=Chosen(
            {each.name: tuple(request.args.getlist(each.name)) for each in FILTERS[noun.model]},
            is_open=status == {"open"},
        ),
        is_closed=status == {"closed"},
        sort=request.args.get("sort", "best"),
    )


def _what_was_pasted(noun: Noun, pasted: pasting.Pasted) -> str:
    labels = [q.label for q in noun.model.questionnaire if q.name in pasted.answers]
    where = next(q.label for q in noun.model.questionnaire if q.name in pasting.LEFTOVER_GOES_TO)
    seen = "which only your council and LGA staff see" if noun.name == "challenge" else "marked: move it or delete it"
    left = f" What stood under no heading we know is kept in “{where}”, {seen}." if pasted.leftover else ""
    return f"Your pasted text went to: {'; '.join(labels)}.{left}"


ROUTES = (
    Route("", "index", index, lambda noun: noun.browse, is_of_one=False),
    Route("/export.csv", "export", export, lambda noun: noun.browse, is_of_one=False),
    Route("/yours", "mine", mine, lambda noun: noun.create, is_of_one=False),
    Route("/new", "new", new, lambda noun: noun.create, is_of_one=False, methods=("GET", "POST")),
    Route("", "show", show, lambda noun: Permission.PUBLICATION_SEE),
)
