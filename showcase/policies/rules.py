"""What rules are made of: who acts, a rule that can say itself in words, and the predicates that every area shares.

Pure: no queries and no request. Each area of the product puts its own predicates and its part of the table in a file
beside this one.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from showcase.models.enums import OrganisationKind


@dataclass(frozen=True)
class Actor:
    """Who is acting, and for which organisation: all that a rule may know of a person."""

    account_id: uuid.UUID | None = None
    name: str = "The public"
    organisation_id: uuid.UUID | None = None
    organisation_kind: OrganisationKind | None = None
    is_organisation_active: bool = False
    """Whether the organisation is approved and not suspended."""
    is_administrator: bool = False
    is_procurement_lead: bool = False
    registration_id: uuid.UUID | None = None
    """The registration whose link, sent by e-mail, the person followed: it opens that one to them."""

    @property
    def is_signed_in(self) -> bool:
        """Whether it is a person rather than the public."""
        return self.account_id is not None

    @property
    def is_staff(self) -> bool:
        """Whether the person acts for the host."""
        return self.organisation_kind is OrganisationKind.HOST

    @property
    def is_council(self) -> bool:
        """Whether the person acts for a council."""
        return self.organisation_kind is OrganisationKind.COUNCIL

    @property
    def is_supplier(self) -> bool:
        """Whether the person acts for a supplier."""
        return self.organisation_kind is OrganisationKind.SUPPLIER


PUBLIC = Actor()
"""Anyone who is not signed in."""


@dataclass(frozen=True)
class Rule:
    """A predicate over (actor, subject) that can say itself in words and be combined with `&`, `|` and `~`."""

    words: str
    holds: Callable[[Actor, Any], bool]
    joined_by: str = ""
    """Which of "and" and "or" joins its `parts`, if it has any."""
    parts: tuple["Rule", ...] = ()

    @property
    def alternatives(self) -> list[str]:
        """Return in words each of the ways in which the rule can be met."""
        return [part.words for part in self.parts] if self.joined_by == "or" else [self.words]

    def __and__(self, other: "Rule") -> "Rule":
        """Join two rules that must both hold."""
        return self._joined("and", other, lambda a, s: self.holds(a, s) and other.holds(a, s))

    def __or__(self, other: "Rule") -> "Rule":
        """Join two rules of which one must hold."""
        return self._joined("or", other, lambda a, s: self.holds(a, s) or other.holds(a, s))

    def __invert__(self) -> "Rule":
        """Turn the rule round."""
        return Rule(f"not {self.words}", lambda a, s: not self.holds(a, s))

    def _joined(self, word: str, other: "Rule", holds: Callable[[Actor, Any], bool]) -> "Rule":
        parts = tuple(p for rule in (self, other) for p in (rule.parts if rule.joined_by == word else (rule,)))
        words = f" {word} ".join(f"({p.words})" if p.joined_by else p.words for p in parts)
        return Rule(words, holds, word, parts)


# --- predicates: one line each ----------------------------------------------------------------------------------------

anyone = Rule("anyone", lambda a, s: True)
is_signed_in = Rule("is signed in", lambda a, s: a.is_signed_in)
is_staff = Rule("is LGA staff", lambda a, s: a.is_staff)
is_council = Rule("is a council officer", lambda a, s: a.is_council and a.is_organisation_active)
is_supplier = Rule("is a supplier", lambda a, s: a.is_supplier)
is_active_supplier = Rule("is an approved supplier", lambda a, s: a.is_supplier and a.is_organisation_active)
is_administrator = Rule("is an administrator", lambda a, s: a.is_administrator)
is_lead = Rule("is its procurement lead", lambda a, s: a.is_procurement_lead)
owns = Rule(
    "belongs to the organisation that wrote it",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.organisation_id,
)
