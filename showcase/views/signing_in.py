"""How a browser comes to be signed in: shared by the pages that end with someone signed in."""

import secrets
from urllib.parse import urlsplit

from flask import request, session
from flask_login import login_user

from showcase.access import SignedIn, hash_token
from showcase.models import Membership, utc_now
from showcase.services import sessions


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


def sign_in_as(membership: Membership) -> None:
    """Sign this browser in, with nothing left of whoever used it before."""
    token = secrets.token_urlsafe(32)
    row = sessions.start(
        membership, token_hash=hash_token(token), address=address(), browser=browser_name(), now=utc_now()
    )
    session.clear()
    login_user(SignedIn(row, token))
