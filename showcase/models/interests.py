"""Interest lists: councils with one need, how firmly each stands in, and the rounded totals that others may see.

A council's place on a list is its pledge. Each change of rung appends a step and nothing rewrites one: the pledge
itself only repeats the last step, so that lists can be read at once. What a council would buy at which price stands on
its pledge and is read by nobody but itself and staff. Suppliers and members read snapshots.
"""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base, text_enum, utc_now
from showcase.models.files import File
from showcase.models.organisations import Council, Organisation

LEAST = 5
"""Fewest councils in a figure, and fewest that must change before it is renewed. Staff may raise it for a list."""


class ListState(StrEnum):
    """How far an interest list has come."""

    PROPOSED = "proposed"  # a council asks for it, staff decide
    OPEN = "open"
    CLOSING = "closing"  # only councils that are on it may still move
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Rung(StrEnum):
    """How firmly a council stands in, from the least to the most; and that it left."""

    WATCHING = "watching"
    INTERESTED = "interested"
    EXPRESSION = "expression_of_interest"
    LETTER = "letter_of_intent"
    COMMITMENT = "commitment"
    WITHDRAWN = "withdrawn"

    @property
    def height(self) -> int:
        """Its place on the ladder: 0 for watching, -1 for withdrawn."""
        return -1 if self is Rung.WITHDRAWN else list(Rung).index(self)

    @property
    def is_binding(self) -> bool:
        """Whether it needs the council's procurement lead."""
        return self in (Rung.LETTER, Rung.COMMITMENT)


COUNTED = (Rung.INTERESTED, Rung.EXPRESSION, Rung.LETTER, Rung.COMMITMENT)
"""Rungs with a quantity. A total is of one of them: totals never mix rungs."""


class InterestList(Base):
    """Councils that look for one thing together: what it is, on which terms, until when, who runs it."""

    __tablename__ = "interest_lists"

    title: Mapped[str]
    need: Mapped[str]
    scope: Mapped[str] = mapped_column(default="")
    """What each council still decides alone."""
    service_area: Mapped[str | None] = mapped_column(index=True)
    """Id of the vocabulary `service_areas`: it says which councils can join. None: every council can."""
    unit: Mapped[str]
    """Id of the vocabulary `units`: what quantities count."""
    route: Mapped[str] = mapped_column(index=True)
    """Id of the vocabulary `purchase_routes`: how they might buy."""
    asks: Mapped[list[str]] = mapped_column(default=list)
    """Ids of the vocabulary `supplier_asks`, for a shared ask to an existing supplier."""
    asked_supplier: Mapped[str] = mapped_column(default="")
    """Name of the supplier that a shared ask goes to."""
    wanted_from: Mapped[date | None]
    """First day on which a member might start."""
    wanted_until: Mapped[date | None]
    term_months: Mapped[int | None]
    """How long a contract would run: what its value is reckoned over."""
    closes_on: Mapped[date | None]
    """Last day on which councils can change where they stand."""
    prices_close_at: Mapped[datetime | None]
    """Until when suppliers may give indicative prices, which are sealed until then."""
    rules: Mapped[str] = mapped_column(default="")
    """Rules of the group."""
    conditions: Mapped[str] = mapped_column(default="")
    """Published conditions that a supplier must meet to give indicative prices."""
    must_haves: Mapped[list[str]] = mapped_column(default=list)
    """Ids of the vocabulary `must_haves` that a supplier must meet."""

    lead_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    """Lead authority (SI 2024/692, regulation 13)."""
    runner_name: Mapped[str] = mapped_column(default="")
    """Who runs it on the councils' behalf, as regulation 13 asks: name, address, e-mail, identifier, role."""
    runner_address: Mapped[str] = mapped_column(default="")
    runner_email: Mapped[str] = mapped_column(default="")
    runner_identifier: Mapped[str] = mapped_column(default="")
    runner_role: Mapped[str] = mapped_column(default="")

    state: Mapped[ListState] = mapped_column(text_enum(ListState), default=ListState.PROPOSED, index=True)
    state_since: Mapped[datetime] = mapped_column(default=utc_now)
    state_reason: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime | None] = mapped_column(index=True)
    proposed_for_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    """The council that proposed it; None when staff made it."""
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by one at every save of its particulars, so that nobody overwrites another's unseen."""

    challenge_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("publications.id", ondelete="SET NULL"))
    """What it was made from: a challenge, a shared need, a solution, a showcase; or contracts, named in `origin`."""
    need_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("needs.id", ondelete="SET NULL"))
    solution_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("publications.id", ondelete="SET NULL"))
    event_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("events.id", ondelete="SET NULL"))
    origin: Mapped[str] = mapped_column(default="")

    least_councils: Mapped[int] = mapped_column(default=LEAST)
    """Fewest councils in a figure that others see."""
    least_changes: Mapped[int] = mapped_column(default=LEAST)
    """Fewest councils that must have changed before others see another figure."""
    looked_on: Mapped[date | None]
    """The last day on which the worker looked whether a new snapshot is due."""
    key: Mapped[str | None] = mapped_column(unique=True)
    """Name under which the seeds know it."""
    is_illustrative: Mapped[bool] = mapped_column(default=False)

    lead: Mapped[Organisation | None] = relationship(foreign_keys=[lead_id])
    proposed_for: Mapped[Organisation | None] = relationship(foreign_keys=[proposed_for_id])
    pledges: Mapped[list["Pledge"]] = relationship(
        back_populates="interest_list", order_by="Pledge.created_at, Pledge.id"
    )
    snapshots: Mapped[list["Snapshot"]] = relationship(back_populates="interest_list", order_by="Snapshot.number")

    @property
    def was_opened(self) -> bool:
        """Whether councils and suppliers may see it."""
        return self.opened_at is not None

    @property
    def takes_councils(self) -> bool:
        """Whether a council that is not on it may join."""
        return self.state is ListState.OPEN

    @property
    def takes_steps(self) -> bool:
        """Whether councils on it may change where they stand."""
        return self.state in (ListState.OPEN, ListState.CLOSING)

    @property
    def has_ended(self) -> bool:
        """Whether nothing about it changes any more."""
        return self.state in (ListState.CLOSED, ListState.WITHDRAWN)


class Pledge(Base):
    """Where one council stands on a list, and what it would take. Its own and staff's to read."""

    __tablename__ = "pledges"
    __table_args__ = (sa.UniqueConstraint("interest_list_id", "council_id"),)

    interest_list_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("interest_lists.id", ondelete="CASCADE"), index=True
    )
    council_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    rung: Mapped[Rung] = mapped_column(text_enum(Rung))
    """That of the last step."""
    quantity: Mapped[int | None] = mapped_column(sa.BigInteger)
    """That of the last step, in the list's unit."""
    revision: Mapped[int] = mapped_column(default=0)
    """Raised by one at every change."""
    is_named: Mapped[bool] = mapped_column(default=False)
    """Whether other members see its name."""
    is_named_to_suppliers: Mapped[bool] = mapped_column(default=False)
    """Whether suppliers see its name, from the next snapshot on."""

    schedule: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """What it would take: [{"max_unit_price_pence", "quantity"}], price per unit and year excluding VAT. The highest
    price is the most it would pay."""
    current_unit_cost_pence: Mapped[int | None] = mapped_column(sa.BigInteger)
    """What a unit costs it in a year now, excluding VAT."""
    earliest: Mapped[str | None] = mapped_column(sa.String(7))
    """First month in which it could start, such as "2027-04"."""
    latest: Mapped[str | None] = mapped_column(sa.String(7))
    needs: Mapped[list[str]] = mapped_column(default=list)
    """Ids of the vocabulary `must_haves` without which it buys nothing."""
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    remind_on: Mapped[date | None]
    """When the council wants to be reminded."""
    reminded_at: Mapped[datetime | None]

    interest_list: Mapped[InterestList] = relationship(back_populates="pledges")
    council: Mapped[Council] = relationship()
    steps: Mapped[list["PledgeStep"]] = relationship(back_populates="pledge", order_by="PledgeStep.number")
    evidence: Mapped[list["PledgeEvidence"]] = relationship(
        back_populates="pledge", order_by="PledgeEvidence.created_at, PledgeEvidence.id"
    )

    @property
    def organisation_id(self) -> uuid.UUID:
        """The organisation that it belongs to."""
        return self.council_id

    @property
    def is_in(self) -> bool:
        """Whether the council is on the list."""
        return self.rung is not Rung.WITHDRAWN

    @property
    def is_counted(self) -> bool:
        """Whether it stands in a total."""
        return self.rung in COUNTED and bool(self.quantity)

    @property
    def most_unit_price_pence(self) -> int | None:
        """The most the council would pay for a unit in a year, excluding VAT; None when it said nothing."""
        return max((step["max_unit_price_pence"] for step in self.schedule), default=None)


class PledgeStep(Base):
    """A council took a rung, left one or changed what it said there: never changed afterwards."""

    __tablename__ = "pledge_steps"
    __table_args__ = (sa.UniqueConstraint("pledge_id", "number"),)

    pledge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("pledges.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    """From 1."""
    rung: Mapped[Rung] = mapped_column(text_enum(Rung))
    quantity: Mapped[int | None] = mapped_column(sa.BigInteger)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the rung asks, by the names of `showcase.models.rungs`."""
    role: Mapped[str] = mapped_column(default="")
    """The role in the council of the person who speaks for it."""
    authority: Mapped[str] = mapped_column(default="")
    """Id of the vocabulary `authorities`: by what authority."""
    reason: Mapped[str] = mapped_column(default="")
    """Why it stepped down or left."""
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    pledge: Mapped[Pledge] = relationship(back_populates="steps")
    by: Mapped[Account | None] = relationship()


class PledgeEvidence(Base):
    """A file that supports a pledge, such as the signed letter."""

    __tablename__ = "pledge_evidence"

    pledge_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("pledges.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("files.id"))
    step_number: Mapped[int]
    """The step that it was added at."""
    description: Mapped[str]
    by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("accounts.id", ondelete="SET NULL"))
    pledge: Mapped[Pledge] = relationship(back_populates="evidence")
    file: Mapped[File] = relationship()
    by: Mapped[Account | None] = relationship()


class Snapshot(Base):
    """The rounded totals of a list that suppliers and members see, until the next."""

    __tablename__ = "interest_snapshots"
    __table_args__ = (sa.UniqueConstraint("interest_list_id", "number"),)

    interest_list_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("interest_lists.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    """From 1."""
    taken_on: Mapped[date]
    figures: Mapped[dict[str, Any]]
    """By rung: {"councils": …, "quantity": …}, both rounded; a rung without figures is left out."""
    names: Mapped[dict[str, Any]]
    """By rung: the ids of councils that agreed to be named to suppliers."""
    contributions: Mapped[dict[str, Any]]
    """Council id → [rung, quantity], as counted. Nobody sees it: the next snapshot is measured against it."""
    interest_list: Mapped[InterestList] = relationship(back_populates="snapshots")

    @property
    def state(self) -> dict[uuid.UUID, tuple[Rung, int]]:
        """What was counted, by council."""
        return {uuid.UUID(id): (Rung(rung), quantity) for id, (rung, quantity) in self.contributions.items()}
