"""The builder: the overview of a working text, a page for each section, saving by hand and by itself, and clashes."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from showcase.access import current_actor
from showcase.errors import Conflict, NotFound
from showcase.forms.base import errors_on
from showcase.forms.publications import SectionForm, section_form
from showcase.models import Publication, utc_now
from showcase.models.answers import as_text, council_codes
from showcase.models.questions import Content, Kind, Section
from showcase.pages import moment
from showcase.policies import Permission
from showcase.services import comparing, council_names, merging, publications, quality
from showcase.views.publication_parts import Noun, Route, advice_by_question, parts_of


def draft(noun: Noun, publication: Publication) -> ResponseReturnValue:
    """Show the working text: what is said, what is not yet, what would make it better, and the steps open now."""
    actor = current_actor()
    questionnaire = publication.questionnaire
    names = {question.name for question in questionnaire}
    differences = None
    if actor.is_staff and publication.published_version is not None:
        differences = compared(publication, publication.published_content, publication.content)
    return render_template(
        "publications/draft.html",
        noun=noun,
        publication=publication,
        parts=parts_of(publication, publication.content, names=names, is_whole=True),
        missing=questionnaire.unanswered(publication.content, only_needed=True),
        advice=advice_by_question(quality.advise(questionnaire, publication.content)),
        steps=publications.steps_open_to(actor, publication),
        differences=differences,
        last_reason=_last_reason(publication),
    )


def edit(noun: Noun, publication: Publication, section: str) -> ResponseReturnValue:
    """Show one section to write in."""
    asked = _section(publication, section)
    return _section_page(noun, publication, asked, _form(publication, asked))


def save(noun: Noun, publication: Publication, section: str) -> ResponseReturnValue:
    """Keep a section that was sent by its button: what can be read of it, whatever is wrong with the rest."""
    asked = _section(publication, section)
    form = _form(publication, asked)
    if "add_row" in request.form:
        form.add_row()
        return _section_page(noun, publication, asked, form)
    is_readable = form.validate()
    typed = form.answers()
    with errors_on(form):
        _keep(publication, asked, form)
        if not is_readable:
            flash(f"Saved, except: {'; '.join(_unread(form))}. Correct it below.", "info")
            form.version.data = merging.token_of(asked.questions, publication.content)
            return _section_page(noun, publication, asked, form)
        flash(f"Saved: {asked.title}.", "success")
        flash(noun.url("autosave", publication, section=section), "saved")  # tells the script to forget its own copy
        return redirect(_onward(noun, publication, asked))
    if isinstance(form.refusal, publications.Clash):
        return _clash_page(noun, publication, asked, typed, form.refusal)
    return _section_page(noun, publication, asked, form), form.status


def autosave(noun: Noun, publication: Publication, section: str) -> ResponseReturnValue:
    """Keep what can be kept of a section while its writer goes on; answers in JSON."""
    asked = _section(publication, section)
    form = _form(publication, asked)
    form.validate()
    try:
        _keep(publication, asked, form)
    except Conflict as conflict:
        return {"message": str(conflict)}, conflict.status
    return {
        "version": merging.token_of(asked.questions, publication.content),
        "revision": publication.revision,
        "saved_at": moment(publication.updated_at),
        "unsaved": _unread(form),
    }


def compared(publication: Publication, before: Content, after: Content) -> list[comparing.Comparison]:
    """Return the answers that differ between two contents of one text, word by word."""
    names = council_names.names_of(council_codes(publication.questionnaire, before, after))
    return comparing.differences(publication.questionnaire, before, after, names)


def _section(publication: Publication, name: str) -> Section:
    try:
        return publication.questionnaire.section(name)
    except KeyError:
        raise NotFound from None


def _form(publication: Publication, section: Section) -> SectionForm:
    return section_form(
        section,
        publication.content,
        version=merging.token_of(section.questions, publication.content),
        names=_names(section),
    )


def _unread(form: SectionForm) -> list[str]:
    """Return the questions whose answers cannot be read, and are therefore not kept."""
    return [question.label for question in form.section.questions if form[question.name].errors]


def _names(section: Section) -> council_names.CouncilNames | None:
    return council_names.load() if any(q.kind is Kind.COUNCILS for q in section.questions) else None


def _keep(publication: Publication, section: Section, form: SectionForm) -> None:
    publications.save_section(
        publication,
        section,
        form.answers(),
        loaded=form.version.data or "",
        by=current_actor(),
        now=utc_now(),
    )


def _section_page(noun: Noun, publication: Publication, section: Section, form: SectionForm) -> str:
    advice = advice_by_question(quality.advise(publication.questionnaire, publication.content))
    sections = publication.questionnaire.sections
    return render_template(
        "publications/edit.html",
        noun=noun,
        publication=publication,
        section=section,
        number=sections.index(section) + 1,
        form=form,
        advice={q.name: advice[q.name] for q in section.questions if q.name in advice},
    )


def _clash_page(
    noun: Noun, publication: Publication, section: Section, typed: Content, clash: publications.Clash
) -> ResponseReturnValue:
    """Show both texts of each answer that two people changed, with the writer's own in the boxes below."""
    changed, _ = merging.merge(section.questions, request.form.get("version", ""), typed, publication.content)
    names = council_names.names_of(council_codes(section.questions, typed, publication.content))
    comparisons = [
        comparing.Comparison(
            question,
            *comparing.compare(
                as_text(question, publication.content.get(question.name), names),
                as_text(question, typed.get(question.name), names),
            ),
        )
        for question in clash.questions
    ]
    merged = {**publication.content, **changed}
    token = merging.token_of(section.questions, publication.content)
    form = section_form(section, merged, version=token, names=_names(section), formdata=None)
    page = render_template(
        "publications/clash.html",
        noun=noun,
        publication=publication,
        section=section,
        comparisons=comparisons,
        form=form,
        clash=clash,
    )
    return page, clash.status


def _onward(noun: Noun, publication: Publication, section: Section) -> str:
    """Return the next section, or the overview after the last one or when the writer leaves."""
    sections = publication.questionnaire.sections
    place = sections.index(section) + 1
    if "exit" in request.form or place == len(sections):
        return noun.url("draft", publication)
    return noun.url("edit", publication, section=sections[place].name)


def _last_reason(publication: Publication) -> str:
    """Return why changes were asked for, while they are."""
    if publication.state.value != "changes_requested" or not publication.changes:
        return ""
    return publication.changes[-1].reason


ROUTES = (
    Route("/draft", "draft", draft, lambda noun: Permission.PUBLICATION_SEE_DRAFT),
    Route("/edit/<section>", "edit", edit, lambda noun: Permission.PUBLICATION_EDIT),
    # Whoever was writing when the text moved on must get their words back: for these two the service asks the policy.
    Route("/edit/<section>", "save", save, lambda noun: Permission.PUBLICATION_SEE_DRAFT, methods=("POST",)),
    Route("/autosave/<section>", "autosave", autosave, lambda _: Permission.PUBLICATION_SEE_DRAFT, methods=("POST",)),
)
