"""Freedom of information: a council takes away what it holds, marked, and no page promises confidentiality."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from showcase.access import actor_for
from showcase.extensions import db
from showcase.models import AuditEntry, Decision
from showcase.models.enums import Verdict
from showcase.services import disclosure, responses
from tests.conftest import ROOT
from tests.integration.conftest import CheckedClient, People
from tests.integration.engagement_story import asked
from tests.integration.interest_texts import says
from tests.integration.price_texts import a_list, a_pledge, an_offer, open_prices
from tests.integration.publication_texts import a_challenge, a_solution, published
from tests.integration.showcase_events import NOW

pytestmark = pytest.mark.either_database


def taken(client: CheckedClient, people: People) -> dict[str, list[list[object]]]:
    """Take the workbook away as the council's administrator; return the rows of each sheet."""
    client.sign_in(people.officer)
    reply = client.post(f"/organisations/{people.officer.organisation_id}/held")
    assert reply.status_code == 200
    book = CalamineWorkbook.from_filelike(BytesIO(reply.data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_council_takes_away_what_it_holds_with_marks(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer, contract_supplier="Bluewater Ltd")
    solution = a_solution(people.founder)
    for text in (challenge, solution):
        published(text, people)
    responses.put_forward(challenge, solution, "We do this for three councils", by=actor_for(people.founder), now=NOW)
    asked(challenge, people.founder, "Which systems do you have?")
    db.session.add(
        Decision(challenge=challenge, solution=solution, verdict=Verdict.SHORTLISTED, ranker="r", reason="Fits")
    )
    db.session.commit()
    sheets = taken(client, people)
    assert list(sheets) == ["Read first", *(each.name for each in disclosure.HOLDINGS)]
    text = {(row[1], row[2]): (row[3], row[4]) for row in sheets["Challenge statements"][1:]}
    incumbent = challenge.questionnaire["contract_supplier"].label
    assert text["version 1", incumbent] == ("Bluewater Ltd", disclosure.OF_COUNCIL)
    assert text["version 1", challenge.questionnaire["title"].label][1] == disclosure.PUBLISHED
    assert text["working text", challenge.questionnaire["title"].label][1] == ""
    (response,) = sheets["Solutions put forward"][1:]
    assert (response[3], response[-1]) == ("We do this for three councils", disclosure.OF_FIRM)
    assert [row[-1] for row in sheets["Decisions on matches"][1:]] == [disclosure.OF_FIRM]
    assert [row[2] for row in sheets["Questions"][1:]] == ["Which systems do you have?"]
    assert disclosure.OF_FIRM in [row[-1] for row in sheets["Engagement records"][1:]]
    counts = {row[0]: row[1:3] for row in sheets["Read first"]}
    assert counts["Solutions put forward"] == [1, 1]
    assert db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "organisation.disclosed")).one()


def test_what_firms_and_other_councils_keep_for_themselves_is_not_in_it(client: CheckedClient, people: People) -> None:
    interest_list = a_list(people)
    a_pledge(interest_list, people.officer, quantity=1_234)
    a_pledge(interest_list, people.other_officer, quantity=987_654)
    an_offer(interest_list, people.founder)
    open_prices(interest_list)
    sheets = taken(client, people)
    assert [(row[2], row[-1]) for row in sheets["Pledges"][1:]] == [(1234, disclosure.OF_COUNCIL)]
    assert not any(hidden in str(sheets) for hidden in ("987654", "Plain Answers"))
    assert not says(str(sheets), 900)


def test_only_the_councils_administrators_take_it_away(client: CheckedClient, people: People) -> None:
    path = f"/organisations/{people.officer.organisation_id}/held"
    people.officer.is_administrator = False
    for membership in (people.officer, people.other_officer, people.staff, people.founder):
        client.sign_in(membership)
        assert client.post(path).status_code == 403, membership.account.name
    client.sign_in(people.founder)
    assert client.get(f"/organisations/{people.founder.organisation_id}/held").status_code == 403


PROMISES = re.compile(r"confidential|in confidence|kept secret|never be (?:shared|seen|shown|disclosed)", re.IGNORECASE)
SAYS_THE_OPPOSITE = {"templates/information/privacy.html", "showcase/services/disclosure.py"}


def test_no_page_or_email_promises_that_anything_stays_confidential() -> None:
    texts = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "showcase" / "forms").glob("*.py")]
    texts += [*(ROOT / "showcase" / "services").glob("*_messages.py"), *(ROOT / "showcase" / "data").rglob("*.json")]
    texts += [ROOT / "showcase/services/disclosure.py", *(ROOT / "showcase" / "models").glob("*_questions.py")]
    assert len(texts) > 150
    said: dict[str, list[str]] = {}
    for file in texts:
        shown = file.read_text() if file.suffix != ".py" else "\n".join(_shown_words(file.read_text()))
        if found := PROMISES.findall(shown):
            said[str(file.relative_to(ROOT))] = found
    assert said.keys() == SAYS_THE_OPPOSITE
    privacy = " ".join((ROOT / "templates/information/privacy.html").read_text().split())
    assert "Neither the service nor a council can promise that it stays confidential" in privacy


def _shown_words(source: str) -> list[str]:
    """Return the string literals of a module that are not documentation and not single words."""
    import ast

    tree = ast.parse(source)
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    literals = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return [node.value for node in literals if id(node) not in documents and node.value.count(" ") > 2]
