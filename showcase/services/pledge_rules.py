"""What a council must say to stand on a rung of an interest list, and what its demand must obey.

`pledges` asks these rules before it changes a row; they change nothing themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Council, InterestList, Pledge
from showcase.models.interests import Rung
from showcase.models.rungs import ASKS, LABELS, LEAST_AUTHORITY, MOST_STEPS_OF_PRICE, QUANTITY_LABELS
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor, Permission, can
from showcase.services import joining

MOST_QUANTITY = 10**9
MOST_PENCE = 10**12
LEAD_WORDS = (
    "From letter of intent upward, only your council’s procurement lead can change where it stands. An administrator of"
    " your council names one on its page."
)


@dataclass(frozen=True)
class Said:
    """What a person says for their council when it takes a rung."""

    rung: Rung
    quantity: int | None = None
    """In the list's unit."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """By the names of `models.rungs.ASKS`."""
    role: str = ""
    authority: str = "officer"
    """Id of the vocabulary `authorities`."""
    reason: str = ""
    remind_on: date | None = None


@dataclass(frozen=True)
class Demand:
    """What a council would take: seen by itself and staff alone."""

    schedule: Sequence[Mapping[str, int]]
    """[{"max_unit_price_pence", "quantity"}], price per unit and year excluding VAT."""
    current_unit_cost_pence: int | None = None
    earliest: str | None = None
    """Month, such as "2027-04"."""
    latest: str | None = None
    needs: Sequence[str] = ()


def check_lead(interest_list: InterestList, rung: Rung, before: Rung | None, by: Actor) -> None:
    """Refuse a binding rung, taken or left, by anyone but the procurement lead.

    Raises:
        NotAllowed: it is the lead's to do.
    """
    is_binding = rung.is_binding or (before is not None and before.is_binding)
    if is_binding and not can(by, Permission.INTEREST_BIND, interest_list):
        raise NotAllowed(LEAD_WORDS, permission=Permission.INTEREST_BIND)


def check_way(interest_list: InterestList, said: Said, before: Rung | None, by: Actor) -> None:
    """Refuse a way that does not exist: joining where one cannot, leaving twice, going down without a reason.

    Raises:
        Conflict: the list takes no more councils, or the council is not on it.
        DomainError: the council cannot join, or a reason is missing.
    """
    if before is None or before is Rung.WITHDRAWN:
        if said.rung is Rung.WITHDRAWN:
            raise Conflict("Your council is not on this list.")
        if not interest_list.takes_councils:
            raise Conflict("This list takes no more councils.")
        council = db.session.get_one(Council, by.organisation_id)
        answer = joining.look(council, interest_list)
        if not answer.can_join:
            raise DomainError(f"{council.name} cannot join this list. {answer.why_not}.")
    elif said.rung.height < before.height and not said.reason.strip():
        raise DomainError("Say why your council steps down: it stays in the history.")
    if said.rung is Rung.WITHDRAWN and said.answers.get("why") not in vocabulary("withdrawal_reasons").labels:
        raise DomainError("Choose why your council leaves.")


def check_said(said: Said) -> None:
    """Refuse what lacks an answer that the rung needs, a quantity or the authority for it.

    Raises:
        DomainError: says what is missing.
    """
    authorities = vocabulary("authorities")
    if said.authority not in authorities.labels:
        raise DomainError("Choose by what authority.")
    least = LEAST_AUTHORITY[said.rung]
    if authorities.position(said.authority) < authorities.position(least):
        raise DomainError(f"{LABELS[said.rung]} needs at least this authority: {authorities.label(least)}.")
    if said.rung in QUANTITY_LABELS and not 1 <= (said.quantity or 0) <= MOST_QUANTITY:
        raise DomainError("Enter how many, from 1 to 1,000,000,000.")
    for ask in ASKS[said.rung]:
        answer = said.answers.get(ask.name)
        if ask.is_needed and answer in (None, "", False):
            raise DomainError(f"{LABELS[said.rung]} needs an answer to: {ask.label}")
        chosen = set(answer if isinstance(answer, list) else [answer] if answer else [])
        if ask.vocabulary and not chosen <= set(vocabulary(ask.vocabulary).labels):
            raise DomainError(f"Choose from the list: {ask.label}")
    most = said.answers.get("quantity_most")
    if said.rung is Rung.EXPRESSION and most is not None and most < (said.quantity or 0):
        raise DomainError("The most is less than the least.")


def check_letter(pledge: Pledge) -> None:
    """Refuse a letter of intent without a schedule of prices or without the letter.

    Raises:
        DomainError: says which is missing.
    """
    if not pledge.schedule:
        raise DomainError("State first what your council would take at which price: a letter of intent rests on it.")
    if not pledge.evidence:
        raise DomainError("Add the signed letter.")


def check_demand(demand: Demand) -> None:
    """Refuse a demand that contradicts itself or is beyond what the planner takes.

    Raises:
        DomainError: says what is wrong.
    """
    prices = [each["max_unit_price_pence"] for each in demand.schedule]
    if len(set(prices)) != len(prices):
        raise DomainError("Name each price once.")
    if len(prices) > MOST_STEPS_OF_PRICE:
        raise DomainError(f"Name {MOST_STEPS_OF_PRICE} prices at most.")
    for each in demand.schedule:
        if not (0 <= each["max_unit_price_pence"] <= MOST_PENCE and 0 <= each["quantity"] <= MOST_QUANTITY):
            raise DomainError("A price or a quantity is too large.")
    if demand.current_unit_cost_pence is not None and not 0 <= demand.current_unit_cost_pence <= MOST_PENCE:
        raise DomainError("What you pay now is too large.")
    if demand.earliest and demand.latest and demand.latest < demand.earliest:
        raise DomainError("The latest start is before the earliest.")
    unknown = set(demand.needs) - set(vocabulary("must_haves").labels)
    if unknown:
        raise DomainError("Choose must-haves from the list.")
