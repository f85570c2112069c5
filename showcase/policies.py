"""WHO MAY DO WHAT, in one place: names, one-line predicates, one table, and the same rule as SQL for lists.

`can(actor, permission, subject)` answers for one object; `visible_to(actor, model)` gives the WHERE clause of
everything the actor may see. Both are pure, and a test proves them equal for every role and state. `showcase
permissions` prints the table. `answers_for` decides, answer by answer, what a viewer may read of a text.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from showcase.errors import NotAllowed
from showcase.models import (
    Account,
    Challenge,
    Council,
    Message,
    Need,
    NeedMember,
    Organisation,
    Publication,
    Response,
    Solution,
)
from showcase.models.enums import OrganisationKind, ResponseState, State
from showcase.models.questions import Audience, Content, is_blank


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


class Permission(StrEnum):
    """Every permission there is, as "noun:verb"."""

    STAFF_AREA = "staff:area"
    AUDIT_SEE = "audit:see"
    RANKING_ADOPT = "ranking:adopt"
    ACCOUNT_HAVE = "account:have"
    ACCOUNT_SEE = "account:see"
    ACCOUNT_MANAGE = "account:manage"
    ORGANISATION_SEE = "organisation:see"
    ORGANISATION_EDIT = "organisation:edit"
    ORGANISATION_MANAGE = "organisation:manage"
    ORGANISATION_INVITE = "organisation:invite"
    ORGANISATION_ADMINISTER = "organisation:administer"
    ORGANISATION_NAME_LEAD = "organisation:name_lead"
    CHALLENGE_CREATE = "challenge:create"
    SOLUTION_CREATE = "solution:create"
    SOLUTION_BROWSE = "solution:browse"
    SOLUTION_IMPORT = "solution:import"
    PUBLICATION_SEE = "publication:see"
    PUBLICATION_SEE_DRAFT = "publication:see_draft"
    PUBLICATION_EDIT = "publication:edit"
    PUBLICATION_SUBMIT = "publication:submit"
    PUBLICATION_RECALL = "publication:recall"
    PUBLICATION_APPROVE = "publication:approve"
    PUBLICATION_REVIEW = "publication:review"
    PUBLICATION_CLOSE = "publication:close"
    PUBLICATION_REOPEN = "publication:reopen"
    PUBLICATION_ARCHIVE = "publication:archive"
    PUBLICATION_RESTORE = "publication:restore"
    PUBLICATION_SEE_HISTORY = "publication:see_history"
    MATCH_SEE = "match:see"
    MATCH_SEE_DRAFT = "match:see_draft"
    MATCH_DECIDE = "match:decide"
    RESPONSE_GIVE = "response:give"
    RESPONSE_SEE = "response:see"
    RESPONSE_LIST = "response:list"
    RESPONSE_EDIT = "response:edit"
    RESPONSE_DECIDE = "response:decide"
    RESPONSE_INVITE = "response:invite"
    RESPONSE_WITHDRAW = "response:withdraw"
    NEED_SEE = "need:see"
    NEED_ARRANGE = "need:arrange"


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

DRAFTING = (State.DRAFT, State.CHANGES_REQUESTED)
LIVE = (State.PUBLISHED, State.CLOSED)
SHOWN_TO_STAFF = (State.IN_REVIEW, State.CHANGES_REQUESTED, *LIVE)
"""States in which staff may see the working text: a draft is its organisation's own until review is asked for."""


def _in(*states: State) -> Rule:
    *others, last = [s.value.replace("_", " ") for s in states]
    words = f"it is {', '.join(others)} or {last}" if others else f"it is {last}"
    return Rule(words, lambda a, s: s.state in states)


anyone = Rule("anyone", lambda a, s: True)
is_signed_in = Rule("is signed in", lambda a, s: a.is_signed_in)
is_staff = Rule("is LGA staff", lambda a, s: a.is_staff)
is_council = Rule("is a council officer", lambda a, s: a.is_council and a.is_organisation_active)
is_supplier = Rule("is a supplier", lambda a, s: a.is_supplier)
is_active_supplier = Rule("is an approved supplier", lambda a, s: a.is_supplier and a.is_organisation_active)
is_administrator = Rule("is an administrator", lambda a, s: a.is_administrator)
is_lead = Rule("is its procurement lead", lambda a, s: a.is_procurement_lead)
is_others_account = Rule("it is someone else’s account", lambda a, s: a.account_id != s.id)
is_member = Rule("is a member of it", lambda a, s: a.organisation_id is not None and a.organisation_id == s.id)
owns = Rule(
    "belongs to the organisation that wrote it",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.organisation_id,
)
is_challenge = Rule("it is a challenge statement", lambda a, s: isinstance(s, Challenge))
is_visible = Rule("it is published by an active organisation", lambda a, s: s.is_visible and s.organisation.is_active)
is_open = Rule("it is open", lambda a, s: s.is_open and s.organisation.is_active)
was_published = Rule("it was published once", lambda a, s: s.is_visible)
is_active_organisation = Rule("it is an active council", lambda a, s: isinstance(s, Council) and s.is_active)
owns_challenge = Rule(
    "owns the challenge",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.challenge.organisation_id,
)
owns_solution = Rule(
    "owns the solution", lambda a, s: a.organisation_id is not None and a.organisation_id == s.solution.organisation_id
)
is_pending = Rule("it awaits an answer", lambda a, s: s.state in (ResponseState.RECEIVED, ResponseState.CONSIDERED))
is_received = Rule("it was not taken up yet", lambda a, s: s.state is ResponseState.RECEIVED)
has_no_lead = Rule("the council has no procurement lead", lambda a, s: s.challenge.organisation.lead is None)
is_invited = Rule("its supplier is invited", lambda a, s: s.state is ResponseState.INVITED)
is_standing = Rule("it is not withdrawn", lambda a, s: s.state is not ResponseState.WITHDRAWN)

is_shared = Rule("two or more published challenges describe it", lambda a, s: s.is_shared)
is_dismissed = Rule("staff took it off the lists", lambda a, s: s.is_dismissed)
is_joined = Rule("it was joined into another", lambda a, s: s.joined_into_id is not None)

may_see_published = is_visible & (is_challenge | is_council | is_staff)
may_see_draft = owns | (is_staff & _in(*SHOWN_TO_STAFF))

TABLE: Mapping[Permission, Rule] = {
    Permission.STAFF_AREA: is_staff,
    Permission.AUDIT_SEE: is_staff,
    Permission.RANKING_ADOPT: is_staff,
    Permission.ACCOUNT_HAVE: is_signed_in,
    Permission.ACCOUNT_SEE: is_staff,
    Permission.ACCOUNT_MANAGE: is_staff & is_others_account,
    Permission.ORGANISATION_SEE: is_member | is_staff | is_council | is_active_organisation,
    Permission.ORGANISATION_EDIT: (is_member & is_administrator) | is_staff,
    Permission.ORGANISATION_MANAGE: is_staff,
    Permission.ORGANISATION_INVITE: is_member | is_staff,
    Permission.ORGANISATION_ADMINISTER: (is_member & is_administrator) | is_staff,
    Permission.ORGANISATION_NAME_LEAD: is_active_organisation & ((is_member & is_administrator) | is_staff),
    Permission.CHALLENGE_CREATE: is_council,
    Permission.SOLUTION_CREATE: is_supplier,
    Permission.SOLUTION_BROWSE: is_council | is_staff | is_supplier,
    Permission.SOLUTION_IMPORT: is_supplier,
    Permission.PUBLICATION_SEE: owns | (is_staff & _in(*SHOWN_TO_STAFF)) | may_see_published,
    Permission.PUBLICATION_SEE_DRAFT: may_see_draft,
    Permission.PUBLICATION_EDIT: owns & _in(*DRAFTING, *LIVE),
    Permission.PUBLICATION_SUBMIT: owns & _in(*DRAFTING),
    Permission.PUBLICATION_RECALL: owns & _in(State.WITH_LEAD, State.IN_REVIEW),
    Permission.PUBLICATION_APPROVE: owns & is_lead & _in(State.WITH_LEAD),
    Permission.PUBLICATION_REVIEW: is_staff & _in(State.IN_REVIEW),
    Permission.PUBLICATION_CLOSE: (owns | is_staff) & _in(State.PUBLISHED),
    Permission.PUBLICATION_REOPEN: (owns | is_staff) & _in(State.CLOSED),
    Permission.PUBLICATION_ARCHIVE: (owns & _in(*DRAFTING, *LIVE)) | (is_staff & _in(*LIVE)),
    Permission.PUBLICATION_RESTORE: owns & _in(State.ARCHIVED),
    Permission.PUBLICATION_SEE_HISTORY: may_see_draft,
    Permission.MATCH_SEE: owns | (is_staff & _in(*SHOWN_TO_STAFF)),
    Permission.MATCH_SEE_DRAFT: owns,
    Permission.MATCH_DECIDE: owns & is_challenge & was_published & is_council,
    Permission.RESPONSE_GIVE: is_active_supplier & is_challenge & is_open,
    Permission.RESPONSE_LIST: is_signed_in,
    Permission.RESPONSE_SEE: owns_challenge | owns_solution | is_staff,
    Permission.RESPONSE_EDIT: owns_solution & is_received,
    Permission.RESPONSE_DECIDE: owns_challenge & is_council & is_standing & (is_lead | has_no_lead | ~is_invited),
    Permission.RESPONSE_INVITE: owns_challenge & is_council & is_standing & (is_lead | has_no_lead),
    Permission.RESPONSE_WITHDRAW: owns_solution & is_standing,
    Permission.NEED_SEE: (is_shared & ~is_dismissed) | is_joined | is_staff,
    Permission.NEED_ARRANGE: is_staff & ~is_joined,
}
"""Permission → rule. Read each line as "allowed when …"."""


def can(actor: Actor, permission: Permission, subject: object = None) -> bool:
    """Tell whether the actor may do this to the subject."""
    return TABLE[permission].holds(actor, subject)


def require(actor: Actor, permission: Permission, subject: object = None) -> None:
    """Let the actor pass or stop them.

    Raises:
        NotAllowed: the table says no.
    """
    if not can(actor, permission, subject):
        raise NotAllowed(permission=permission)


# --- lists: the same rules as SQL -------------------------------------------------------------------------------------


def visible_to(actor: Actor, model: type[Any]) -> sa.ColumnElement[bool]:
    """Return the WHERE clause of the rows of `model` that the actor may see: the twin of the `…:see` permissions.

    Raises:
        KeyError: there is no rule for that model.
    """
    return _VISIBLE[model](actor)


def _is_active() -> sa.ColumnElement[bool]:
    return sa.and_(Organisation.approved_at.is_not(None), Organisation.suspended_at.is_(None))


def _visible_publications(actor: Actor) -> sa.ColumnElement[bool]:
    kinds = (
        ["challenge", "solution"]
        if (actor.is_council and actor.is_organisation_active) or actor.is_staff
        else ["challenge"]
    )
    published = sa.and_(
        Publication.published_version_id.is_not(None),
        Publication.kind.in_(kinds),
        Publication.organisation.has(_is_active()),
    )
    own = Publication.organisation_id == actor.organisation_id if actor.organisation_id else sa.false()
    shown = Publication.state.in_(SHOWN_TO_STAFF) if actor.is_staff else sa.false()
    return sa.or_(published, own, shown)


def _visible_organisations(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff or (actor.is_council and actor.is_organisation_active):
        return sa.true()
    own = Organisation.id == actor.organisation_id if actor.organisation_id else sa.false()
    return sa.or_(sa.and_(Organisation.kind == OrganisationKind.COUNCIL, _is_active()), own)


def _visible_responses(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    if actor.organisation_id is None:
        return sa.false()
    return sa.or_(
        Response.challenge.has(Challenge.organisation_id == actor.organisation_id),
        Response.solution.has(Solution.organisation_id == actor.organisation_id),
    )


def _visible_needs(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    published = sa.and_(Publication.published_version_id.is_not(None), Publication.organisation.has(_is_active()))
    shown = (
        sa.select(sa.func.count())
        .select_from(NeedMember)
        .join(Publication, Publication.id == NeedMember.challenge_id)
        .where(NeedMember.need_id == Need.id, published)
        .correlate(Need)
        .scalar_subquery()
    )
    return sa.or_(sa.and_(shown >= 2, Need.dismissed_at.is_(None)), Need.joined_into_id.is_not(None))


_VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {
    Publication: _visible_publications,
    Challenge: _visible_publications,
    Solution: _visible_publications,
    Organisation: _visible_organisations,
    Response: _visible_responses,
    Need: _visible_needs,
    Message: lambda actor: sa.true() if actor.is_staff else sa.false(),
    Account: lambda actor: sa.true() if actor.is_staff else sa.false(),
}


# --- answers: what a viewer may read of a text ------------------------------------------------------------------------


def answers_for(actor: Actor, publication: Publication, content: Content) -> Content:
    """Return the answers of `content` (a version of `publication`) that the actor may read: see `readable_names`."""
    names = readable_names(actor, publication, content)
    return {name: answer for name, answer in content.items() if name in names and not is_blank(answer)}


def readable_names(actor: Actor, publication: Publication, content: Content) -> set[str]:
    """Return the names of the questions whose answers in `content` the actor may read.

    The owner and LGA staff read all. Officers of other councils read what is public or for councils. Everyone else
    reads what is public. A challenge's budget band is public once its council says so.
    """
    if actor.is_staff or owns.holds(actor, publication):
        return {q.name for q in publication.questionnaire}
    audiences = {Audience.PUBLIC}
    if actor.is_council and actor.is_organisation_active:
        audiences.add(Audience.COUNCILS)
    names = {q.name for q in publication.questionnaire if q.audience in audiences}
    if content.get("is_budget_shown"):
        names.add("budget")
    return names
