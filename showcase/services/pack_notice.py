"""The draft of a preliminary market engagement notice (UK2) for the councils of a list, with what is missing named.

Regulations 13 and 17 of SI 2024/692 ask for the lead authority and every other one with address, e-mail and identifier,
whoever runs it on their behalf with a summary of the role, title, reference, subject-matter, closing date, and how to
take part. It is a draft to be checked and published by the lead authority; nothing here publishes anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from showcase.models import InterestList, Pledge
from showcase.models.interests import Rung
from showcase.policies import Actor

JOINED = (Rung.LETTER, Rung.COMMITMENT)
"""Rungs of councils that a joint procurement would name."""
OTHERS_HINT = "One council a line: name | postal address | e-mail | unique identifier, if its letter of intent has none"


@dataclass(frozen=True)
class Ask:
    """One thing that a notice says, typed by staff."""

    name: str
    label: str
    source: str
    is_long: bool = False
    hint: str = ""


ASKS = (
    Ask("lead_address", "Lead authority: postal address", "regulation 13"),
    Ask("lead_email", "Lead authority: e-mail", "regulation 13"),
    Ask("lead_identifier", "Lead authority: unique identifier (PPON)", "regulation 13"),
    Ask("contact", "Enquiries: name, address and e-mail", "regulation 13"),
    Ask("others", "The other authorities", "regulation 13", is_long=True, hint=OTHERS_HINT),
    Ask("reference", "Unique identifier of the procurement", "regulation 17(c)"),
    Ask("subject", "What the contract would be about", "regulation 17(d)", is_long=True),
    Ask("cpv", "CPV codes", "regulation 17(d)"),
    Ask("closes_on", "Date on which the engagement closes or closed", "regulation 17(e)"),
    Ask(
        "process",
        "How, where and when to take part",
        "regulation 17(f)",
        is_long=True,
        hint="Events with place, date and time; from when until when interest can be expressed.",
    ),
)


@dataclass(frozen=True)
class Particular:
    """One particular of the draft, with what it says or that it is missing."""

    label: str
    source: str
    """Which rule asks for it."""
    value: str

    @property
    def is_gap(self) -> bool:
        """Whether it is missing."""
        return not self.value


def draft(interest_list: InterestList, typed: Mapping[str, str], *, seen_by: Actor) -> list[Particular]:
    """Return the draft, particular by particular. To others than staff it names the members that chose it.

    What staff typed of such a council stands in it whatever its rung.
    """
    lead = interest_list.lead.name if interest_list.lead else ""
    runs_it = bool(interest_list.runner_name)
    asked = {ask.name: ask for ask in ASKS}
    found = [Particular("Lead authority: name", "regulation 13", lead)]
    known = {"lead_identifier": _ppon_of_lead(interest_list), **typed}
    found += [_said(asked[name], known) for name in ("lead_address", "lead_email", "lead_identifier")]
    found += list(_others(interest_list, typed.get("others", ""), seen_by))
    if runs_it:
        found += [
            Particular(f"Run on the authorities’ behalf: {what}", "regulation 13", getattr(interest_list, name))
            for what, name in (
                ("name", "runner_name"),
                ("address", "runner_address"),
                ("e-mail", "runner_email"),
                ("unique identifier", "runner_identifier"),
                ("summary of its role", "runner_role"),
            )
        ]
    found += [_said(asked["contact"], typed), Particular("Title", "regulation 17(b)", interest_list.title)]
    found += [_said(asked[name], typed) for name in ("reference", "subject", "cpv", "closes_on", "process")]
    return found


def gaps(draft: Sequence[Particular]) -> int:
    """Return how many particulars are missing."""
    return sum(particular.is_gap for particular in draft)


def _said(ask: Ask, typed: Mapping[str, str]) -> Particular:
    return Particular(ask.label, ask.source, typed.get(ask.name, ""))


def _others(interest_list: InterestList, typed: str, seen_by: Actor) -> Sequence[Particular]:
    """Return a particular for each other authority; those without address, e-mail or identifier are gaps."""
    lines = {line.split("|")[0].strip().casefold(): line for line in typed.splitlines() if line.strip()}
    shown = [p for p in interest_list.pledges if _is_shown(interest_list, p, seen_by)]
    found = []
    for pledge in sorted(shown, key=lambda pledge: pledge.council.name):
        parts = [part.strip() for part in lines.get(pledge.council.name.casefold(), "").split("|")]
        if len(parts) == 3 and seen_by.is_staff:  # to others it would tell that the council gave a letter of intent
            parts.append(_ppon(pledge))
        is_whole = len(parts) >= 4 and all(parts[:4])
        value = ", ".join(parts[:4]) if is_whole else ""
        label = f"Other authority: {pledge.council.name}, with address, e-mail and identifier"
        found.append(Particular(label, "regulation 13", value))
    return found


def _ppon(pledge: Pledge) -> str:
    """Return the procurement organisation number that a council gave with its letter of intent."""
    return next((str(step.answers["ppon"]) for step in reversed(pledge.steps) if step.answers.get("ppon")), "")


def _ppon_of_lead(interest_list: InterestList) -> str:
    return next((_ppon(pledge) for pledge in interest_list.pledges if pledge.council_id == interest_list.lead_id), "")


def _is_shown(interest_list: InterestList, pledge: Pledge, seen_by: Actor) -> bool:
    """Tell whether a particular names a council. To others than staff it must not tell on which rung it stands."""
    if pledge.council_id == interest_list.lead_id:
        return False
    return pledge.rung in JOINED if seen_by.is_staff else pledge.is_in and pledge.is_named
