"""What a council holds here, as one workbook for whoever answers requests under the Freedom of Information Act 2000.

Each row says what to look at before it is disclosed: commercial interests of a firm or the council (section 43),
information given in confidence (41), personal data (40), what is to be published anyway (22). A mark is a question to
the council and no promise to anyone: it decides, after the public-interest test and after asking the firm.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import (
    Candidate,
    Challenge,
    Contract,
    Council,
    Decision,
    EngagementRecord,
    EventChallenge,
    Meeting,
    Pledge,
    Question,
    RecordEntry,
    Response,
    Saving,
    Score,
)
from showcase.models.answers import as_text, council_codes, pounds_and_pence
from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.models.enums import EntryKind
from showcase.models.questions import Audience
from showcase.models.questions import Question as Asked
from showcase.policies import Actor, Permission, require, visible_to
from showcase.policies.texts import is_scored_blind
from showcase.services import audit, council_names, records
from showcase.services.workbooks import Cell, Sheet, write

OF_FIRM = "Commercially sensitive? The firm’s (section 43(2); section 41 if given in confidence). Ask the firm"
OF_COUNCIL = "Commercially sensitive? The council’s own, above all before a tender (section 43(2))"
OF_PERSON = "May name a person (section 40)"
PUBLISHED = "Published on the platform (section 21)"
NO_MARK = ""
ALL_MARKS = (OF_FIRM, OF_COUNCIL, OF_PERSON, PUBLISHED)
LOOK = "Look at before disclosing"
MARKS = {
    EntryKind.RESPONSE: OF_FIRM,
    EntryKind.SELECTION: OF_FIRM,
    EntryKind.MEETING: OF_FIRM,
    EntryKind.JUDGEMENT: OF_FIRM,
    EntryKind.CONFLICT: OF_PERSON,
    EntryKind.MESSAGE: OF_PERSON,
    EntryKind.CALL: OF_PERSON,
}
"""What to look at in entries of an engagement record, by kind."""
Rows = Iterable[Sequence[Cell]]


@dataclass(frozen=True)
class Holding:
    """One kind of thing that a council holds."""

    name: str
    """Of the sheet: at most 31 characters."""
    head: tuple[str, ...]
    rows: Callable[[Council, Actor], Rows]
    """The last cell of each says what to look at."""


def export(council: Council, *, by: Actor, now: datetime) -> bytes:
    """Return what a council holds as a workbook, a sheet for each kind after one that explains the marks.

    Raises:
        NotAllowed: the policy says no.
    """
    require(by, Permission.ORGANISATION_DISCLOSE, council)
    sheets = [Sheet(each.name, (*each.head, LOOK), list(each.rows(council, by))) for each in HOLDINGS]
    counts = [(sheet.name, len(list(sheet.rows)), sum(bool(row[-1]) for row in sheet.rows)) for sheet in sheets]
    about: list[Sequence[Cell]] = [(f"What {council.name} holds here", None, None), ("Taken at (UTC)", now, None)]
    about += [(words, None, None) for words in EXPLAINED]
    first = Sheet("Read first", ("Sheet", "Rows", "Rows to look at"), [*about, *counts])
    audit.record("organisation.disclosed", council, by=by, rows=sum(rows for _, rows, _ in counts))
    return write([first, *sheets])


EXPLAINED = (
    "The last column of each sheet says what to look at before a row is disclosed. It decides nothing: you do.",
    "Nobody was promised that what stands here stays confidential. Firms are asked to say what is sensitive, and why.",
    "Left out: names of your own people, candidates whose selection is not over, and what others hold and you may not"
    " read, such as indicative prices. Uploaded files, plans and recommendation packs are on their own pages.",
)


# --- what it holds ----------------------------------------------------------------------------------------------------


def _challenges(council: Council, _by: Actor) -> Rows:
    for challenge in _own_challenges(council):
        texts = [("working text", challenge.content, False)]
        texts += [(f"version {v.number}", v.content, v is challenge.published_version) for v in challenge.versions]
        for which, content, is_published in texts:
            names = council_names.names_of(council_codes(CHALLENGE_QUESTIONS, content))
            for question in CHALLENGE_QUESTIONS:
                if said := as_text(question, content.get(question.name), names):
                    yield challenge.title, which, question.label, said, _mark_of(question, is_published=is_published)


def _mark_of(question: Asked, *, is_published: bool) -> str:
    if question.audience is not Audience.PUBLIC:
        return OF_COUNCIL
    return PUBLISHED if is_published else NO_MARK


def _responses(council: Council, by: Actor) -> Rows:
    query = sa.select(Response).where(visible_to(by, Response), Response.challenge_id.in_(_ids(council)))
    for each in db.session.scalars(query.order_by(Response.created_at, Response.id)):
        firm, title = each.solution.organisation.name, each.solution.known_title
        yield each.challenge.title, firm, title, each.note, each.state.value, each.reason, each.created_at, OF_FIRM


def _decisions(council: Council, _by: Actor) -> Rows:
    shown = _ids(council).where(sa.not_(is_scored_blind()))
    query = sa.select(Decision).where(Decision.challenge_id.in_(shown))
    for each in db.session.scalars(query.order_by(Decision.created_at, Decision.id)):
        firm, title = each.solution.organisation.name, each.solution.known_title
        yield each.challenge.title, firm, title, each.verdict.value, each.reason, each.created_at, OF_FIRM


def _scores(council: Council, _by: Actor) -> Rows:
    query = (
        sa.select(Score)
        .join(Score.candidate)
        .join(Candidate.entry)
        .where(EventChallenge.challenge_id.in_(_ids(council)), Candidate.told_at.is_not(None))
        .order_by(Score.created_at, Score.id)
    )
    for each in db.session.scalars(query):
        solution = each.candidate.solution
        mark = f"{OF_FIRM}. {OF_PERSON}"
        yield each.candidate.entry.challenge.title, solution.organisation.name, each.comment, each.updated_at, mark


def _questions(council: Council, by: Actor) -> Rows:
    query = sa.select(Question).where(visible_to(by, Question), Question.challenge_id.in_(_ids(council)))
    for each in db.session.scalars(query.order_by(Question.challenge_id, Question.number)):
        answers = "\n".join(answer.text for answer in each.answers)
        yield each.challenge.title, each.number, each.wording, answers, PUBLISHED if answers else NO_MARK


def _records(council: Council, by: Actor) -> Rows:
    query = (
        sa.select(RecordEntry, Challenge.title)
        .join(RecordEntry.record)
        .join(Challenge, Challenge.id == EngagementRecord.challenge_id)
        .where(
            visible_to(by, EngagementRecord),
            Challenge.organisation_id == council.id,
            sa.or_(RecordEntry.kind.not_in(records.NAMING), sa.not_(is_scored_blind())),
        )
        .order_by(Challenge.title, Challenge.id, RecordEntry.number)
    )
    for entry, title in db.session.execute(query):
        mark = MARKS.get(entry.kind, NO_MARK)
        yield title, entry.number, entry.kind.value, entry.happened_at, entry.words, entry.released_to, mark


def _meetings(council: Council, by: Actor) -> Rows:
    query = sa.select(Meeting).where(visible_to(by, Meeting), Meeting.council_id == council.id)
    for each in db.session.scalars(query.order_by(Meeting.created_at, Meeting.id)):
        challenge = each.entry.challenge.title
        yield challenge, each.supplier.name, each.state.value, each.starts_at, each.note, each.new_information, OF_FIRM


def _contracts(council: Council, _by: Actor) -> Rows:
    query = sa.select(Contract).where(Contract.council_id == council.id).order_by(Contract.ends_on, Contract.id)
    for each in db.session.scalars(query):
        yield each.supplier, each.product, each.ends_on, _pounds(each.annual_cost_pence), each.exit_terms, OF_FIRM


def _pledges(council: Council, _by: Actor) -> Rows:
    query = sa.select(Pledge).where(Pledge.council_id == council.id).order_by(Pledge.created_at, Pledge.id)
    for each in db.session.scalars(query):
        most = max((step["max_unit_price_pence"] for step in each.schedule), default=None)
        cost = _pounds(each.current_unit_cost_pence)
        yield each.interest_list.title, each.rung.value, each.quantity, cost, _pounds(most), OF_COUNCIL


def _savings(council: Council, by: Actor) -> Rows:
    query = sa.select(Saving).where(visible_to(by, Saving), Saving.council_id == council.id)
    for each in db.session.scalars(query.order_by(Saving.created_at, Saving.id)):
        title = each.closing.interest_list.title
        yield title, each.quantity, _pounds(each.claimed_pence), _pounds(each.confirmed_pence), each.note, OF_COUNCIL


def _own_challenges(council: Council) -> Iterable[Challenge]:
    query = sa.select(Challenge).where(Challenge.organisation_id == council.id)
    return db.session.scalars(query.order_by(Challenge.title, Challenge.id))


def _ids(council: Council) -> sa.Select[object]:
    return sa.select(Challenge.id).where(Challenge.organisation_id == council.id)


def _pounds(pence: int | None) -> str | None:
    return None if pence is None else pounds_and_pence(pence)


HOLDINGS = (
    Holding("Challenge statements", ("Challenge", "Which text", "Question", "Answer"), _challenges),
    Holding(
        "Solutions put forward",
        ("Challenge", "Firm", "Solution", "The firm’s note", "State", "Reason given", "Received at (UTC)"),
        _responses,
    ),
    Holding(
        "Decisions on matches", ("Challenge", "Firm", "Solution", "Verdict", "Reason", "Made at (UTC)"), _decisions
    ),
    Holding("Scores", ("Challenge", "Firm", "Comment", "Given at (UTC)"), _scores),
    Holding("Questions", ("Challenge", "Number", "Question", "Answers"), _questions),
    Holding(
        "Engagement records",
        ("Challenge", "Entry", "Kind", "Happened at (UTC)", "What happened", "Given to"),
        _records,
    ),
    Holding(
        "One-to-one meetings",
        ("Challenge", "Firm", "State", "At (UTC)", "What was to be talked about", "What was new"),
        _meetings,
    ),
    Holding("Contracts", ("Supplier", "Product", "Ends on", "A year, excluding VAT", "Exit terms"), _contracts),
    Holding(
        "Pledges",
        ("Interest list", "Rung", "Quantity", "Pays now a unit and year, excluding VAT", "Would pay at most"),
        _pledges,
    ),
    Holding(
        "Savings",
        ("Interest list", "Quantity", "Claimed a year, excluding VAT", "Confirmed a year, excluding VAT", "Note"),
        _savings,
    ),
)
"""Every kind, in the order of the sheets."""
