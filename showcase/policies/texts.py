"""Who may do what with people, organisations, their texts, matches, responses and needs."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.models import (
    Account,
    Challenge,
    Council,
    Event,
    EventChallenge,
    Message,
    Need,
    NeedMember,
    Organisation,
    Publication,
    Response,
    Solution,
)
from showcase.models.enums import EventState, OrganisationKind, ResponseState, State
from showcase.policies.permissions import Permission
from showcase.policies.rules import (
    Actor,
    Rule,
    is_active_supplier,
    is_administrator,
    is_council,
    is_lead,
    is_signed_in,
    is_staff,
    is_supplier,
    owns,
)

DRAFTING = (State.DRAFT, State.CHANGES_REQUESTED)
LIVE = (State.PUBLISHED, State.CLOSED)
SHOWN_TO_STAFF = (State.IN_REVIEW, State.CHANGES_REQUESTED, *LIVE)
"""States in which staff may see the working text: a draft is its organisation's own until review is asked for."""


def _in(*states: State) -> Rule:
    *others, last = [s.value.replace("_", " ") for s in states]
    words = f"it is {', '.join(others)} or {last}" if others else f"it is {last}"
    return Rule(words, lambda a, s: s.state in states)


is_others_account = Rule("it is someone else’s account", lambda a, s: a.account_id != s.id)
is_own_account = Rule("it is one’s own account", lambda a, s: a.account_id is not None and a.account_id == s.id)
is_member = Rule("is a member of it", lambda a, s: a.organisation_id is not None and a.organisation_id == s.id)
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
is_not_scored_blind = Rule(
    "its council does not score it without suppliers’ names at present",
    lambda a, s: not (isinstance(s, Challenge) and s.is_scored_blind),
)
shows_names = Rule(is_not_scored_blind.words, lambda a, s: is_not_scored_blind.holds(a, s.challenge))
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
    Permission.ACCOUNT_EXPORT: is_own_account | is_staff,
    Permission.ACCOUNT_ERASE: is_own_account | is_staff,
    Permission.ORGANISATION_SEE: is_member | is_staff | is_council | is_active_organisation,
    Permission.ORGANISATION_EDIT: (is_member & is_administrator) | is_staff,
    Permission.ORGANISATION_MANAGE: is_staff,
    Permission.ORGANISATION_INVITE: is_member | is_staff,
    Permission.ORGANISATION_ADMINISTER: (is_member & is_administrator) | is_staff,
    Permission.ORGANISATION_NAME_LEAD: is_active_organisation & ((is_member & is_administrator) | is_staff),
    Permission.ORGANISATION_READ_TRAIL: (is_member & is_administrator) | is_staff,
    Permission.ORGANISATION_DISCLOSE: is_member & is_administrator & is_council,
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
    Permission.MATCH_SEE: (owns & is_not_scored_blind) | (is_staff & _in(*SHOWN_TO_STAFF)),
    Permission.MATCH_SEE_DRAFT: owns & is_not_scored_blind,
    Permission.MATCH_DECIDE: owns & is_challenge & was_published & is_council & is_not_scored_blind,
    Permission.RESPONSE_GIVE: is_active_supplier & is_challenge & is_open,
    Permission.RESPONSE_LIST: is_signed_in,
    Permission.RESPONSE_SEE: (owns_challenge & shows_names) | owns_solution | is_staff,
    Permission.RESPONSE_EDIT: owns_solution & is_received,
    Permission.RESPONSE_DECIDE: owns_challenge
    & is_council
    & is_standing
    & shows_names
    & (is_lead | has_no_lead | ~is_invited),
    Permission.RESPONSE_INVITE: owns_challenge & is_council & is_standing & shows_names & (is_lead | has_no_lead),
    Permission.RESPONSE_WITHDRAW: owns_solution & is_standing,
    Permission.NEED_SEE: (is_shared & ~is_dismissed) | is_joined | is_staff,
    Permission.NEED_ARRANGE: is_staff & ~is_joined,
}
"""Permission → rule. Read each line as "allowed when …"."""


# --- lists: the same rules as SQL -------------------------------------------------------------------------------------


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
    own_open = sa.and_(Challenge.organisation_id == actor.organisation_id, sa.not_(is_scored_blind()))
    return sa.or_(
        Response.challenge.has(own_open),
        Response.solution.has(Solution.organisation_id == actor.organisation_id),
    )


def is_scored_blind() -> sa.ColumnElement[bool]:
    """Return the condition that a challenge's council scores at a showcase without names, as `is_scored_blind` says."""
    is_blind = sa.and_(Event.state == EventState.ANNOUNCED, Event.hides_names, Event.names_shown_at.is_(None))
    return Challenge.entries.any(EventChallenge.event.has(is_blind))


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


VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {
    Publication: _visible_publications,
    Challenge: _visible_publications,
    Solution: _visible_publications,
    Organisation: _visible_organisations,
    Response: _visible_responses,
    Need: _visible_needs,
    Message: lambda actor: sa.true() if actor.is_staff else sa.false(),
    Account: lambda actor: sa.true() if actor.is_staff else sa.false(),
}
