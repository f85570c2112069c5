"""Interest lists of the demo, in each state, with what councils from the register might say: illustrative throughout.

Loaded through the services, at the dates at which councils would have moved. A list that is there is left as it is.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Challenge, Council, InterestList
from showcase.models.interests import Rung
from showcase.policies import Actor
from showcase.services import interests, pledges, snapshots
from showcase.services.pledge_rules import Demand, Said

FILE = Path(__file__).parent / "interest_lists.json"
RUNNER = {
    "runner_name": "Local Government Association",
    "runner_address": "18 Smith Square, London SW1P 3HZ",
    "runner_email": "interest-lists@lga.demo.example",
    "runner_identifier": "",
    "runner_role": "Brings councils with one need together, keeps the list and prepares the comparison of options.",
}
PLAIN = ("title", "need", "scope", "service_area", "unit", "route", "term_months", "rules", "conditions", "must_haves")
ROLES = {
    "interested": "Service manager",
    "expression_of_interest": "Head of service",
    "letter_of_intent": "Procurement lead",
    "commitment": "Procurement lead",
}
AUTHORITIES = {
    "interested": "service-lead",
    "expression_of_interest": "head-of-service",
    "letter_of_intent": "director",
    "commitment": "delegated",
}


@dataclass(frozen=True)
class Letter:
    """A letter as a form would send it."""

    filename: str
    data: bytes

    def read(self, size: int = -1, /) -> bytes:
        """Return its bytes."""
        return self.data if size < 0 else self.data[:size]


def load(
    councils: Mapping[str | None, Council], staff: Actor, acting_for: Callable[[Council], Actor], *, now: datetime
) -> int:
    """Add the lists that are missing; return how many. `acting_for` gives the actor of an organisation."""
    known = set(db.session.scalars(sa.select(InterestList.key).where(InterestList.key.is_not(None))))
    rows = [row for row in json.loads(FILE.read_text(encoding="utf-8")) if row["key"] not in known]
    for row in rows:
        add_list(row, councils, staff, acting_for, now=now)
    return len(rows)


def add_list(
    row: dict[str, Any],
    councils: Mapping[str | None, Council],
    staff: Actor,
    acting_for: Callable[[Council], Actor],
    *,
    now: datetime,
) -> InterestList:
    """Add one list with what its councils say, and bring it to its state."""
    opened = now - timedelta(days=row["opened_days_ago"])
    proposer = row.get("proposed_for")
    by = acting_for(councils[proposer]) if proposer else staff
    made = interests.create(_particulars(row, councils, now), by=by, now=opened)
    made.key, made.is_illustrative = row["key"], True
    db.session.flush()
    if row["state"] == "proposed":
        return made
    interests.take(made, "open", by=staff, now=opened)
    for place, said in enumerate(row["pledges"]):
        moment = opened + timedelta(days=1 + place % 10, hours=place)
        _pledge(made, said, acting_for(councils[said["council"]]), moment)
    snapshots.take(made, now=opened + timedelta(days=11))
    ending = {"closing": "announce_closing", "closed": "close"}.get(row["state"])
    if ending:
        interests.take(made, ending, by=staff, now=now - timedelta(days=2))
    return made


def _particulars(row: dict[str, Any], councils: Mapping[str | None, Council], now: datetime) -> dict[str, Any]:
    today = now.date()
    challenge = db.session.scalar(sa.select(Challenge.id).where(Challenge.key == row.get("challenge", "")))
    sealed_for = row.get("prices_close_in_days")
    return {
        **{name: row[name] for name in PLAIN},
        **(RUNNER if row["runner"] else {}),
        "asks": row.get("asks", []),
        "asked_supplier": row.get("asked_supplier", ""),
        "lead_id": councils[row["lead"]].id if row["lead"] else None,
        "challenge_id": challenge,
        "wanted_from": (today + timedelta(days=200)).replace(day=1),
        "wanted_until": (today + timedelta(days=400)).replace(day=1),
        "closes_on": today + timedelta(days=row["closes_in_days"]),
        "prices_close_at": datetime.combine(today + timedelta(days=sealed_for), time(17), now.tzinfo)
        if sealed_for
        else None,
    }


def _pledge(interest_list: InterestList, said: dict[str, Any], by: Actor, moment: datetime) -> None:
    """Let a council say what it would buy, then take its rung."""
    rung = Rung(said["rung"])
    pledge = pledges.step(interest_list, Said(Rung.WATCHING), revision=0, by=by, now=moment)
    if "most_unit_price_pence" in said:
        demand = _demand(interest_list, said)
        pledges.state_demand(pledge, demand, revision=pledge.revision, by=by, now=moment)
    if said.get("is_named") or said.get("is_named_to_suppliers"):
        pledges.share(
            pledge,
            is_named=said.get("is_named", False),
            to_suppliers=said.get("is_named_to_suppliers", False),
            revision=pledge.revision,
            by=by,
            now=moment,
        )
    if rung is Rung.WATCHING:
        return
    told = Said(
        rung,
        said.get("quantity"),
        _answers(rung, said, moment),
        ROLES.get(rung, ""),
        AUTHORITIES.get(rung, "officer"),
        "The dates do not fit our plans." if rung is Rung.WITHDRAWN else "",
    )
    letter = Letter("letter-of-intent.pdf", _letter(interest_list.title)) if rung is Rung.LETTER else None
    pledges.step(interest_list, told, revision=pledge.revision, by=by, now=moment + timedelta(hours=1), letter=letter)


def _demand(interest_list: InterestList, said: dict[str, Any]) -> Demand:
    """All of it up to four fifths of the highest price, three fifths of it up to the highest."""
    most, quantity = said["most_unit_price_pence"], said["quantity"]
    first, last = interest_list.wanted_from, interest_list.wanted_until
    return Demand(
        [
            {"max_unit_price_pence": most, "quantity": -(-quantity * 3 // 5)},
            {"max_unit_price_pence": most * 4 // 5, "quantity": quantity},
        ],
        said["current_unit_cost_pence"],
        f"{first:%Y-%m}" if first else None,
        f"{last:%Y-%m}" if last else None,
        said.get("needs", []),
    )


def _answers(rung: Rung, said: dict[str, Any], moment: datetime) -> dict[str, Any]:
    quantity, price = said.get("quantity", 0), said.get("most_unit_price_pence", 0)
    later = (moment + timedelta(days=60)).date().isoformat()
    match rung:
        case Rung.INTERESTED:
            return {"need": "The same as the list describes."}
        case Rung.EXPRESSION:
            return {
                "quantity_most": quantity * 5 // 4,
                "budget_most": quantity * price,
                "budget_kind": "revenue",
                "funding": ("certain", "likely", "none")[quantity % 3],
                "role_offered": ("member", "evaluator")[quantity % 2],
                "officer_days": 2 + quantity % 9,
                "routes": ["framework", "group-buy"],
            }
        case Rung.LETTER:
            approvals = "Procurement board, then the cabinet member."
            return {
                "director": "Director of the service",
                "finance_aware": True,
                "approvals": approvals,
                "decision_on": later,
                "approval_level": "cabinet",
                "gates": ["legal", "data-protection", "it-security"],
                "data_contact": "The council’s data protection officer",
                "controller": "own",
                "shared_assessment": "as-a-base",
            }
        case Rung.COMMITMENT:
            return {
                "decision_reference": f"Delegated decision of {moment:%B %Y}",
                "decided_on": moment.date().isoformat(),
                "most_value": quantity * price * 4,
                "term_months": 48,
                "named_lead": "Procurement lead",
            }
        case Rung.WITHDRAWN:
            return {"why": "timing"}
        case _:
            return {}


def _letter(title: str) -> bytes:
    """Return a one-page PDF that says it is an illustration."""
    words = f"Illustrative letter of intent: {title}".encode("latin-1", "replace")
    for special in (b"\\", b"(", b")"):
        words = words.replace(special, b"\\" + special)
    text = b"BT /F1 12 Tf 60 760 Td (" + words + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    count = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, start)
    )
