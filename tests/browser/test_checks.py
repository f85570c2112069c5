"""The checks find what they are for: each is shown a page that has the fault."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.checks import accessibility_faults, layout_faults
from tests.browser.conftest import watch

SOUND = """<!DOCTYPE html><html lang="en"><head><title>Sound</title></head>
<body><main><h1>Sound</h1><p>A page without faults.</p></main></body></html>"""


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    """A page that no server sent."""
    context = browser.new_context(viewport={"width": 375, "height": 900})
    yield context.new_page()
    context.close()


def test_a_sound_page_has_no_faults(blank: Page) -> None:
    blank.set_content(SOUND)
    assert accessibility_faults(blank) == []
    assert layout_faults(blank) == []


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>", "image-alt"),
        ("<input name='unnamed'>", "label"),
        ("<p style='color: #aaa; background: #fff'>Hard to read</p>", "color-contrast"),
        ("<h4>A level was left out</h4>", "heading-order"),
    ],
)
def test_what_shuts_people_out_is_found(blank: Page, markup: str, rule: str) -> None:
    blank.set_content(SOUND.replace("</main>", f"{markup}</main>"))
    assert [fault.split(":")[0] for fault in accessibility_faults(blank)] == [rule]


def test_what_sticks_out_sideways_is_found(blank: Page) -> None:
    blank.set_content(SOUND.replace("</main>", "<div class='wide' style='width: 900px'>x</div></main>"))
    assert any("wide" in fault for fault in layout_faults(blank))


def test_what_happens_behind_the_page_is_noticed(blank: Page) -> None:
    watch(blank, "http://127.0.0.1:1")
    blank.route("**/*", lambda route: route.fulfill(status=404, body=""))
    blank.set_content(SOUND.replace("</main>", "<script>console.error('broken')</script></main>"))
    blank.evaluate("() => fetch('http://elsewhere.example/x', { mode: 'no-cors' })")
    problems = " ".join(blank.problems)  # type: ignore[attr-defined]
    assert "console: broken" in problems
    assert "off-site request: http://elsewhere.example/x" in problems
    assert "404 GET" in problems
