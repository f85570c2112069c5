"""The main paths by keyboard alone: Tab, Space, Enter and typing. Whatever has the focus can be seen to have it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.checks import keep_picture
from tests.browser.conftest import PASSWORD, ROLES, OpenPage
from tests.browser.steps import main, publish, told

pytestmark = pytest.mark.slow

MOST_TABS = 400
"""A page on which a control is further away than this is broken for people who use the keyboard."""
# Whether the focused element differs from how it looks without focus: an outline, a shadow, a border or a background.
LOOKS = """element => {
    const target = element.matches('.govuk-radios__input, .govuk-checkboxes__input')
        ? [getComputedStyle(element.nextElementSibling, '::before')] : [getComputedStyle(element)]
    return target.map(s => [s.outlineStyle === 'none' ? '' : s.outlineWidth + s.outlineColor, s.boxShadow,
        s.borderColor, s.borderWidth, s.backgroundColor, s.textDecorationLine].join('|')).join()
}"""
SEEN = """element => {
    const box = element.getBoundingClientRect()
    const round = element.closest('.govuk-radios__item, .govuk-checkboxes__item')?.getBoundingClientRect() ?? box
    return round.width > 0 && round.height > 0 && round.bottom > 0 && round.top < innerHeight
}"""


class Keyboard:
    """A person without a mouse on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def focused(self) -> Locator:
        return self.page.locator(":focus")

    def reach(self, target: Locator) -> Locator:
        """Press Tab until the target has the focus; fail when it never does, or when the focus cannot be seen."""
        wanted = target.first.element_handle()
        plain = wanted.evaluate(LOOKS)
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("element => element === document.activeElement"):
                assert wanted.evaluate(SEEN), f"has the focus outside the screen: {target}"
                assert wanted.evaluate(LOOKS) != plain, f"looks the same with and without the focus: {target}"
                return target
        raise AssertionError(f"the keyboard never reaches {target}")

    def press(self, name: str) -> None:
        """Go to a button, or a link that looks like one, and press Enter; wait for the page that follows."""
        self._enter(main(self.page).get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        self._enter(main(self.page).get_by_role("link", name=name))

    def navigate(self, name: str) -> None:
        """Follow a link of the main navigation."""
        self._enter(self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name))

    def tick(self, label: str) -> None:
        box = self.reach(main(self.page).get_by_label(label))
        self.page.keyboard.press("Space")
        expect(box.first).to_be_checked()

    def choose(self, label: str) -> None:
        """Choose one of a few: Tab leads to the group, arrows move within it."""
        wanted = main(self.page).get_by_role("radio", name=label, exact=True)
        group = main(self.page).get_by_role("radio").and_(self.page.locator(f"[name={wanted.get_attribute('name')}]"))
        checked = group.and_(self.page.locator(":checked"))
        self.reach(checked if checked.count() else group)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"arrows never lead to {label}")

    def write(self, name: str, words: str) -> None:
        self.reach(self.page.locator(f"main [name={name}]"))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    def _enter(self, target: Locator) -> None:
        self.reach(target)
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press("Enter")


def signed_in_by_keyboard(page: Page, role: str) -> Keyboard:
    keys = Keyboard(page)
    page.goto("/sign-in")
    keys.write("email", ROLES[role] or "")
    keys.write("password", PASSWORD)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_attached()
    return keys


# --- the way round a page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "path"), [("public", "/"), ("officer", "/challenges"), ("supplier", "/solutions/new")]
)
def test_the_skip_link_comes_first_and_leads_past_the_navigation(role: str, path: str, open_own: OpenPage) -> None:
    page = open_own(role)
    page.goto(path)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => !!document.activeElement.closest('main')")


@pytest.mark.parametrize(("role", "path"), [("public", "/"), ("officer", "/"), ("staff", "/"), ("supplier", "/")])
def test_whatever_has_the_focus_can_be_seen(role: str, path: str, open_own: OpenPage) -> None:
    """Tab through a whole page: every stop lies on the screen and looks otherwise than without the focus."""
    page = open_own(role)
    page.goto(path)
    stops = 0
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        stop = page.evaluate_handle("() => document.activeElement").as_element()
        if stop is None or stop.evaluate("element => element === document.body"):
            break
        name = stop.evaluate("element => element.outerHTML.slice(0, 120)")
        assert stop.evaluate(SEEN), f"outside the screen: {name}"
        with_focus = stop.evaluate(LOOKS)
        stop.evaluate("element => element.blur()")
        assert stop.evaluate(LOOKS) != with_focus, f"focus cannot be seen: {name}"
        stop.evaluate("element => element.focus()")
        stops += 1
    assert stops > 5


def test_a_focus_that_cannot_be_seen_is_noticed(open_own: OpenPage) -> None:
    page = open_own("public")
    page.goto("/")
    page.evaluate("""() => {
        const sheet = new CSSStyleSheet()
        sheet.replaceSync('*:focus { all: revert !important; outline: none !important; color: inherit !important }')
        document.adoptedStyleSheets = [sheet]
        for (const link of document.links) link.style.cssText = 'all: initial !important'
    }""")
    with pytest.raises(AssertionError, match="looks the same"):
        Keyboard(page).reach(main(page).get_by_role("link"))


def test_the_error_summary_takes_the_focus_and_leads_to_the_fields(open_own: OpenPage) -> None:
    page = open_own("public")
    keys = Keyboard(page)
    page.goto("/sign-in")
    keys.press("Sign in")
    page.problems.clear()  # type: ignore[attr-defined]  # the refusal answered 422, as it should
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    for link in page.locator(".govuk-error-summary a").all():
        target = (link.get_attribute("href") or "").removeprefix("#")
        keys.reach(link)
        page.keyboard.press("Enter")
        expect(page.locator(f'[id="{target}"]')).to_be_focused()
        page.locator(".govuk-error-summary").focus()


# --- the main paths ---------------------------------------------------------------------------------------------------


def test_an_officer_writes_and_decides(open_own: OpenPage) -> None:
    """Sign in, write a challenge, ask for review; once published, shortlist a solution and turn another down."""
    title = "How might residents hear about a closed road before they set out?"
    page = open_own("public")
    keys = signed_in_by_keyboard(page, "officer")
    keys.press("Write a challenge statement")
    keys.write("title", title)
    keys.press("Start the draft")
    told(page, "Draft started")
    keys.follow("Change the problem")
    keys.tick("Highways")
    keys.write("problem", "Roads close for repairs and people find out at the barrier, so carers arrive late.")
    keys.write("users", "A home carer needs to know each morning which roads are closed on the way to clients.")
    keys.press("Save and exit")
    keys.follow("Change who owns it")
    keys.write("owner", "Head of network management")
    keys.press("Save and exit")
    keys.press("Ask for review")
    told(page, "LGA staff will review it")
    challenge = page.url.removesuffix("/draft")
    publish(open_own("staff"), challenge)
    decide_by_keyboard(keys, challenge)


def titles_of_cards(page: Page) -> list[str]:
    return [name.strip() for name in page.locator(".app-match .app-card__title").all_inner_texts()]


def decide_by_keyboard(keys: Keyboard, challenge: str) -> None:
    page = keys.page
    page.goto(challenge)
    keys.follow("Matches for this challenge")
    best = titles_of_cards(page)[0]
    keys.press(f"Shortlist {best}")
    told(page, f"Shortlisted: {best}")
    # read anew: the order changes once the worker has read the challenge
    other = next(name for name in titles_of_cards(page) if name != best)
    keys.press(f"Not for us {other}")
    keys.write("reason", "It speaks of another problem.")
    keys.press("Save")
    told(page, f"Marked as not for us: {other}")
    keep_picture(page, "keyboard-decided")
    keys.follow("Decided (2)")
    keys.press(f"Undo the decision about {best}")
    told(page, f"nothing is decided about {best}")


def test_a_founder_writes_and_puts_forward(open_own: OpenPage) -> None:
    """Sign in, describe a solution, ask for review; put a published one forward for a challenge that it may answer."""
    page = open_own("public")
    keys = signed_in_by_keyboard(page, "supplier")
    keys.press("Describe a solution")
    keys.write("title", "Barrier Bulletin")
    keys.press("Start the draft")
    keys.follow("Change the solution")
    keys.write(
        "summary", "Tells people who travel for work which roads are closed today, and how long the way round is."
    )
    keys.tick("Highways")
    keys.press("Save and exit")
    keys.follow("Change contact")
    keys.write("contact_name", "Founder")
    keys.write("contact_email", "founder@dampsense.demo.example")
    keys.press("Save and continue")
    keys.press("Ask for review")
    told(page, "LGA staff will review it")
    page.goto("/solutions/yours")
    keys.follow("Published page of DampSense Foresight")
    keys.follow("Challenges this may answer")
    title = page.locator(".app-match .app-card__title").first.inner_text()
    keys.press(f"Put a solution forward for {title}")
    keys.choose("DampSense Foresight")
    keys.write("note", "In use through two winters.")
    keys.press("Put it forward")
    told(page, "The council has been told")
    keep_picture(page, "keyboard-put-forward")
