"""The pages: read the request with a form, call one service, answer. One blueprint per noun."""

from importlib import import_module

from flask import Flask

from showcase import listing
from showcase.views import confirming

BLUEPRINTS: tuple[str, ...] = (
    "accounts",
    "second_steps",
    "identities",
    "messages",
    "members",
    "organisations",
    "home",
    "staff",
    "tuning",
    "people",
    "privacy",
    "audit",
    "own_trail",
    "disclosure",
    "information",
    "challenges",
    "solutions",
    "matches",
    "needs",
    "events",
    "event_building",
    "selections",
    "candidates",
    "invitations",
    "registrations",
    "own_registration",
    "registration_desk",
    "check_in",
    "meetings",
    "meeting_plans",
    "responses",
    "interests",
    "pledges",
    "interest_figures",
    "questions",
    "releases",
    "records",
    "materials",
    "feedback",
    "outcomes",
    "reports",
    "search",
    "contracts",
    "radar",
    "prices",
    "list_charts",
    "plans",
    "packs",
    "closings",
    "agendas",
    "agenda_drafts",
    "session_wishes",
    "calendars",
)
"""Modules of this package that each have a blueprint `bp`, in the order of the navigation."""


def register(app: Flask) -> None:
    """Join every blueprint to the application, what comes before what is dangerous, and the note of files taken."""
    app.before_request(confirming.ask_again)
    app.after_request(listing.note_taken)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"{__name__}.{name}").bp)
