"""What every page must pass in a browser, whoever looks: accessible, sound markup, nothing sticking out sideways."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.conftest import ROOT
from tests.html_checks import faults_of

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def accessibility_faults(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA and good practice."""
    page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
    result: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {violation['help']}: {[node['target'][-1] for node in violation['nodes']][:4]}"
        for violation in result["violations"]
    ]


def layout_faults(page: Page) -> list[str]:
    """Return whether the page is wider than the screen, and by what."""
    script = """() => {
        const width = document.documentElement.clientWidth
        if (document.documentElement.scrollWidth <= width) return []
        const inside = (element) => element.closest('.app-scroll')
        return [...document.body.querySelectorAll('*')]
            .filter(e => e.getBoundingClientRect().right > width + 1 && !inside(e))
            .slice(0, 3).map(e => `wider than the screen: <${e.tagName.toLowerCase()} class="${e.className}">`)
    }"""
    faults: list[str] = page.evaluate(script)
    return faults


def page_faults(page: Page, markup: str | None = None) -> list[str]:
    """Return all that is wrong with the page as it stands; `markup` is what the server sent for it."""
    faults = accessibility_faults(page) + layout_faults(page)
    return faults + (faults_of(markup) if markup is not None else [])


def check_accessibility(page: Page) -> None:
    """Fail with what axe finds, if anything."""
    assert accessibility_faults(page) == []


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
