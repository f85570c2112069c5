"""A person's calendar feed: the address that a calendar program reads without signing in, and what it reads there."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, public, requires
from showcase.errors import NotFound
from showcase.extensions import settings
from showcase.models import utc_now
from showcase.policies import Permission
from showcase.services import agenda_calendar

bp = Blueprint("calendars", __name__, url_prefix="/calendar")


@bp.get("")
@requires(Permission.ACCOUNT_HAVE)
def show() -> ResponseReturnValue:
    """Show a person the address of their feed, if they have one."""
    account_id = current_actor().account_id
    feed = agenda_calendar.feed_of(account_id) if account_id is not None else None
    address = settings().base_url + url_for(".feed", token=feed.token) if feed is not None else None
    return render_template("calendars/show.html", address=address)


@bp.post("/new")
@requires(Permission.ACCOUNT_HAVE)
def renew() -> ResponseReturnValue:
    """Make a new address; the one before ends."""
    account_id = current_actor().account_id
    assert account_id is not None
    agenda_calendar.renew_feed(account_id, by=current_actor(), now=utc_now())
    flash("Your calendar address is ready.", "success")
    return redirect(url_for(".show"))


@bp.get("/<token>.ics")
@public
def feed(token: str) -> ResponseReturnValue:
    """Give a calendar program the sessions of the person whose address it is."""
    account = agenda_calendar.find_person(token)
    if account is None:
        raise NotFound
    return Response(agenda_calendar.of_person(account), content_type="text/calendar; charset=utf-8")
