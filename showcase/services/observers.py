"""Observers: anyone may ask to come without an account, and confirms by the link in an e-mail before taking a place."""

from datetime import datetime

from showcase.errors import DomainError
from showcase.models import Event, Registration, Ticket
from showcase.models.enums import AttendeeKind, Hall, TicketPurpose
from showcase.policies import PUBLIC
from showcase.services import accounts, messages, places, registration_messages, registrations, tickets
from showcase.services.event_messages import ILLUSTRATIVE
from showcase.services.registrations import Attendee

MOST_NAME = 100
"""Characters of a name or an organisation."""


def ask(event: Event, hall: Hall, *, name: str, email: str, organisation_name: str, now: datetime) -> None:
    """Send the link that confirms a place, or to somebody who is registered the link to the ticket.

    Who is registered is not told to whoever types an address: the answer on the page is the same.

    Raises:
        DomainError: registration is not open, there is no such hall, or a name is missing or too long.
    """
    registrations.require_open(event, hall, now=now)
    name, organisation_name = " ".join(name.split()), " ".join(organisation_name.split())
    if not name or max(len(name), len(organisation_name)) > MOST_NAME:
        raise DomainError(f"Enter a name of at most {MOST_NAME} characters.")
    email = accounts.tidied(email)
    known = registrations.find_by_email(event, email)
    if known is not None and known.is_live:
        registration_messages.tell_outcome(known, position=places.position(known), now=now)
        return
    details = {
        "event": str(event.id),
        "hall": hall.value,
        "name": name,
        "organisation_name": organisation_name,
    }
    token = tickets.issue(TicketPurpose.REGISTER_OBSERVER, email, now=now, details=details)
    mark = ILLUSTRATIVE if event.is_illustrative else ""
    body = (
        f"{mark}Someone, we hope you, asked for a place at “{event.name}”.\n\nTo take it, open this link within 24 "
        f"hours. Until then no place is kept for you.\n\n{messages.link(f'/observers/{token}')}\n\n"
        "If it was not you, do nothing: nothing has been kept of it."
    )
    messages.queue(email, f"Confirm your place: {event.name}", body, now=now)


def confirm(ticket: Ticket, event: Event, *, now: datetime) -> Registration:
    """Register the observer whose link it is.

    Raises:
        Spent: the link was used.
        DomainError: registration is not open any more.
    """
    details = ticket.details
    who = Attendee(details["name"], ticket.email, AttendeeKind.OBSERVER, details["organisation_name"])
    registration = registrations.enter(event, who, Hall(details["hall"]), by=PUBLIC, now=now)
    tickets.use(ticket, now=now)
    return registration
