"""Illustrative content: councils from the register, invented firms, their texts, and people to sign in as.

Loaded through the same services that people use, so that everything seeded obeys the same rules. Loading again adds
what is missing and changes nothing that is there. Every text is marked illustrative: no council or firm wrote it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from seeds import agendas, attendance, bargains, engagement, interests, showcases
from seeds.people import COUNCIL_DOMAINS, DEMO_PASSWORD, PEOPLE, Person
from showcase.extensions import db
from showcase.models import (
    Account,
    Challenge,
    Council,
    EmailDomain,
    Host,
    Membership,
    Organisation,
    Publication,
    Solution,
    Supplier,
)
from showcase.policies import Actor
from showcase.services import council_register, organisations, passwords, publications

FOLDER = Path(__file__).parent
OLDEST_DAYS = 90
"""How far back the first seeded text was written."""
REVIEW_REASON = (
    "Please say how many people this concerns in a year and what happens to them today, so that firms can judge it."
)


@dataclass
class Loaded:
    """How many things were added."""

    councils: int = 0
    suppliers: int = 0
    challenges: int = 0
    solutions: int = 0
    interest_lists: int = 0
    showcases: int = 0
    bargains: int = 0
    agendas: int = 0
    questions: int = 0
    people: int = 0

    def __str__(self) -> str:
        """Say it in a line."""
        added = [f"{count} {name.replace('_', ' ')}" for name, count in vars(self).items() if count]
        return "added " + ", ".join(added) if added else "nothing to add"


def load(*, now: datetime) -> Loaded:
    """Add what is missing, at most once; return how much that was. The caller commits."""
    loaded = Loaded()
    host = organisations.host(now=now)
    loaded.councils = council_register.load(by=Actor(name="Seeds"), now=now)
    firms = _suppliers(loaded, now)
    councils = {council.gss_code: council for council in db.session.scalars(sa.select(Council))}
    known = set(db.session.scalars(sa.select(Publication.key).where(Publication.key.is_not(None))))
    # Before there are people, so that nobody is sent an e-mail about each seeded text
    loaded.challenges = _texts(
        Challenge, _read("challenges.json"), lambda row: councils[row["council"]], known, host, now
    )
    solutions = [*_read("solutions_a.json"), *_read("solutions_b.json")]
    loaded.solutions = _texts(Solution, solutions, lambda row: firms[row["firm"]], known, host, now)
    loaded.interest_lists = interests.load(councils, _acting_for(host), _acting_for, now=now)
    loaded.bargains = bargains.load(councils, firms, _acting_for(host), _acting_for, now=now)
    loaded.showcases = showcases.load(host, now=now)
    loaded.agendas = agendas.load(_acting_for(host), now=now)
    loaded.questions = engagement.load(host, firms, now=now)
    loaded.people = _people(host, councils, firms, now)
    if loaded.showcases:
        showcases.let_in(now=now)
    attendance.register_person("officer@camden.demo.example", now=now)
    return loaded


def golden() -> list[dict[str, Any]]:
    """Return the golden pairs: challenge key, keys of solutions that answer it, keys of near misses."""
    return [*_read("golden_a.json"), *_read("golden_b.json")]


def similar_needs() -> list[list[str]]:
    """Return groups of challenge keys that describe one need in different words."""
    found: list[list[str]] = _read("similar_needs.json")
    return found


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def _suppliers(loaded: Loaded, now: datetime) -> dict[str, Supplier]:
    by_number = {s.companies_house_number: s for s in db.session.scalars(sa.select(Supplier))}
    found: dict[str, Supplier] = {}
    for row in [*_read("firms_a.json"), *_read("firms_b.json")]:
        supplier = by_number.get(row["companies_house_number"])
        if supplier is None:
            supplier = _supplier(row, now)
            loaded.suppliers += 1
        found[row["key"]] = supplier
    db.session.flush()
    return found


def _supplier(row: dict[str, Any], now: datetime) -> Supplier:
    facts = ("name", "companies_house_number", "ppon", "staff", "turnover_pence", "balance_sheet_pence")
    supplier = Supplier(
        **{name: row[name] for name in (*facts, "is_vcse", "region", "founded_year", "about")},
        figures_on=date.fromisoformat(row["figures_on"]),
        website=f"https://{row['domain']}",
        approved_at=now,
        created_at=now,
        is_illustrative=True,
    )
    db.session.add(supplier)
    return supplier


# --- texts ------------------------------------------------------------------------------------------------------------


def _texts(
    kind: type[Publication],
    rows: list[dict[str, Any]],
    owner: Callable[[dict[str, Any]], Organisation],
    known: set[str | None],
    host: Host,
    now: datetime,
) -> int:
    missing = [row for row in rows if row["key"] not in known]
    staff = _acting_for(host)
    for place, row in enumerate(missing):
        written = now - timedelta(days=OLDEST_DAYS) * (1 - place / len(missing)) - timedelta(days=7)
        if "written_on" in row:  # those of a showcase that was held are as old as it
            written = datetime.fromisoformat(row["written_on"]).replace(tzinfo=UTC)
        _bring_to(row, kind, owner(row), staff, written)
    return len(missing)


def _bring_to(
    row: dict[str, Any], kind: type[Publication], organisation: Organisation, staff: Actor, written: datetime
) -> None:
    """Write one text and take it, step by step, to its state."""
    writer = _acting_for(organisation)
    text = publications.create(kind, organisation, row["content"], by=writer, now=written)
    text.key = row["key"]
    text.is_illustrative = True
    db.session.flush()  # a step reads the text anew from the database
    state = row["state"]
    steps: dict[str, tuple[tuple[str, Actor], ...]] = {
        "draft": (),
        "in_review": (("submit", writer),),
        "changes_requested": (("submit", writer), ("request_changes", staff)),
        "published": (("submit", writer), ("publish", staff)),
        "closed": (("submit", writer), ("publish", staff), ("close", writer)),
    }
    for day, (verb, actor) in enumerate(steps[state], start=1):
        reason = REVIEW_REASON if verb == "request_changes" else ""
        publications.take_step(text, verb, by=actor, now=written + timedelta(days=day), reason=reason)


def _acting_for(organisation: Organisation) -> Actor:
    """Return an actor without a person: what the seeds do is recorded as done for the organisation, by nobody.

    It counts as the procurement lead too: a council that named one must not keep the demo from starting.
    """
    return Actor(
        name="Seeds",
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        is_organisation_active=organisation.is_active,
        is_administrator=True,
        is_procurement_lead=True,
    )


# --- people -----------------------------------------------------------------------------------------------------------


def _people(host: Host, councils: dict[str | None, Council], firms: dict[str, Supplier], now: datetime) -> int:
    for domain, code in COUNCIL_DOMAINS.items():
        if db.session.scalar(sa.select(EmailDomain.id).where(EmailDomain.domain == domain)) is None:
            db.session.add(EmailDomain(domain=domain, organisation=councils[code]))
    here: dict[str, Organisation] = {"host": host, **firms, **{code: c for code, c in councils.items() if code}}
    known = set(db.session.scalars(sa.select(Account.email).where(Account.email.in_([p.email for p in PEOPLE]))))
    missing = [person for person in PEOPLE if person.email not in known]
    for person in missing:
        _person(person, here[person.organisation], now)
    db.session.flush()
    return len(missing)


def _person(person: Person, organisation: Organisation, now: datetime) -> None:
    account = Account(
        email=person.email,
        name=person.name,
        password_hash=passwords.hash_of(DEMO_PASSWORD),
        is_demo=True,
        created_at=now,
    )
    account.memberships.append(Membership(organisation=organisation, is_administrator=True, created_at=now))
    db.session.add(account)
