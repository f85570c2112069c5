"""The outbox, for LGA staff: what was sent, what waits, what failed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from showcase.access import current_actor, requires
from showcase.extensions import db, settings
from showcase.listing import csv_download, page_number, words
from showcase.models import Message, utc_now
from showcase.policies import Permission
from showcase.services import messages
from showcase.services.messages import STATES
from showcase.services.paging import paged

bp = Blueprint("messages", __name__, url_prefix="/staff/messages")


def _filters() -> tuple[str, list[str]]:
    return words(), [state for state in request.args.getlist("state") if state in STATES]


@bp.get("")
@requires(Permission.STAFF_AREA)
def index() -> ResponseReturnValue:
    """List the e-mails."""
    text, chosen = _filters()
    query = messages.listed(text, chosen, seen_by=current_actor())
    return render_template(
        "messages/index.html",
        page=paged(query, page_number()),
        text=text,
        chosen=chosen,
        states=messages.state_labels(),
        state_of=messages.state_of,
        is_sent=settings().smtp_url is not None,
    )


@bp.get("/export.csv")
@requires(Permission.STAFF_AREA)
def export() -> ResponseReturnValue:
    """Give the list, with the same filters, as a file."""
    rows = db.session.scalars(messages.listed(*_filters(), seen_by=current_actor()))
    head = ("Written at (UTC)", "To", "Subject", "State", "Sent or kept at (UTC)", "Tries", "Last fault")
    labels = messages.state_labels()
    return csv_download(
        "messages",
        head,
        ([m.created_at, m.to, m.subject, labels[messages.state_of(m)], m.sent_at, m.tries, m.error] for m in rows),
    )


@bp.get("/<uuid:message_id>")
@requires(Permission.STAFF_AREA, Message)
def show(message: Message) -> ResponseReturnValue:
    """Show one e-mail."""
    state = messages.state_of(message)
    return render_template(
        "messages/show.html",
        message=message,
        state=state,
        state_label=messages.state_labels()[state],
        is_sent=settings().smtp_url is not None,
        body=messages.readable_body(message),
    )


@bp.post("/<uuid:message_id>/try-again")
@requires(Permission.STAFF_AREA, Message)
def try_again(message: Message) -> ResponseReturnValue:
    """Let the worker try an e-mail again."""
    messages.try_again(message, by=current_actor(), now=utc_now())
    flash("The worker tries again.", "success")
    return redirect(url_for(".show", message_id=message.id))
