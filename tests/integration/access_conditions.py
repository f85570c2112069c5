"""What some views ask beyond their guard: who may take that very step, whose part it is, whether there is any.

Each condition says, of somebody whom the guard lets pass, which answers are right. What it knows of permissions it asks
the policies; that a thing is not there (no report yet, no plan, nothing of one's own) it reads from the rows.
"""

from collections.abc import Callable, Mapping
from typing import Any

from showcase.extensions import db
from showcase.models import (
    Agenda,
    Candidate,
    Council,
    EventReport,
    MeetingPlan,
    Membership,
    Pledge,
    PledgeEvidence,
    SignInSession,
    Solve,
    Supplier,
)
from showcase.models.enums import AgendaState, CandidateState
from showcase.models.interests import Rung
from showcase.policies import Actor, Permission, can
from showcase.services import feedback, interests, pledges, publications, session_wishes
from tests.integration.access_cases import NOWHERE, Case
from tests.integration.world_of_texts import find

Answers = frozenset[str]
LET_IN: Answers = frozenset({"let in", "too late"})
"""Let in; some who are learn that the thing has moved on, or that something else must come first."""
HIDDEN: Answers = frozenset({"hidden"})
REFUSED: Answers = frozenset({"refused"})
REFUSED_OR_LATE: Answers = frozenset({"refused", "too late"})


def expected(actor: Actor, case: Case) -> Answers:
    """Return what is right to answer somebody who passed the guard."""
    if NOWHERE in case.values.values():
        return HIDDEN | {"too late"}  # there is no such part of it
    ask = CONDITIONS.get(case.endpoint) or CONDITIONS.get(case.endpoint.partition(".")[0])
    return ask(actor, case) if ask is not None else LET_IN


def _if(holds: object, otherwise: Answers = HIDDEN) -> Answers:
    return LET_IN if holds else otherwise


def _step(actor: Actor, case: Case) -> Answers:
    permission = publications.STEPS[case.values["verb"]].permission
    return _if(can(actor, permission, case.subject), REFUSED_OR_LATE)


def _save(actor: Actor, case: Case) -> Answers:
    return _if(can(actor, Permission.PUBLICATION_EDIT, case.subject), REFUSED_OR_LATE)


def _move(actor: Actor, case: Case) -> Answers:
    move, subject = interests.MOVES[case.values["verb"]], case.subject
    assert subject is not None
    return _if(subject.state in move.sources and can(actor, move.permission, subject))  # type: ignore[attr-defined]


def _own_pledge(actor: Actor, case: Case) -> Pledge | None:
    found = find(Pledge, interest_list_id=case.values["interestlist_id"], council_id=actor.organisation_id)
    return found if isinstance(found, Pledge) else None


def _rung(actor: Actor, case: Case) -> Answers:
    subject: Any = case.subject
    is_open = Rung(case.values["rung"]) in pledges.rungs_open_to(actor, subject, _own_pledge(actor, case))
    return _if(
        is_open, REFUSED if case.method == "GET" else LET_IN | REFUSED
    )  # a form sent is shown with what is wrong


def _demand(actor: Actor, case: Case) -> Answers:
    pledge, subject = _own_pledge(actor, case), case.subject
    if pledge is None or not pledge.is_in:
        return HIDDEN
    assert subject is not None
    return _if(pledges.rungs_open_to(actor, subject, pledge), REFUSED)  # type: ignore[arg-type]


def _is_on_list(actor: Actor, case: Case) -> Answers:
    pledge = _own_pledge(actor, case)
    return _if(pledge is not None and pledge.is_in)


def _evidence(actor: Actor, case: Case) -> Answers:
    evidence = db.session.get_one(PledgeEvidence, case.values["evidence_id"])
    return _if(can(actor, Permission.PLEDGE_SEE, evidence.pledge))


def _agenda(actor: Actor, case: Case) -> Answers:
    if case.endpoint == "agendas.yours" and not actor.is_signed_in:
        return frozenset({"asked to sign in"})
    if case.endpoint == "agendas.show":
        return LET_IN
    if case.endpoint == "agendas.version":
        return _if(find(Agenda, event_id=case.values["event_id"], number=case.values["number"]))
    agenda = find(Agenda, event_id=case.values["event_id"], state=AgendaState.PUBLISHED)
    return _if(agenda is not None and can(actor, Permission.AGENDA_SEE, agenda))


def _report(actor: Actor, case: Case) -> Answers:
    if case.endpoint in ("reports.edit", "reports.publish"):
        return LET_IN
    report = find(EventReport, event_id=case.values["event_id"])
    return _if(report is not None and can(actor, Permission.REPORT_SEE, report))


def _outcome(actor: Actor, case: Case) -> Answers:
    pitch = db.session.get_one(Candidate, case.values["candidate_id"])
    return _if(pitch.state is CandidateState.CHOSEN and can(actor, Permission.OUTCOME_RECORD, pitch))


def _own_outcome(actor: Actor, case: Case) -> Answers:
    candidate: Any = case.subject
    return _if(candidate.solution.organisation_id == actor.organisation_id and candidate.told_at is not None)


def _feedback_on(is_of_council: bool) -> Callable[[Actor, Case], Answers]:
    def ask(actor: Actor, case: Case) -> Answers:
        event: Any = case.subject
        return _if(actor.is_council is is_of_council and feedback.takes_part(event, by=actor))

    return ask


def _own_session(actor: Actor, case: Case) -> Answers:
    session = db.session.get_one(SignInSession, case.values["session_id"])
    is_own = session.membership.account_id == actor.account_id
    return LET_IN | {"asked to sign in"} if is_own else HIDDEN


def _leave(actor: Actor, case: Case) -> Answers:
    member = db.session.get_one(Membership, case.values["membership_id"])
    is_own = member.account_id == actor.account_id
    if case.method == "GET" or is_own:
        return LET_IN
    return _if(can(actor, Permission.ORGANISATION_ADMINISTER, case.subject), REFUSED)


def _news(actor: Actor, case: Case) -> Answers:
    member = db.session.get_one(Membership, case.values["membership_id"])
    return _if(member.account_id == actor.account_id, REFUSED)


CONDITIONS: Mapping[str, Callable[[Actor, Case], Answers]] = {
    "accounts.act_for": lambda actor, case: _if(
        find(Membership, account_id=actor.account_id, organisation_id=case.values["organisation_id"])
    ),
    "accounts.end_session": _own_session,
    "agendas": _agenda,
    "agenda_drafts.cancel": lambda _, case: _if(find(Solve, subject_id=case.values["event_id"]), HIDDEN | LET_IN),
    "agenda_drafts.progress": lambda _, case: _if(find(Solve, subject_id=case.values["event_id"])),
    "agenda_drafts.suggestion": lambda _, case: _if(
        find(Solve, subject_id=case.values["event_id"]), HIDDEN | {"too late"}
    ),
    "agenda_drafts.take_over": lambda _, case: _if(
        find(Solve, subject_id=case.values["event_id"]), HIDDEN | {"too late"}
    ),
    "candidates.outcome": _own_outcome,
    "challenges.autosave": _save,
    "challenges.save": _save,
    "challenges.step": _step,
    "feedback.on_event": _feedback_on(False),
    "feedback.on_pitch": _feedback_on(True),
    "interests.move": _move,
    "matches.similar": lambda _, case: _if(getattr(case.subject, "is_visible", False)),
    "materials.send": lambda _, case: HIDDEN,  # a form that names no pitch
    "meeting_plans.apply": lambda _, case: HIDDEN,  # nothing was worked out
    "meeting_plans.suggest": lambda _, case: _if(find(MeetingPlan, event_id=case.values["event_id"])),
    "meeting_plans.timetable": lambda _, case: _if(find(MeetingPlan, event_id=case.values["event_id"])),
    "members.choose_news": _news,
    "members.remove": _leave,
    "organisations.domains": lambda _, case: _if(isinstance(case.subject, Council)),
    "organisations.edit": lambda _, case: _if(isinstance(case.subject, Supplier)),
    "organisations.remove_domain": lambda _, case: _if(isinstance(case.subject, Council)),
    "outcomes.record": _outcome,
    "pledges.add_evidence": _is_on_list,
    "pledges.share": _is_on_list,
    "pledges.state_demand": _demand,
    "pledges.step": _rung,
    "pledges.take_evidence": _evidence,
    "releases.file": lambda _, case: _if(getattr(case.subject, "file_id", None)),
    "reports": _report,
    "session_wishes.edit": lambda actor, case: _if(
        session_wishes.takes_part(case.subject, actor.organisation_id),  # type: ignore[arg-type]
        REFUSED,
    ),
    "solutions.autosave": _save,
    "solutions.save": _save,
    "solutions.step": _step,
    "tuning.adopt": lambda _, case: HIDDEN,  # there is no such set of weights
    "tuning.show": lambda _, case: HIDDEN,
}
"""By endpoint, or by the part of it before the dot."""
