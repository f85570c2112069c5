"""Challenges, solutions and what hangs on them, one in each state: a part of the whole world of tests."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import (
    Challenge,
    EmailDomain,
    File,
    FileKind,
    IdentityProvider,
    Membership,
    Message,
    Need,
    NeedMember,
    Publication,
    Question,
    QuestionAsker,
    Release,
    Response,
    Solution,
    utc_now,
)
from showcase.models.enums import QuestionState, ResponseState, State, TicketPurpose
from showcase.policies import Actor
from showcase.services import publications, questions, tickets
from tests.integration.conftest import People
from tests.integration.publication_texts import a_challenge, a_solution, take

PATHS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "with the lead": ("submit",),
    "in review": ("submit", "approve"),
    "changes requested": ("submit", "approve", "request_changes"),
    "published": ("submit", "approve", "publish"),
    "closed": ("submit", "approve", "publish", "close"),
    "published, with a new draft": ("submit", "approve", "publish", "edit"),
    "published, a new version in review": ("submit", "approve", "publish", "edit", "submit", "approve"),
    "archived": ("submit", "approve", "publish", "archive"),
    "archived draft": ("archive",),
}
"""How a text comes to each state, for an organisation that has a procurement lead."""
SECRET = "Zebra"
"""Part of the title of every text that is not shown to everyone."""


def fill(people: People, members: dict[str, Membership]) -> None:
    """Make them all."""
    for role in ("officer", "founder", "other officer", "other founder"):
        for state in PATHS if role in ("officer", "founder") else ("draft", "published"):
            a_text(members[role], people, state)
    for role in ("suspended officer", "suspended founder"):
        a_text(members[role], people, "published")
        a_text(members[role], people, "draft")
    a_text(members["unapproved founder"], people, "draft")
    members["suspended founder"].organisation.suspended_at = utc_now()
    council = members["officer"].organisation
    tickets.issue(TicketPurpose.ACCEPT_INVITATION, "ida@a.example", now=utc_now(), organisation=council)
    db.session.add(EmailDomain(domain="northmere.example", organisation=council))
    issuer = IdentityProvider(
        organisation=council, issuer="https://nobody.invalid", client_id="a", client_secret="b", tenants=[]
    )
    now = utc_now()
    note = Message(to="a@a.example", subject="Hello", body="Words.", next_try_at=now, tries=9, error="refused")
    db.session.add_all([issuer, note])
    db.session.commit()
    _fill_answers(people, members)
    _fill_needs()
    db.session.commit()


def a_text(member: Membership, people: People, state: str) -> Publication:
    """Bring a challenge or solution of someone's organisation to a state."""
    name = state if state.startswith(("published", "closed")) else f"{SECRET}, {state}"
    text: Publication
    if member.organisation.kind == "council":
        text = a_challenge(member, title=f"{name} of {member.organisation.name}")
    else:
        text = a_solution(member, name=f"{name} of {member.organisation.name}")
    db.session.flush()
    actor = replace(actor_for(member), is_procurement_lead=True, is_organisation_active=True)
    for verb in PATHS[state]:
        if verb == "submit" and state == "with the lead":
            text.state = State.WITH_LEAD
        elif verb == "approve":
            continue  # what a lead submits waits for nobody's approval
        elif verb == "edit":
            words = {"problem": "Other words."} if isinstance(text, Challenge) else {"summary": "Other words."}
            publications.save(text, {**text.content, **words}, revision=text.revision, by=actor, now=utc_now())
        elif verb in ("publish", "request_changes"):
            take(text, verb, people.staff, reason="Say more.")
        else:
            publications.take_step(text, verb, by=actor, now=utc_now(), reason="")
    db.session.commit()
    return text


def find(model: type[Any], **wanted: Any) -> Any:
    """Return the first object with these values."""
    return db.session.query(model).filter_by(**wanted).order_by(model.created_at, model.id).first()


def all_of(model: type[Any], **wanted: Any) -> list[Any]:
    """Return all objects with these values, the oldest first."""
    return db.session.query(model).filter_by(**wanted).order_by(model.created_at, model.id).all()


def a_file(member: Membership) -> File:
    """Make an uploaded file of somebody's organisation."""
    return File(
        name="letter.pdf",
        kind=FileKind.PDF,
        size=9,
        sha256="cafe" * 16,
        data=b"%PDF-1.7\n%%EOF",
        organisation_id=member.organisation_id,
    )


# --- what hangs on texts ----------------------------------------------------------------------------------------------


def _fill_answers(people: People, members: dict[str, Membership]) -> None:
    """Make responses, questions and releases in every state, on challenges that are shown and on one that is not."""
    shown = [each for each in all_of(Challenge) if each.is_visible and each.organisation.is_active]
    gone = find(Challenge, state=State.ARCHIVED, organisation_id=people.officer.organisation_id)
    solution = find(Solution, state=State.PUBLISHED, organisation_id=people.founder.organisation_id)
    own = [each for each in shown if each.organisation_id == people.officer.organisation_id]
    for challenge, standing in zip([*own, gone, shown[-1]], ResponseState, strict=False):
        db.session.add(Response(challenge=challenge, solution=solution, note="We can.", state=standing))
    for number, challenge in enumerate((own[0], gone)):
        for place, state in enumerate(QuestionState):
            asker = members["founder" if place % 2 == number else "other founder"]
            _a_question(challenge, asker, state, number=place + 1)
        db.session.add_all(
            Release(challenge=challenge, title="More", text="Words.", released_at=utc_now(), file=file)
            for file in (None, a_file(people.officer))
        )
    db.session.flush()


def _a_question(challenge: Challenge, asker: Membership, state: QuestionState, *, number: int) -> None:
    wording, day = f"{SECRET} {state}: {challenge.title}?", utc_now().date()
    question = Question(challenge=challenge, number=number, wording=wording, asked_on=day, state=state)
    question.asker = QuestionAsker(organisation_id=asker.organisation_id, account_id=asker.account_id)
    db.session.add(question)
    db.session.flush()
    if state is QuestionState.ANSWERED:
        question.state = QuestionState.OPEN
        questions.answer(question, "Yes.", by=_officer_of(challenge), now=utc_now())


def _officer_of(challenge: Challenge) -> Actor:
    council = challenge.organisation
    member = find(Membership, organisation_id=council.id)
    return replace(actor_for(member), is_procurement_lead=True)


def _fill_needs() -> None:
    """Make a need that is shared, one taken off the lists, one of a single challenge and one joined into the first."""
    shown = [each for each in all_of(Challenge) if each.is_visible and each.organisation.is_active]
    shared, dismissed, single, joined = Need(), Need(dismissed_at=utc_now()), Need(), Need()
    db.session.add_all([shared, dismissed, single, joined])
    db.session.flush()
    joined.joined_into_id = shared.id
    for challenge, need in zip(shown, [shared, shared, dismissed, dismissed, single], strict=False):
        db.session.add(NeedMember(challenge=challenge, need=need, method="0", created_at=utc_now() - timedelta(1)))
    db.session.flush()
