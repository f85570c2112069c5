"""The pages of the second step at sign-in, which nobody in the demo has: set up, shown, asked for, reset."""

import re

import pyotp
from playwright.sync_api import Page, expect

from tests.browser.checks import keep_picture, page_faults
from tests.browser.conftest import PASSWORD, ROLES, WIDTHS, OpenPage
from tests.browser.steps import main, press

WHO = "other_supplier"


def check(page: Page) -> None:
    """Check the page as it stands at both widths."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page_faults(page) == [], page.url
        keep_picture(page, f"second-step-{page.url.rpartition('/')[2]}-{width}")


def test_the_pages_of_a_second_step(open_own: OpenPage) -> None:
    page = open_own(WHO)
    page.goto("/account/second-step")
    secret = re.sub(r"\s", "", main(page).locator(".app-secret").inner_text())
    page.fill("main [name=code]", pyotp.TOTP(secret).now())
    press(page, "Go on")
    expect(main(page).locator("code")).not_to_have_count(0)
    check(page)
    for path in ("/account/second-step/codes", "/account/second-step/off"):
        page.goto(path)
        check(page)
    signing_in = open_own("public")
    signing_in.goto("/sign-in")
    signing_in.fill("main [name=email]", ROLES[WHO] or "")
    signing_in.fill("main [name=password]", PASSWORD)
    press(signing_in, "Sign in")
    signing_in.wait_for_url("**/sign-in/code")
    check(signing_in)
    staff = open_own("staff")
    staff.goto("/staff/people")
    main(staff).get_by_role("link", name="Mateusz Zielinski").click()
    main(staff).get_by_role("button", name="Reset the second step").click()
    staff.wait_for_url("**/second-step")
    check(staff)
