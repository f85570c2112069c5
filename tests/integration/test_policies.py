"""Lists and objects follow one rule: `visible_to()` finds what `can()` lets through, for every role and state."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import Challenge, Publication, Solution, Supplier, utc_now
from showcase.models.enums import State
from showcase.models.questions import Audience
from showcase.policies import PUBLIC, Actor, Permission, answers_for, can, visible_to
from showcase.services import publications
from tests.integration.conftest import People, member_of
from tests.integration.publication_texts import SOLUTION, a_challenge, a_solution, take

PATHS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "with lead": ("submit",),
    "in review": ("submit", "approve"),
    "changes requested": ("submit", "approve", "request_changes"),
    "published": ("submit", "approve", "publish"),
    "closed": ("submit", "approve", "publish", "close"),
    "published, new draft": ("submit", "approve", "publish", "edit"),
    "published, new version in review": ("submit", "approve", "publish", "edit", "submit", "approve"),
    "archived": ("submit", "approve", "publish", "archive"),
}


@pytest.fixture
def texts(people: People) -> dict[tuple[str, str], Publication]:
    """One text of each noun in each state, by noun and state; and one of a firm that is suspended."""
    leads = {
        kind: member_of(member.organisation, "Lee Lead", is_procurement_lead=True)
        for kind, member in (("challenge", people.officer), ("solution", people.founder))
    }
    db.session.flush()
    made: dict[tuple[str, str], Publication] = {}
    for state, path in PATHS.items():
        for text, owner in (
            (a_challenge(people.officer), people.officer),
            (a_solution(people.founder), people.founder),
        ):
            for verb in path:
                if verb == "edit":
                    by = actor_for(owner)
                    publications.save(text, {"problem": "Other words."}, revision=text.revision, by=by, now=utc_now())
                elif verb in ("publish", "request_changes"):
                    take(text, verb, people.staff, reason="Say more.")
                else:
                    take(text, verb, leads[text.kind] if verb == "approve" else owner)
            made[text.kind, state] = text
    suspended = a_solution(people.other_founder)
    take(suspended, "submit", people.other_founder)
    take(suspended, "publish", people.staff)
    people.other_founder.organisation.suspended_at = utc_now()
    made["solution", "suspended firm"] = suspended
    db.session.commit()
    return made


def actors(people: People) -> dict[str, Actor]:
    newcomer = member_of(Supplier(name="New Ltd", created_at=utc_now() - timedelta(days=1)), "Nora New")
    db.session.commit()
    return {
        "public": PUBLIC,
        "staff": actor_for(people.staff),
        "officer": actor_for(people.officer),
        "other officer": actor_for(people.other_officer),
        "founder": actor_for(people.founder),
        "suspended founder": actor_for(people.other_founder),
        "unapproved founder": actor_for(newcomer),
    }


def test_lists_and_objects_agree(people: People, texts: dict[tuple[str, str], Publication]) -> None:
    assert {text.state for text in texts.values()} == set(State)
    for role, actor in actors(people).items():
        for model in (Publication, Challenge, Solution):
            listed = set(db.session.scalars(sa.select(model.id).where(visible_to(actor, model))))
            allowed = {
                text.id
                for text in texts.values()
                if isinstance(text, model) and can(actor, Permission.PUBLICATION_SEE, text)
            }
            assert listed == allowed, (role, model)


def test_each_role_sees_what_it_should(people: People, texts: dict[tuple[str, str], Publication]) -> None:
    live = {"published", "closed", "published, new draft", "published, new version in review"}
    reviewed = live | {"in review", "changes requested"}
    everything = set(PATHS)
    expected = {
        "public": (live, set()),
        "staff": (reviewed, reviewed | {"suspended firm"}),
        "officer": (everything, live),
        "other officer": (live, live),
        "founder": (live, everything),
        "suspended founder": (live, {"suspended firm"}),
        "unapproved founder": (live, set()),
    }
    for role, actor in actors(people).items():
        seen = tuple(
            {
                state
                for (kind, state), text in texts.items()
                if kind == noun and can(actor, Permission.PUBLICATION_SEE, text)
            }
            for noun in ("challenge", "solution")
        )
        assert seen == expected[role], role


def test_answers_are_read_by_their_audience(people: People, texts: dict[tuple[str, str], Publication]) -> None:
    everyone = actors(people)
    for text in (texts["challenge", "published"], texts["solution", "published"]):
        content = {question.name: "said" for question in text.questionnaire if question.name != "is_budget_shown"}
        by_audience = {a: {q.name for q in text.questionnaire if q.audience is a} & set(content) for a in Audience}
        councils = by_audience[Audience.PUBLIC] | by_audience[Audience.COUNCILS]
        owner = "officer" if isinstance(text, Challenge) else "founder"
        expected = {"staff": set(content), "other officer": councils, "officer": councils} | {owner: set(content)}
        for role, actor in everyone.items():
            read = set(answers_for(actor, text, content))
            assert read == expected.get(role, by_audience[Audience.PUBLIC]), (role, text.kind)


def test_a_budget_is_shown_once_its_council_says_so(people: People) -> None:
    text = a_challenge(people.officer)
    for is_shown in (False, True):
        content = {**text.content, "is_budget_shown": is_shown}
        for actor in (PUBLIC, actor_for(people.founder), actor_for(people.other_officer)):
            assert ("budget" in answers_for(actor, text, content)) is is_shown
    assert "price_floor" not in answers_for(PUBLIC, a_solution(people.founder), SOLUTION)


@pytest.mark.parametrize("role", ["other_officer", "founder", "other_founder"])
def test_nobody_else_changes_a_text(people: People, texts: dict[tuple[str, str], Publication], role: str) -> None:
    actor = actor_for(getattr(people, role))
    for (kind, state), text in texts.items():
        if text.organisation_id != actor.organisation_id:
            assert publications.steps_open_to(actor, text) == [], (kind, state)
            assert not can(actor, Permission.PUBLICATION_EDIT, text)
            assert not can(actor, Permission.PUBLICATION_SEE_HISTORY, text)
