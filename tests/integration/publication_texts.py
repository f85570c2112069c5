"""Texts and steps that several tests of challenges and solutions share."""

import re
from typing import Any

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Challenge, Membership, Publication, Solution, utc_now
from showcase.models.questions import Content
from showcase.services import publications
from tests.integration.conftest import People

CHALLENGE: Content = {
    "title": "How might we find damp homes before winter?",
    "service_areas": ["housing-repairs"],
    "problem": "We learn of damp when tenants complain, often after a child has been ill. Last winter 412 did.",
    "users": "A housing officer needs to see which homes are at risk, so that repairs come before complaints.",
    "owner": "Head of Housing Repairs",
    "backer": "Director of Housing",
    "budget": "25k-50k",
    "contract_supplier": "Incumbent Systems",
}
SOLUTION: Content = {
    "name": "Dry Rooms",
    "summary": "Tells housing officers which homes are likely to become damp, from readings that tenants agree to.",
    "service_areas": ["housing-repairs"],
    "price_floor": 1_234_500,
    "contact_name": "Fay Founder",
    "contact_email": "fay@plain-answers.example",
}


def a_challenge(member: Membership, **answers: object) -> Challenge:
    """Make the draft of a challenge."""
    return publications.create(
        Challenge, member.organisation, {**CHALLENGE, **answers}, by=actor_for(member), now=utc_now()
    )


def a_solution(member: Membership, **answers: object) -> Solution:
    """Make the draft of a solution."""
    return publications.create(
        Solution, member.organisation, {**SOLUTION, **answers}, by=actor_for(member), now=utc_now()
    )


def take(publication: Publication, verb: str, member: Membership, reason: str = "") -> None:
    """Take a step."""
    publications.take_step(publication, verb, by=actor_for(member), now=utc_now(), reason=reason)


def published(publication: Publication, people: People) -> None:
    """Bring a draft before the public."""
    owner = people.officer if isinstance(publication, Challenge) else people.founder
    for member in vars(people).values():
        if member.organisation_id == publication.organisation_id:
            owner = member
    take(publication, "submit", owner)
    take(publication, "publish", people.staff)
    db.session.commit()


def token(page: str) -> str:
    """Return the version of the text that a page's form carries."""
    found = re.search(r'name="version"[^>]*value="([^"]*)"', page)
    assert found, "the page has no version"
    return found.group(1)


def fields(page: str) -> dict[str, Any]:
    """Return what a browser would send back of the section form, unchanged."""
    sent: dict[str, Any] = {"version": token(page)}
    for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)</textarea>', page):
        sent[name] = text.replace("&#39;", "'").strip("\n")
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (re.search(rf' {part}="([^"]*)"', tag) for part in ("name", "value"))
        if name and name.group(1) not in ("version", "csrf_token") and ("checked" in tag or 'type="text"' in tag):
            sent.setdefault(name.group(1), value.group(1) if value else "")
    return sent
