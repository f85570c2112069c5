"""What every page can use: template loaders, filters for dates and money, who is signed in, navigation, errors."""

import logging
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from showcase.access import ask_to_sign_in, current_actor
from showcase.errors import DomainError, NotAllowed
from showcase.extensions import db, settings
from showcase.failures import traced
from showcase.models.vocabularies import vocabulary
from showcase.policies import Permission, can
from showcase.services import audit, database
from showcase.transactions import afterwards, is_refusal, undo

LONDON = ZoneInfo("Europe/London")
log = logging.getLogger("showcase")


class SmallNumber(IntegerConverter):
    """A whole number in an address that every database can hold; a larger one leads nowhere."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**31 - 1)


def init_app(app: Flask) -> None:
    """Join the loaders, filters, context and error pages to an application."""
    app.url_map.converters["int"] = SmallNumber
    assert app.jinja_loader is not None
    app.jinja_loader = ChoiceLoader(
        [
            app.jinja_loader,
            PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                }
            ),
        ]
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    WTFormsHelpers(app)
    for show in (day, moment, clock, said, iso, pounds, number):
        app.template_filter()(show)
    app.context_processor(_context)
    app.before_request(_refuse_nul)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(NoConnection, _database_error)
    app.register_error_handler(Exception, _unexpected_error)


def day(value: date | datetime | str | None) -> str:
    """Write a date as "3 March 2027", in London's calendar."""
    if value is None or value == "":
        return "not yet said"
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(LONDON)
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """Write a time as "3 March 2027 at 2:05pm", in London's time."""
    if value is None:
        return "never"
    return f"{day(value)} at {clock(value)}"


def clock(value: datetime) -> str:
    """Write the time of day as "2:05pm", in London's time."""
    local = value.astimezone(LONDON)
    return f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def said(value: object) -> str:
    """Write any value of a form as words: a moment, yes or no, "nothing" for what is blank."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    return "nothing" if value is None or value == "" else str(value)


def iso(value: datetime) -> str:
    """Write a time for a machine, in UTC."""
    return value.astimezone(UTC).isoformat(timespec="seconds")


def pounds(pence: int) -> str:
    """Write whole pence as pounds: "£1,200" or "£1,200.50"."""
    return f"£{pence / 100:,.0f}" if pence % 100 == 0 else f"£{pence / 100:,.2f}"


def number(value: float) -> str:
    """Write a number with commas."""
    return f"{value:,}"


def navigation() -> list[dict[str, Any]]:
    """Return the links of the service navigation that the person at hand has a use for."""
    actor = current_actor()
    links = [("Home", "home.index"), ("Challenges", "challenges.index"), ("Shared needs", "needs.index")]
    links.append(("Showcases", "events.index"))
    if can(actor, Permission.SOLUTION_BROWSE):
        links.append(("Solutions", "solutions.index"))
    if can(actor, Permission.INTEREST_LIST):
        links.append(("Interest lists", "interests.index"))
    links.append(("Search", "search.index"))
    if actor.is_staff:
        links.append(("Staff", "staff.index"))
    return [
        {"text": text, "href": url_for(endpoint), "active": _is_at(url_for(endpoint))}
        for text, endpoint in links
        if endpoint in current_app.view_functions
    ]


def _is_at(path: str) -> bool:
    """Tell whether the page at hand lies at or beneath a path; only the start page itself lies at the start."""
    return request.path == path or (path != "/" and request.path.startswith(f"{path}/"))


def _context() -> dict[str, Any]:
    return {
        "actor": current_actor(),
        "can": can,
        "Permission": Permission,
        "navigation": navigation(),
        "demo_mode": settings().is_demo,
        "is_mail_sent": settings().smtp_url is not None,
        "vocabulary": vocabulary,
    }


def _refuse_nul() -> ResponseReturnValue | None:
    """Refuse a character that no keyboard has and that PostgreSQL cannot keep or compare."""
    sent = chain(request.args.items(multi=True), request.form.items(multi=True), (request.view_args or {}).items())
    if any("\0" in name or "\0" in str(value) for name, value in sent):
        return _page(400, "What was sent holds a character that cannot be kept. Take it out and try again.")
    return None


def _page(status: int, message: str | None = None) -> ResponseReturnValue:
    known = {400, 403, 404, 409, 410, 413, 422, 429, 500, 503}
    name = status if status in known else (400 if status < 500 else 500)
    g.is_bare = status >= 500  # such a page must show even when nobody can say who is signed in
    if not request.accept_mimetypes.accept_html:
        return {"error": message or "This could not be done."}, status
    try:
        return render_template(f"errors/{name}.html", message=message), status
    except DBAPIError as error:
        if g.is_bare:
            raise
        return _database_error(error)


def _domain_error(error: DomainError) -> ResponseReturnValue:
    undo()
    if isinstance(error, NotAllowed):
        _note_denial(error)
    return _page(error.status, str(error))


def _note_denial(error: NotAllowed) -> None:
    """Note in the audit trail what was tried; by the route's pattern, because addresses may hold secrets."""
    by = current_actor()
    route = f"{request.method} {request.url_rule}"
    afterwards(
        lambda session: audit.record(
            "permission.denied", by=by, session=session, route=route, permission=error.permission
        )
    )


def _stale_form(error: CSRFError) -> ResponseReturnValue:
    view = current_app.view_functions.get(request.endpoint or "")
    if not current_actor().is_signed_in and getattr(view, "guard", "public") != "public":
        return ask_to_sign_in()
    return _page(400, "This page was open for too long, or in another browser. Go back, reload it and try again.")


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    undo()
    return _page(error.code)


def _database_error(error: Exception) -> ResponseReturnValue:
    """Say that nothing was kept: a locked, full, read-only or unreachable database is no fault of the person's."""
    if not is_refusal(error) and _has_shape():
        return _unexpected_error(error)
    log.error("the database refused: %s", type(getattr(error, "orig", error)).__name__)
    undo()
    return _page(
        503, "We cannot save or read anything at the moment. Nothing you typed was kept: try again in a minute."
    )


def _has_shape() -> bool:
    """Tell whether a fault of ours is not just that this version and the database were not brought in together."""
    undo()
    try:
        return database.can_serve(db.engine)
    except DBAPIError:
        return False


def _unexpected_error(error: Exception) -> ResponseReturnValue:
    log.error("unexpected error at %s\n%s", request.endpoint, traced(error))
    undo()
    return _page(500)
