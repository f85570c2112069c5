"""Which councils can join an interest list: by the tier that runs the service, and by when a council exists.

The tiers of each service are data with their source (`data/service_tiers.json`). A council that ends before members
could start cannot join; its successors can.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Council, InterestList
from showcase.models.vocabularies import vocabulary
from showcase.services.register import TIER_BY_TYPE

FILE = Path(__file__).parent.parent / "data" / "service_tiers.json"
TIERS: Mapping[str, str] = {
    "upper": "county councils",
    "lower": "district councils",
    "single": "councils of a single tier",
    "strategic": "combined authorities and the Greater London Authority",
}


@dataclass(frozen=True)
class Answer:
    """Whether a council can join a list."""

    council: Council
    why_not: str
    """Blank: it can."""
    note: str
    """What to bear in mind, such as that the council ends while the group would run."""

    @property
    def can_join(self) -> bool:
        """Whether nothing stands against it."""
        return not self.why_not


@cache
def tiers_of(service_area: str | None) -> Sequence[str]:
    """Return the tiers of the councils that run a service; all when no service is named or it is not known."""
    known: Mapping[str, Sequence[str]] = json.loads(FILE.read_text(encoding="utf-8"))["tiers"]
    return known.get(service_area or "", tuple(TIERS))


def look(council: Council, interest_list: InterestList) -> Answer:
    """Tell whether a council can join a list, and why not."""
    return _look(council, interest_list, _names_of_successors([council]))


def look_at_all(interest_list: InterestList) -> list[Answer]:
    """Tell for every active council in the register whether it can join, by name."""
    query = (
        sa.select(Council)
        .where(Council.approved_at.is_not(None), Council.suspended_at.is_(None))
        .order_by(Council.name, Council.id)
    )
    councils = db.session.scalars(query).all()
    names = _names_of_successors(councils)
    return [_look(council, interest_list, names) for council in councils]


def who_in_words(interest_list: InterestList) -> str:
    """Say which councils can join: "County councils and councils of a single tier"."""
    tiers = [TIERS[tier] for tier in TIERS if tier in tiers_of(interest_list.service_area)]
    words = " and ".join([", ".join(tiers[:-1]), tiers[-1]]) if len(tiers) > 1 else tiers[0]
    return words[:1].upper() + words[1:] if len(tiers) < len(TIERS) else "Every council"


def _look(council: Council, interest_list: InterestList, names: Mapping[str, str]) -> Answer:
    return Answer(council, _why_not(council, interest_list, names), _note(council, names))


def _why_not(council: Council, interest_list: InterestList, names: Mapping[str, str]) -> str:
    tier = council.tier or TIER_BY_TYPE.get(council.council_type or "")
    if tier and tier not in tiers_of(interest_list.service_area):
        service = vocabulary("service_areas").label(interest_list.service_area or "")
        return f"{service} is run by {who_in_words(interest_list)[0].lower()}{who_in_words(interest_list)[1:]}"
    first, last = interest_list.wanted_from, interest_list.wanted_until
    if council.ends_on and (first is not None) and council.ends_on < first:
        return f"It ends on {council.ends_on:%-d %B %Y}, before members could start{_successors(council, names)}"
    if council.starts_on and last and council.starts_on > last:
        return f"It only starts on {council.starts_on:%-d %B %Y}"
    return ""


def _note(council: Council, names: Mapping[str, str]) -> str:
    if council.ends_on is None:
        return ""
    return f"It ends on {council.ends_on:%-d %B %Y}{_successors(council, names)}"


def _successors(council: Council, names: Mapping[str, str]) -> str:
    named = sorted(names[code] for code in council.successor_codes or () if code in names)
    return f"; after it comes {' and '.join(named)}" if named else ""


def _names_of_successors(councils: Iterable[Council]) -> dict[str, str]:
    """Return the names of the councils that come after others, by code."""
    codes = {code for council in councils for code in council.successor_codes or ()}
    if not codes:
        return {}
    rows = db.session.execute(sa.select(Council.gss_code, Council.name).where(Council.gss_code.in_(codes)))
    return {code: name for code, name in rows if code}
