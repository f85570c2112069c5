"""Questions about challenges: asked without a name, answered to everyone; and nowhere a trace of who asked."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import Conflict, DomainError, NotAllowed, TooMany
from showcase.extensions import db
from showcase.models import (
    Answer,
    AuditEntry,
    Base,
    Call,
    Challenge,
    Event,
    EventChallenge,
    Message,
    Question,
    RecordEntry,
    Track,
    utc_now,
)
from showcase.models.enums import EventState, QuestionState
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.services import question_moderation, question_wording, questions, responses
from tests.integration.conftest import CheckedClient, People, Statements
from tests.integration.engagement_story import ASKED, asked, open_challenge
from tests.integration.publication_texts import a_solution, published, take

pytestmark = pytest.mark.either_database


@pytest.fixture
def challenge(people: People) -> Challenge:
    return open_challenge(people)


def test_from_question_to_answer(client: CheckedClient, people: People, challenge: Challenge) -> None:
    path = f"/challenges/{challenge.id}/questions"
    client.sign_in(people.founder)
    assert "Ask a question" in client.get(path).text
    assert client.post(f"{path}/ask", data={"wording": ASKED}).status_code == 302
    assert "you asked this" in client.get(path).text
    client.sign_in(people.other_founder)
    page = client.get(path).text
    assert ASKED in page
    assert "you asked this" not in page
    client.sign_out()
    assert ASKED not in client.get(path).text
    client.sign_in(people.officer)
    assert ASKED in client.get("/questions").text
    question = db.session.scalars(sa.select(Question)).one()
    sent = {"text": "Yes: one home in five has none.", "after": "0"}
    answered = client.post(f"/questions/{question.id}/answer", data=sent)
    assert answered.status_code == 302
    client.sign_out()
    public = client.get(f"/challenges/{challenge.id}").text
    assert ASKED in public
    assert "Yes: one home in five has none." in public
    assert client.get("/questions").status_code == 302


def test_a_correction_is_another_answer(client: CheckedClient, people: People, challenge: Challenge) -> None:
    question = asked(challenge, people.founder)
    client.sign_in(people.officer)
    path = f"/questions/{question.id}/answer"
    for after, text in enumerate(("No.", "Yes: we looked again.")):
        assert client.post(path, data={"text": text, "after": str(after)}).status_code == 302
    late = client.post(path, data={"text": "A colleague’s answer.", "after": "1"})
    assert late.status_code == 409
    assert "A colleague’s answer." in late.text
    assert 'value="2"' in late.text
    again = client.post(path, data={"text": "Yes: we looked again.", "after": "2"})
    assert again.status_code == 422
    assert "what the last answer says" in again.text
    texts = db.session.scalars(sa.select(Answer.text).order_by(Answer.number)).all()
    assert texts == ["No.", "Yes: we looked again."]
    page = client.get(f"/challenges/{challenge.id}/questions").text
    assert page.index("Yes: we looked again.") < page.index("Earlier answers") < page.index("No.</div>")


def test_everyone_is_told_the_same_at_one_time(people: People, challenge: Challenge) -> None:
    solution = a_solution(people.other_founder)
    published(solution, people)
    responses.put_forward(challenge, solution, "", by=actor_for(people.other_founder), now=utc_now())
    question = asked(challenge, people.founder)
    now = utc_now()
    questions.answer(question, "Yes.", by=actor_for(people.officer), now=now)
    told = db.session.scalars(sa.select(Message).where(Message.subject.startswith("Answered"))).all()
    assert {message.to.split("@")[0] for message in told} == {"fay.founder", "finn.founder"}
    assert len({(message.subject, message.body, message.created_at, message.next_try_at) for message in told}) == 1


def test_the_council_hears_of_questions_once_in_the_morning(people: People, challenge: Challenge) -> None:
    now = utc_now().replace(hour=15)
    for wording in (ASKED, "Is there a budget for training?"):
        questions.ask(challenge, wording, by=actor_for(people.founder), now=now)
    told = db.session.scalars(sa.select(Message).where(Message.subject.startswith("Questions about"))).all()
    assert [message.to.split("@")[0] for message in told] == ["olive.officer"]
    assert told[0].created_at == told[0].next_try_at > now
    assert told[0].next_try_at.minute == 0
    assert ASKED not in told[0].body


def test_no_trace_of_the_asker(client: CheckedClient, people: People, challenge: Challenge) -> None:
    """In no row but the asker's own, and on no page of anyone else, from the question to the corrected answer."""
    question = asked(challenge, people.founder)
    questions.answer(question, "Yes.", by=actor_for(people.officer), now=utc_now())
    questions.answer(question, "No.", by=actor_for(people.officer), now=utc_now())
    db.session.commit()
    firm = people.founder.organisation
    traces = {firm.name, people.founder.account.name, str(firm.id), str(people.founder.account_id), firm.id.hex}
    for table in Base.metadata.sorted_tables:
        if table.name in ("question_askers", "question_followers"):
            continue
        if table.name in ("organisations", "accounts", "memberships", "sign_in_sessions"):
            continue
        for row in db.session.execute(sa.select(table)):
            found = [trace for trace in traces if trace in str(row)]
            assert not found or _is_of_something_else(table.name, row), (table.name, row)
    paths = [
        f"/challenges/{challenge.id}",
        f"/challenges/{challenge.id}/questions",
        f"/challenges/{challenge.id}/questions.csv",
        f"/challenges/{challenge.id}/questions.json",
        f"/challenges/{challenge.id}/record",
        f"/questions/{question.id}/answer",
        f"/questions/{question.id}/reword",
    ]
    for member in (people.officer, people.other_officer, people.other_founder, people.staff, None):
        client.sign_in(member) if member else client.sign_out()
        for path in paths:
            text = client.get(path, follow_redirects=False).text
            assert not [trace for trace in traces if trace in text], path


def _is_of_something_else(table: str, row: sa.Row[tuple[object, ...]]) -> bool:
    """Whether a row with the asker's name tells of something other than the question."""
    if table == "messages":
        return str(row.subject).startswith("Answered")  # sent to all who take part, in the same words
    return False


def test_the_record_notes_a_question_when_it_is_answered(people: People, challenge: Challenge) -> None:
    question = asked(challenge, people.founder)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RecordEntry)) == 0
    questions.answer(question, "Yes.", by=actor_for(people.officer), now=utc_now())
    entry = db.session.scalars(sa.select(RecordEntry).order_by(RecordEntry.number.desc())).first()
    assert entry is not None
    assert ASKED in entry.words
    assert "Everyone" in entry.released_to
    assert entry.account_id == people.officer.account_id


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("Would Plain Answers be able to bid?", "Plain Answers"),
        ("Would PLAIN-ANSWERS LTD be able to bid?", "Plain Answers"),
        ("Could Fay Founder visit?", "Fay Founder"),
        ("We can send Dry Rooms for a trial. When?", "Dry Rooms"),
        ("Write to fay@firm.example please.", "@"),
        ("See https://firm.example for more. Is it enough?", "https://"),
        ("Is it as on plainanswers.co.uk?", "plainanswers.co.uk"),
        ("Could you ring 020 7946 0018?", "020 7946 0018"),
        ("", "Write your question"),
        ("why " * 201, "200 words"),
    ],
)
def test_what_would_tell_who_asks_is_refused(people: People, challenge: Challenge, wording: str, said: str) -> None:
    a_solution(people.founder)
    with pytest.raises(DomainError, match=said.replace(".", r"\.")):
        questions.ask(challenge, wording, by=actor_for(people.founder), now=utc_now())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == 0


def test_ordinary_words_pass(people: People, challenge: Challenge) -> None:
    for wording in (
        "Do you plan to buy in 2027?",
        "Are 1,200 homes in scope, or 12,000?",
        "Is dryness of rooms measured?",
    ):
        assert questions.ask(challenge, wording, by=actor_for(people.founder), now=utc_now()).wording == wording


def test_words_are_only_taken_out(people: People, challenge: Challenge) -> None:
    question = asked(challenge, people.founder, "We run this in Leeds. May we use our own gateway?")
    officer, now = actor_for(people.officer), utc_now()
    for wording in ("We run this in York. May we use our own gateway?", question.wording, " "):
        with pytest.raises(DomainError):
            question_moderation.reword(question, wording, by=officer, now=now)
    question_moderation.reword(question, "[removed] May we use our own gateway?", by=officer, now=now)
    assert question.wording == "[removed] May we use our own gateway?"
    assert question.asker.earlier_wordings == ["We run this in Leeds. May we use our own gateway?"]
    assert "Leeds" not in "".join(db.session.scalars(sa.select(RecordEntry.words)))
    assert not question_wording.is_cut("gateway our", "our gateway")


def test_staff_learn_who_asked_with_a_reason_alone(client: CheckedClient, people: People, challenge: Challenge) -> None:
    question = asked(challenge, people.founder)
    client.sign_in(people.staff)
    path = f"/questions/{question.id}/asker"
    assert "Plain Answers" not in client.get(path).text
    assert client.post(path, data={"reason": " "}).status_code == 422
    assert "Plain Answers Ltd" in client.post(path, data={"reason": "It insults an officer."}).text
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "question.asker_learned")).one()
    assert entry.by_id == people.staff.account_id
    assert entry.details["reason"] == "It insults an officer."
    for member in (people.officer, people.other_founder):
        client.sign_in(member)
        assert client.get(path).status_code in (403, 404)


def test_a_withheld_question_leaves_the_pages(client: CheckedClient, people: People, challenge: Challenge) -> None:
    question = asked(challenge, people.founder)
    questions.answer(question, "Yes.", by=actor_for(people.officer), now=utc_now())
    question_moderation.withhold(question, "It names a resident.", by=actor_for(people.staff), now=utc_now())
    path = f"/challenges/{challenge.id}/questions"
    for member, is_seen in ((people.founder, True), (people.officer, False), (people.other_founder, False)):
        client.sign_in(member)
        assert (ASKED in client.get(path).text) is is_seen, member
    client.sign_in(people.founder)
    assert "It names a resident." in client.get(path).text


def test_its_asker_takes_an_open_question_back(client: CheckedClient, people: People, challenge: Challenge) -> None:
    question = asked(challenge, people.founder)
    client.sign_in(people.other_founder)
    assert client.post(f"/questions/{question.id}/withdraw").status_code == 403
    client.sign_in(people.founder)
    assert client.post(f"/questions/{question.id}/withdraw").status_code == 302
    client.sign_in(people.officer)
    assert ASKED not in client.get(f"/challenges/{challenge.id}/questions").text
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "question.withdrawn")).one()
    assert entry.by_id is None


def test_no_questions_once_closed(people: People, challenge: Challenge) -> None:
    take(challenge, "close", people.officer)
    with pytest.raises(Conflict):
        questions.ask(challenge, ASKED, by=actor_for(people.founder), now=utc_now())
    assert not questions.may_ask(challenge, by=actor_for(people.founder), now=utc_now())


def test_a_call_of_an_event_takes_questions(people: People, challenge: Challenge) -> None:
    now = utc_now()
    take(challenge, "close", people.officer)
    event = Event(name="Day", state=EventState.ANNOUNCED, starts_at=now, ends_at=now + timedelta(hours=8))
    track = Track(event=event, name="All")
    db.session.add_all([event, track])
    db.session.flush()
    db.session.add(EventChallenge(event_id=event.id, track=track, challenge=challenge))
    db.session.add(Call(event=event, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1)))
    db.session.flush()
    assert questions.ask(challenge, ASKED, by=actor_for(people.founder), now=now).number == 1
    with pytest.raises(Conflict):
        questions.ask(challenge, ASKED, by=actor_for(people.founder), now=now + timedelta(days=2))


def test_nobody_floods_a_council(people: People, challenge: Challenge) -> None:
    for number in range(questions.MOST_OPEN):
        questions.ask(challenge, f"Question of mine, part {number}?", by=actor_for(people.founder), now=utc_now())
    with pytest.raises(TooMany):
        questions.ask(challenge, ASKED, by=actor_for(people.founder), now=utc_now())
    assert questions.ask(challenge, ASKED, by=actor_for(people.other_founder), now=utc_now()).number == 11


def test_who_may_ask_and_answer(people: People, challenge: Challenge) -> None:
    question = asked(challenge, people.founder)
    for member in (people.officer, people.staff):
        with pytest.raises(NotAllowed):
            questions.ask(challenge, ASKED, by=actor_for(member), now=utc_now())
    for member in (people.founder, people.staff, people.other_officer):
        with pytest.raises(NotAllowed):
            questions.answer(question, "Yes.", by=actor_for(member), now=utc_now())
    with pytest.raises(NotAllowed):
        question_moderation.withhold(question, "No.", by=actor_for(people.officer), now=utc_now())


def test_following_is_nobodys_business(client: CheckedClient, people: People, challenge: Challenge) -> None:
    path = f"/challenges/{challenge.id}/questions"
    client.sign_in(people.other_founder)
    client.post(f"{path}/follow")
    assert "Stop e-mails" in client.get(path).text
    question = asked(challenge, people.founder)
    questions.answer(question, "Yes.", by=actor_for(people.officer), now=utc_now())
    told = db.session.scalars(sa.select(Message.to).where(Message.subject.startswith("Answered"))).all()
    assert len(told) == 2
    client.post(f"{path}/follow", data={"follow": "no"})
    assert "E-mail me" in client.get(path).text


def test_lists_and_objects_agree(people: People, challenge: Challenge) -> None:
    made = [asked(challenge, people.founder, f"In state {state}?") for state in QuestionState]
    for question, state in zip(made, QuestionState, strict=True):
        question.state = state
    archived = open_challenge(people)
    made.append(asked(archived, people.other_founder))
    take(archived, "archive", people.officer)
    people.other_officer.organisation.suspended_at = utc_now()
    db.session.commit()
    members = [None, *vars(people).values()]
    for member in members:
        actor = actor_for(member) if member else PUBLIC
        listed = set(db.session.scalars(sa.select(Question.id).where(visible_to(actor, Question))))
        assert listed == {q.id for q in made if can(actor, Permission.QUESTION_SEE, q)}, member
    seen = {q.state for q in made if can(PUBLIC, Permission.QUESTION_SEE, q)}
    assert seen == {QuestionState.ANSWERED}


def test_the_list_costs_the_same_for_many(
    client: CheckedClient,
    people: People,
    challenge: Challenge,
    count_queries: Callable[[], AbstractContextManager[Statements]],
) -> None:
    counts = []
    client.sign_in(people.officer)
    for number in range(3):
        question = asked(challenge, people.founder, f"Is it so, number {number}?")
        questions.answer(question, "Yes.", by=actor_for(people.officer), now=utc_now())
        db.session.commit()
        with count_queries() as queries:
            client.get(f"/challenges/{challenge.id}/questions")
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_staff_see_what_waits_anywhere(client: CheckedClient, people: People, challenge: Challenge) -> None:
    asked(challenge, people.founder)
    client.sign_in(people.staff)
    page = client.get("/questions").text
    assert ASKED in page
    assert "Who asked" in page
    client.sign_in(people.officer)
    assert "Who asked" not in client.get("/questions").text
    client.sign_in(people.other_officer)
    assert ASKED not in client.get("/questions").text
    client.sign_in(people.founder)
    assert client.get("/questions").status_code == 403
