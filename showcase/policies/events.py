"""Who may do what with showcase events: preparing them, choosing who pitches, inviting.

Candidates are read by staff, and by officers of the council whose challenge they are for, once each has declared
their interests; by nobody else. A supplier learns what became of its own when it is told.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.models import Candidate, Challenge, Event, EventChallenge, InterestDeclaration, Invitation, Solution
from showcase.models.enums import CandidateState, EventState, InvitationState
from showcase.policies.permissions import Permission
from showcase.policies.rules import Actor, Rule, is_council, is_signed_in, is_staff, owns
from showcase.policies.texts import owns_challenge, owns_solution

is_announced = Rule("it is announced", lambda a, s: s.is_announced)
is_planned = Rule("it is neither finished nor cancelled", lambda a, s: s.is_planned)
is_running = Rule("the showcase is announced and not over", lambda a, s: s.state is EventState.ANNOUNCED)
is_not_blind = Rule("suppliers’ names are shown", lambda a, s: not s.is_blind)
is_let_in = Rule(
    "declared no conflict of interest, or was let in by staff",
    lambda a, s: any(d.account_id == a.account_id and d.is_let_in for d in s.declarations),
)
takes_scores = Rule("the time for scoring is not over", lambda a, s: not s.is_scoring_over)
is_considered = Rule("it is not decided about", lambda a, s: s.state is CandidateState.CONSIDERED)
is_told = Rule("its supplier was told", lambda a, s: s.told_at is not None)
is_own_word = Rule("it is the person’s own", lambda a, s: a.account_id is not None and a.account_id == s.account_id)
awaits_or_accepted = Rule(
    "it stands", lambda a, s: s.state in (InvitationState.SENT, InvitationState.ACCEPTED, InvitationState.DECLINED)
)


def of_event(rule: Rule) -> Rule:
    """Return a rule about an event as one about what belongs to it."""
    return Rule(rule.words, lambda a, s: rule.holds(a, s.event))


def of_entry(rule: Rule) -> Rule:
    """Return a rule about a challenge in an event as one about a candidate for it."""
    return Rule(rule.words, lambda a, s: rule.holds(a, s.entry), rule.joined_by, rule.parts)


may_select = is_staff | (owns_challenge & is_council & of_event(is_announced))
may_read = may_select & is_let_in

TABLE: Mapping[Permission, Rule] = {
    Permission.EVENT_SEE: is_announced | is_staff,
    Permission.EVENT_CREATE: is_staff,
    Permission.EVENT_EDIT: is_staff & is_planned,
    Permission.EVENT_MANAGE: is_staff,
    Permission.ENTRY_SEE: of_event(is_announced) | is_staff,
    Permission.SELECTION_SEE: may_select,
    Permission.SELECTION_DECLARE: may_select & of_event(is_planned),
    Permission.SELECTION_READ: may_read,
    Permission.SELECTION_GATHER: is_staff & of_event(is_planned),
    Permission.CANDIDATE_SEE: of_entry(may_read) | (owns_solution & is_told),
    Permission.CANDIDATE_READ: of_entry(may_read),
    Permission.CANDIDATE_SCORE: of_entry(
        owns_challenge & is_council & is_let_in & of_event(is_running) & of_event(takes_scores)
    )
    & is_considered,
    Permission.CANDIDATE_DECIDE: is_staff & of_entry(is_let_in & of_event(is_running & is_not_blind)),
    Permission.DECLARATION_SEE: is_staff | is_own_word,
    Permission.DECLARATION_DECIDE: is_staff & ~is_own_word,
    Permission.INVITATION_SEE: is_staff | owns,
    Permission.INVITATION_LIST: is_signed_in,
    Permission.INVITATION_SEND: is_staff & is_running,
    Permission.INVITATION_ANSWER: owns & awaits_or_accepted & of_event(is_running),
}


# --- lists: the same rules as SQL -------------------------------------------------------------------------------------


def _visible_events(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.true() if actor.is_staff else Event.announced_at.is_not(None)


def _visible_entries(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.true() if actor.is_staff else EventChallenge.event.has(Event.announced_at.is_not(None))


def _visible_candidates(actor: Actor) -> sa.ColumnElement[bool]:
    own = sa.and_(
        Candidate.solution.has(Solution.organisation_id == actor.organisation_id), Candidate.told_at.is_not(None)
    )
    let_in = EventChallenge.declarations.any(
        sa.and_(InterestDeclaration.account_id == actor.account_id, InterestDeclaration.is_let_in)
    )
    reads = let_in
    if not actor.is_staff:
        of_council = EventChallenge.challenge.has(Challenge.organisation_id == actor.organisation_id)
        announced = EventChallenge.event.has(Event.announced_at.is_not(None))
        reads = sa.and_(let_in, of_council, announced)
        if not (actor.is_council and actor.is_organisation_active):
            return own if actor.organisation_id else sa.false()
    return sa.or_(Candidate.entry.has(reads), own)


def _visible_declarations(actor: Actor) -> sa.ColumnElement[bool]:
    own = InterestDeclaration.account_id == actor.account_id
    return sa.true() if actor.is_staff else own if actor.account_id else sa.false()


def _visible_invitations(actor: Actor) -> sa.ColumnElement[bool]:
    own = Invitation.organisation_id == actor.organisation_id
    return sa.true() if actor.is_staff else own if actor.organisation_id else sa.false()


VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {
    Event: _visible_events,
    EventChallenge: _visible_entries,
    Candidate: _visible_candidates,
    InterestDeclaration: _visible_declarations,
    Invitation: _visible_invitations,
}
