"""Every route, asked by every role for its own and others' things in every state, answers as the policies say.

The cases are made from the application's own routes and from one of everything in every state (`whole_world`); what is
right to answer is computed from `policies` (`access_rows`, `access_conditions`). In CI each route is asked by every
role that must not come in, for one thing, and by one that may; in the soak run by all of them for everything.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import MapAdapter, Rule

from showcase.models import Publication
from showcase.policies import Actor, can
from tests.integration.access_cases import Case, cases_of, outcome, rules_of
from tests.integration.access_conditions import Answers, expected
from tests.integration.access_rows import ROWS, SEE, permissions
from tests.integration.whole_world import World, make_world

PARTS = 8
"""Among how many tests the routes are shared out, so that several processes can run them."""
SOME = frozenset({"let in", "asked to sign in", "hidden", "refused", "too late"})
"""Any answer but a fault: what is right where the link alone decides, which tests of their own look at."""


def right_answers(actor: Actor, case: Case) -> Answers:
    """Return what the policies let a case be answered with."""
    permission = permissions()[case.endpoint]
    if permission is None:
        return SOME
    is_known = case.subject is None or can(actor, SEE[kind_of(case)], case.subject)
    if is_known and can(actor, permission, case.subject):
        return expected(actor, case)
    if not actor.is_signed_in:
        was_public = isinstance(case.subject, Publication) and any(v.published_at for v in case.subject.versions)
        return frozenset({"asked to sign in", "hidden"} if was_public else {"asked to sign in"})
    return frozenset({"refused" if is_known else "hidden"})


def kind_of(case: Case) -> type:
    """Return the class of a case's thing that has a permission of its own to see it."""
    return next(each for each in type(case.subject).__mro__ if each in SEE)


@pytest.mark.either_database
def test_every_route_has_a_row_and_asks_for_what_it_says(world: World) -> None:
    rows = permissions()
    assert sum(len(endpoints.split()) for endpoints in ROWS.values()) == len(rows), "an endpoint stands in two rows"
    guards = {
        rule.endpoint: getattr(world.app.view_functions[rule.endpoint], "guard", "public") for rule in rules_of(world)
    }
    assert {endpoint: permission or "public" for endpoint, permission in rows.items()} == guards


@pytest.mark.either_database
@pytest.mark.parametrize("part", range(PARTS))
def test_every_role_is_answered_as_the_policies_say(world: World, part: int) -> None:
    ask_all(world, rules_of(world)[part::PARTS], is_thorough=False)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(4 * PARTS))
def test_every_role_is_answered_so_for_everything(world: World, part: int) -> None:
    ask_all(world, rules_of(world)[part :: 4 * PARTS], is_thorough=True)


@pytest.mark.either_database
def test_a_wrong_answer_is_found(own_app: Flask, tmp_path: Path) -> None:
    """The matrix itself can fail: a view that lets everyone in is told from one that asks."""
    own_app.view_functions["staff.index"] = lambda: ""
    opened = make_world(own_app)
    rule = next(rule for rule in rules_of(opened) if rule.endpoint == "staff.index")
    with pytest.raises(AssertionError, match=r"public: GET /staff.*: let in, not asked to sign in"):
        ask_all(opened, [rule], is_thorough=True)


def ask_all(world: World, rules: list[Rule], *, is_thorough: bool) -> None:
    """Ask the cases of these routes as every role; fail with all that was answered otherwise than is right."""
    wrong: list[str] = []
    count = 0
    with world.app.app_context():
        adapter = world.app.url_map.bind("localhost")
        for rule in rules:
            for role, case, right in chosen(world, rule, is_thorough):
                count += 1
                if (got := answer(world, role, case, adapter, right)) not in right:
                    wrong.append(f"{role}: {case.of}: {got}, not {' or '.join(sorted(right))}")
    assert count
    assert wrong == [], f"{len(wrong)} of {count}\n" + "\n".join(wrong)


def chosen(world: World, rule: Rule, is_thorough: bool) -> Iterator[tuple[str, Case, Answers]]:
    """Give the cases of a route to ask, each with who asks and what is right.

    Every role that may not come in asks for one thing, by either method, before which one guard stands; of those who
    may, one role asks by each.
    """
    asked: set[object] = set()
    cases = list(cases_of(world, rule))
    turned = zlib.crc32(rule.rule.encode()) % len(cases) if cases else 0  # not the same thing for every route
    for case in cases[turned:] + cases[:turned]:
        for role, actor in world.actors.items():
            right = right_answers(actor, case)
            key = (case.method, right) if "let in" in right else role
            if is_thorough or key not in asked:
                asked.add(key)
                yield role, case, right


def answer(world: World, role: str, case: Case, adapter: MapAdapter, right: Answers) -> str:
    """Ask a case as somebody, and undo what it changed; a refusal is asked for as JSON, which costs no page."""
    accepted = "text/html" if "let in" in right else "application/json"
    with world.undone():
        response = case.ask(world.clients[role], adapter, headers={"Accept": accepted})
        response.close()
        return outcome(response)
