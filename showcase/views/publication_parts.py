"""What the pages of both nouns share: the noun itself, a route of either, and answers prepared for a page."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, url_for
from flask.typing import ResponseReturnValue

from showcase.access import public, requires
from showcase.models import Publication
from showcase.models.answers import as_text, council_codes
from showcase.models.questions import Audience, Content, Kind, Question, is_blank
from showcase.policies import PUBLIC, Permission, readable_names
from showcase.services import council_names
from showcase.services.quality import Advice


@dataclass(frozen=True)
class Noun:
    """Challenges or solutions: all in which their pages differ, beside a few templates."""

    model: type[Publication]
    name: str
    """Singular, as in addresses and endpoints."""
    one: str
    many: str
    browse: Permission | None
    """Needed for the list; None when it is public."""
    create: Permission
    intro: str
    """What the list is, in one sentence."""
    title_hint: str

    @property
    def plural(self) -> str:
        """Return the blueprint's name and the start of its addresses."""
        return f"{self.name}s"

    def url(self, endpoint: str, publication: Publication | uuid.UUID | None = None, **values: Any) -> str:
        """Return the address of a page of this noun, of one publication if it is given."""
        if publication is not None:
            values[f"{self.name}_id"] = publication if isinstance(publication, uuid.UUID) else publication.id
        return url_for(f"{self.plural}.{endpoint}", **values)

    def url_if(self, endpoint: str, publication: Publication) -> str | None:
        """Return the address of a page about a publication that another part may or may not bring."""
        return url_if(endpoint, **{f"{self.name}_id": publication.id})


def url_if(endpoint: str, **values: Any) -> str | None:
    """Return the address of a page, or None in an application that does not have it."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


@dataclass(frozen=True)
class Route:
    """An address that both nouns have. `view` is called with the noun, then with the publication if it is about one."""

    rule: str
    endpoint: str
    view: Callable[..., ResponseReturnValue]
    permission: Callable[[Noun], Permission | None]
    is_of_one: bool = True
    methods: Sequence[str] = ("GET",)


def join(bp: Blueprint, noun: Noun, routes: Sequence[Route]) -> None:
    """Add routes to a noun's blueprint, each guarded."""
    for route in routes:
        start = f"/<uuid:{noun.name}_id>" if route.is_of_one else ""
        bp.add_url_rule(start + route.rule, route.endpoint, _guarded(noun, route), methods=list(route.methods))


def _guarded(noun: Noun, route: Route) -> Callable[..., ResponseReturnValue]:
    def view(**values: Any) -> ResponseReturnValue:
        subject = (values.pop(noun.name),) if route.is_of_one else ()
        return route.view(noun, *subject, **values)

    permission = route.permission(noun)
    if permission is None:
        return public(view)
    return requires(permission, noun.model if route.is_of_one else None)(view)


# --- answers on a page ------------------------------------------------------------------------------------------------

AUDIENCES: Mapping[Audience, str] = {
    Audience.PUBLIC: "",
    Audience.COUNCILS: "Seen by councils and LGA staff only",
    Audience.OWNER: "Seen by its organisation and LGA staff only",
}


@dataclass(frozen=True)
class Row:
    """One answer on a page."""

    question: Question
    lines: Sequence[str]
    """The answer in words: one entry for a text, several for a list; empty when nothing is said."""
    is_list: bool
    seen_by: str
    """Who else sees it, when not everyone."""


@dataclass(frozen=True)
class Part:
    """One section on a page."""

    name: str
    title: str
    rows: Sequence[Row]
    missing: int
    """How many answers that review needs are not there."""


def parts_of(publication: Publication, content: Content, *, names: set[str], is_whole: bool) -> list[Part]:
    """Return a text as sections of answers, those to `names` only; with `is_whole`, unanswered questions too."""
    everyones = readable_names(PUBLIC, publication, content)
    councils = council_names.names_of(council_codes(publication.questionnaire, content))
    parts = []
    for section in publication.questionnaire.sections:
        rows = [
            _row(question, content, councils, is_everyones=question.name in everyones)
            for question in section.questions
            if question.name in names and (is_whole or not is_blank(content.get(question.name)))
        ]
        missing = sum(q.is_needed and is_blank(content.get(q.name)) for q in section.questions)
        if rows:
            parts.append(Part(section.name, section.title, rows, missing))
    return parts


def _row(question: Question, content: Content, councils: Mapping[str, str], *, is_everyones: bool) -> Row:
    text = as_text(question, content.get(question.name), councils)
    is_list = question.kind in (Kind.CHOICES, Kind.COUNCILS, Kind.OUTCOMES)
    lines = text.split("\n") if is_list and text else [text] if text else []
    return Row(question, lines, is_list, "" if is_everyones else AUDIENCES[question.audience])


def advice_by_question(advice: Sequence[Advice]) -> dict[str, list[Advice]]:
    """Return advice by the name of its question."""
    found: dict[str, list[Advice]] = {}
    for each in advice:
        found.setdefault(each.question, []).append(each)
    return found
