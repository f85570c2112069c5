"""How a browser comes to be signed in: shared by the pages that end with someone signed in."""

import secrets
import time
import uuid
from urllib.parse import urlsplit

from flask import Response, after_this_request, redirect, request, session, url_for
from flask_login import login_user
from werkzeug.wrappers import Response as AnyResponse

from showcase.access import SignedIn, hash_token
from showcase.extensions import db, settings
from showcase.models import Membership, utc_now
from showcase.services import second_steps, sessions

HALF = "half"
"""What the browser's cookie calls a sign-in that waits for its second step."""
HALF_SECONDS = 600
BROWSER_COOKIE = "showcase_browser"


def safe_path(path: str | None) -> str:
    """Return the path if it leads to a page of this site, else the start page's."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return "/"
    parts = urlsplit(path)
    return "/" if parts.scheme or parts.netloc else path


def address() -> str:
    """Return the network address that the request came from."""
    return request.remote_addr or "unknown"


def browser_name() -> str:
    """Return what the browser calls itself, short enough for a person to know it again."""
    agent = request.user_agent.string
    marks = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in marks if mark in agent), agent[:60] or "Unknown browser")
    system = next((f" on {name}" for mark, name in systems if mark in agent), "")
    return f"{browser}{system}"


def go_on(membership: Membership, onward: str = "/") -> AnyResponse:
    """Sign in someone who has shown that they are who they say, or ask for the second step first."""
    account = membership.account
    has_step = second_steps.find(account) is not None
    if not has_step and not second_steps.is_required(account):
        sign_in_as(membership)
        return redirect(onward)
    session.clear()
    session[HALF] = {"membership": membership.id.hex, "onward": onward, "until": int(time.time()) + HALF_SECONDS}
    return redirect(url_for("second_steps.give_code" if has_step else "second_steps.set_up_first"))


def half_signed_in() -> Membership | None:
    """Return under which membership this browser waits for the second step; None if it does not, or no more."""
    half = session.get(HALF)
    if half is None or half["until"] < time.time():
        return None
    membership = db.session.get(Membership, uuid.UUID(half["membership"]))
    return membership if membership is not None and membership.account.deactivated_at is None else None


def finish(membership: Membership) -> AnyResponse:
    """Sign in someone who has done the second step, and lead them to where they wanted to go."""
    onward = safe_path(session.get(HALF, {}).get("onward"))
    sign_in_as(membership)
    return redirect(onward)


def sign_in_as(membership: Membership) -> None:
    """Sign this browser in, with nothing left of whoever used it before; tell its person if it was not known."""
    token = secrets.token_urlsafe(32)
    row = sessions.start(
        membership, token_hash=hash_token(token), address=address(), browser=browser_name(), now=utc_now()
    )
    session.clear()
    login_user(SignedIn(row, token))
    cookie = settings().cookie_name(BROWSER_COOKIE)
    before = request.cookies.get(cookie)
    known = second_steps.greet(membership.account, before, browser=browser_name(), now=utc_now())

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            cookie,
            known,
            max_age=int(second_steps.BROWSER_KNOWN_FOR.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=settings().is_secure,
        )
        return response
