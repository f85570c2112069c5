"""News of a published challenge for the suppliers whose published profiles name one of its services."""

from datetime import datetime

from showcase.models import Challenge
from showcase.models.vocabularies import vocabulary
from showcase.services import messages, service_followers

BODY = (
    "{council} published a challenge in a service that one of your published profiles names ({services}):\n\n"
    "{title}\n\n{link}\n\nYou can read it, see how your profile fits, and put a solution forward.\n\n"
    "You get this as an administrator of your firm, once for each challenge. To stop it, open {account}"
)


def tell(challenge: Challenge, *, now: datetime) -> None:
    """Queue an e-mail for each person concerned, once for a challenge however often it is published.

    Nobody is told of an illustrative challenge, nor of one that cannot be seen because its council is not active.
    """
    areas = list(challenge.published_content.get("service_areas") or ())
    if challenge.is_illustrative or not challenge.organisation.is_active:
        return
    body = BODY.format(
        council=challenge.organisation.name,
        services=", ".join(vocabulary("service_areas").label(area) for area in areas),
        title=challenge.published_title,
        link=messages.link(f"/challenges/{challenge.id}"),
        account=messages.link("/account"),
    )
    for person in service_followers.administrators_in(areas):
        key = f"challenge-news:{challenge.id}:{person.id}"
        messages.queue(person.email, f"New challenge: {challenge.published_title}", body, now=now, key=key)
