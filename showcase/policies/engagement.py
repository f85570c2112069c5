"""Who may do what with questions and answers, engagement records, materials, feedback, outcomes and reports."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from showcase.models import (
    Candidate,
    Challenge,
    EngagementRecord,
    EventReport,
    Material,
    MaterialRules,
    Organisation,
    Question,
    Release,
    Solution,
)
from showcase.models.enums import CandidateState, EventState, QuestionState
from showcase.policies.permissions import Permission
from showcase.policies.rules import Actor, Rule, is_active_supplier, is_council, is_lead, is_signed_in, is_staff, owns
from showcase.policies.texts import is_challenge, is_visible, owns_challenge, was_published

STANDING = (QuestionState.OPEN, QuestionState.ANSWERED)

is_on_view = Rule(
    "its challenge is published by an active organisation",
    lambda a, s: s.challenge.is_visible and s.challenge.organisation.is_active,
)
is_answered = Rule("it is answered", lambda a, s: s.state is QuestionState.ANSWERED)
is_unanswered = Rule("it is not answered yet", lambda a, s: s.state is QuestionState.OPEN)
is_standing = Rule("nobody took it off the page", lambda a, s: s.state in STANDING)
asked_it = Rule(
    "belongs to the supplier that asked it",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.asker.organisation_id,
)
takes_part = is_council | is_active_supplier
lacks_lead = Rule("the council has no procurement lead", lambda a, s: s.organisation.lead is None)
keeps_record = owns & is_council & is_challenge
is_over = Rule("the event is finished", lambda a, s: s.state is EventState.FINISHED)
is_announced = Rule("the event is announced", lambda a, s: s.is_announced)
pitches_it = Rule(
    "belongs to the supplier whose solution was chosen",
    lambda a, s: (
        a.organisation_id is not None
        and a.organisation_id == s.solution.organisation_id
        and s.state is CandidateState.CHOSEN
    ),
)
sent_it = Rule(
    "belongs to the supplier that sent it",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.candidate.solution.organisation_id,
)
is_shown = Rule("staff showed all slides", lambda a, s: s.rules.shown_at is not None)
is_of_own_challenge = Rule(
    "owns the challenge",
    lambda a, s: a.organisation_id is not None and a.organisation_id == s.entry.challenge.organisation_id,
)
is_published = Rule("it is published", lambda a, s: s.published_at is not None)

TABLE: Mapping[Permission, Rule] = {
    Permission.QUESTION_LIST: is_council | is_staff,
    Permission.QUESTION_SEE: (is_answered & is_on_view)
    | (is_standing & is_on_view & takes_part)
    | (is_standing & owns_challenge)
    | asked_it
    | is_staff,
    Permission.QUESTION_ASK: is_active_supplier & is_challenge & is_visible,
    Permission.QUESTION_ANSWER: owns_challenge & is_council & is_standing,
    Permission.QUESTION_REWORD: ((owns_challenge & is_council) | is_staff) & is_standing,
    Permission.QUESTION_WITHHOLD: is_staff & is_standing,
    Permission.QUESTION_WITHDRAW: asked_it & is_unanswered,
    Permission.QUESTION_LEARN_ASKER: is_staff,
    Permission.RELEASE_SEE: is_on_view | owns_challenge | is_staff,
    Permission.RELEASE_GIVE: is_challenge & was_published & ((owns & is_council) | is_staff),
    Permission.RECORD_LIST: is_council | is_staff,
    Permission.RECORD_SEE: keeps_record | (is_challenge & is_staff),
    Permission.RECORD_WRITE: keeps_record | (is_challenge & is_staff),
    Permission.RECORD_KEEP: keeps_record,
    Permission.RECORD_DISPOSE: keeps_record & (is_lead | lacks_lead),
    Permission.MATERIAL_SEE: sent_it | (is_council & is_shown) | is_staff,
    Permission.MATERIAL_LIST: is_signed_in & is_announced,
    Permission.MATERIAL_SEND: pitches_it & is_active_supplier,
    Permission.MATERIAL_MANAGE: is_staff,
    Permission.FEEDBACK_GIVE: takes_part & is_over,
    Permission.FEEDBACK_SEE: is_staff,
    Permission.OUTCOME_LIST: is_signed_in & is_over,
    Permission.OUTCOME_RECORD: (is_of_own_challenge & is_council) | is_staff,
    Permission.REPORT_SEE: is_published | is_staff,
    Permission.REPORT_EDIT: is_staff,
}


# --- lists: the same rules as SQL -------------------------------------------------------------------------------------


def _on_view() -> sa.ColumnElement[bool]:
    is_active = sa.and_(Organisation.approved_at.is_not(None), Organisation.suspended_at.is_(None))
    return sa.and_(Challenge.published_version_id.is_not(None), Challenge.organisation.has(is_active))


def _visible_questions(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    is_inside = (actor.is_council or actor.is_supplier) and actor.is_organisation_active
    states = STANDING if is_inside else (QuestionState.ANSWERED,)
    shown = sa.and_(Question.state.in_(states), Question.challenge.has(_on_view()))
    if actor.organisation_id is None:
        return shown
    own = sa.and_(
        Question.state.in_(STANDING), Question.challenge.has(Challenge.organisation_id == actor.organisation_id)
    )
    return sa.or_(shown, own, Question.asker.has(organisation_id=actor.organisation_id))


def _visible_releases(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    shown = Release.challenge.has(_on_view())
    if actor.organisation_id is None:
        return shown
    return sa.or_(shown, Release.challenge.has(Challenge.organisation_id == actor.organisation_id))


def _visible_materials(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    if actor.organisation_id is None:
        return sa.false()
    own = Material.candidate.has(Candidate.solution.has(Solution.organisation_id == actor.organisation_id))
    if actor.is_council and actor.is_organisation_active:
        return sa.or_(own, Material.rules.has(MaterialRules.shown_at.is_not(None)))
    return own


def _visible_records(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.is_staff:
        return sa.true()
    if not (actor.is_council and actor.is_organisation_active):
        return sa.false()
    return EngagementRecord.challenge.has(Challenge.organisation_id == actor.organisation_id)


VISIBLE: Mapping[type[Any], Callable[[Actor], sa.ColumnElement[bool]]] = {
    EngagementRecord: _visible_records,
    Question: _visible_questions,
    Release: _visible_releases,
    Material: _visible_materials,
    EventReport: lambda actor: sa.true() if actor.is_staff else EventReport.published_at.is_not(None),
}
