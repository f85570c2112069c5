"""Many profiles at once: every fault by row and column, all or nothing, and what is exported is imported unchanged."""

import re
from html import unescape
from io import BytesIO

import pytest
import sqlalchemy as sa

from showcase.access import actor_for
from showcase.errors import DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import Council, Solution, utc_now
from showcase.models.solution_questions import SOLUTION_QUESTIONS
from showcase.services import council_names, csv_export, solutions, spreadsheets
from tests.integration.conftest import CheckedClient, People
from tests.integration.publication_texts import SOLUTION, a_solution, take

pytestmark = pytest.mark.either_database

FULL = {
    **SOLUTION,
    "summary": '-5 degrees; a "quoted" line\nand =SUM(A1) on the next, with £ and ’',
    "ai_types": ["perceptive", "predictive"],
    "maturity": "pilot",
    "regions": ["north-east", "london"],
    "live_councils": ["E09000007"],
    "outcomes": [{"claim": "Fell by 31%", "evidence": "measured", "source": "A report"}, {"claim": "Liked"}],
    "how": "=cmd|' /C calc'!A0",
    "price_floor": 950_050,
}


@pytest.fixture
def camden(people: People) -> None:
    db.session.add(Council(name="Camden London Borough", short_name="Camden", gss_code="E09000007"))
    db.session.commit()


def uploaded(client: CheckedClient, text: str | bytes, name: str = "profiles.csv") -> str:
    data = text.encode() if isinstance(text, str) else text
    response = client.post("/solutions/import", data={"file": (BytesIO(data), name)})
    return unescape(response.text)


def confirmed(client: CheckedClient, page: str) -> int:
    found = re.search(r'name="rows" value="([^"]*)"', page.replace("&#34;", "&quot;"), re.DOTALL)
    assert found
    return client.post("/solutions/import/confirm", data={"rows": unescape(found.group(1))}).status_code


def raw_upload(client: CheckedClient, data: bytes, name: str) -> str:
    return client.post("/solutions/import", data={"file": (BytesIO(data), name)}).text


def all_solutions() -> list[Solution]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Solution).order_by(Solution.title)))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_is_imported_unchanged(client: CheckedClient, people: People, camden: None, kind: str) -> None:
    a_solution(people.founder, **FULL)
    before = dict(all_solutions()[0].content)
    client.sign_in(people.founder)
    file = client.get(f"/solutions/yours.{kind}").data
    assert "Nothing: it is the same" in raw_upload(client, file, f"mine.{kind}")
    client.sign_in(people.other_founder)
    page = raw_upload(client, file, f"mine.{kind}")
    assert "1 new, 0 changed" in page
    assert len(all_solutions()) == 1
    assert confirmed(client, page) == 302
    copy = next(s for s in all_solutions() if s.organisation_id == people.other_founder.organisation_id)
    assert copy.content == before
    assert copy.state == "draft"


def test_a_csv_cell_is_never_a_formula(client: CheckedClient, people: People, camden: None) -> None:
    a_solution(people.founder, **FULL)
    client.sign_in(people.founder)
    text = client.get("/solutions/yours.csv").text
    assert "'=cmd" in text
    assert "'-5 degrees" in text


def test_every_fault_is_told_by_row_and_column(client: CheckedClient, people: People, camden: None) -> None:
    client.sign_in(people.founder)
    page = uploaded(
        client,
        "name,maturity,price_floor,contact_email,live_councils,service_areas,outcomes\n"
        "Fine,Live service (TRL 8 to 9),1200,a@b.example,Camden,waste; planning,It helps | claim |\n"
        "\n"
        ",lively,a lot,nobody,Camdem,wasting, | claim | x\n"
        "fine,live,£1,a@b.example,,,a | claim | b | c\n",
    )
    rows = re.findall(r'<th scope="row"[^>]*>(Row \d+)</th>\s*<td[^>]*>([^<]*)</td>\s*<td[^>]*>([^<]*)</td>', page)
    assert {(row, column) for row, column, _ in rows} == {
        ("Row 4", "name"),
        ("Row 4", "maturity"),
        ("Row 4", "price_floor"),
        ("Row 4", "contact_email"),
        ("Row 4", "live_councils"),
        ("Row 4", "service_areas"),
        ("Row 4", "outcomes"),
        ("Row 5", "name"),
        ("Row 5", "outcomes"),
    }
    assert "Did you mean Camden London Borough?" in page
    assert "already stands in row 2" in page
    assert all_solutions() == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("summary\nx\n", "the column is missing"),
        ("name,colour\nx,red\n", "there is no such column"),
        ("name,Name\nx,y\n", "stands there twice"),
        ("name\n", "no profiles below the header"),
        ("", "no profiles below the header"),
        ("name\nx,more\n", "more cells than the header"),
        ('name\n"x\n', "not CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused(client: CheckedClient, people: People, text: str, words: str) -> None:
    client.sign_in(people.founder)
    assert words in uploaded(client, text)


@pytest.mark.parametrize(
    ("data", "name"), [(b"\xff\xfe", "a.csv"), (b"PK no", "a.xlsx"), (b"name", "a.pdf"), (b"", "")]
)
def test_a_file_that_cannot_be_read_is_refused(client: CheckedClient, people: People, data: bytes, name: str) -> None:
    client.sign_in(people.founder)
    response = client.post("/solutions/import", data={"file": (BytesIO(data), name)})
    assert response.status_code == 422
    assert "There is a problem" in response.text


def test_a_row_changes_the_profile_of_its_name(client: CheckedClient, people: People) -> None:
    solution = a_solution(people.founder)
    client.sign_in(people.founder)
    page = uploaded(client, "name,summary,contact_name,Trial\ndry rooms,New words,,30 days\n")
    assert "Change the profile of this name" in page
    assert confirmed(client, page) == 302
    db.session.refresh(solution)
    assert solution.content["summary"] == "New words"
    assert solution.content["trial"] == "30 days"
    assert "contact_name" not in solution.content
    assert solution.content["contact_email"] == SOLUTION["contact_email"]


def test_a_profile_in_review_is_not_changed(people: People) -> None:
    take(a_solution(people.founder), "submit", people.founder)
    by = actor_for(people.founder)
    plan = solutions.plan_import([["name"], ["Dry Rooms"]], by=by)
    assert [(fault.row, fault.column) for fault in plan.faults] == [(2, "name")]
    with pytest.raises(DomainError):
        solutions.apply_import(plan, by=by, now=utc_now())


def test_only_suppliers_import(client: CheckedClient, people: People) -> None:
    for role in ("officer", "staff"):
        client.sign_in(getattr(people, role))
        for page in ("import", "yours.csv", "import/template.csv"):
            assert client.get(f"/solutions/{page}").status_code == 403
        with pytest.raises(NotAllowed):
            solutions.plan_import([["name"], ["x"]], by=actor_for(getattr(people, role)))


def test_the_template_has_every_column(client: CheckedClient, people: People) -> None:
    client.sign_in(people.founder)
    table = spreadsheets.read_csv(client.get("/solutions/import/template.csv").data)
    assert table == [[question.name for question in SOLUTION_QUESTIONS]]
    assert spreadsheets.read_csv(csv_export.as_csv(["a"], [["@x"]]).encode()) == [["a"], ["@x"]]


@pytest.mark.usefixtures("app")
def test_councils_are_known_by_the_names_that_people_use() -> None:
    """A place without the kind of its council is enough, unless two councils share it."""
    for number, (name, short) in enumerate(
        [
            ("Durham County Council", "County Durham"),
            ("Oldham Council", "Oldham"),
            ("Bristol City Council", "Bristol"),
            ("Dorset Council", "Dorset"),
            ("Dorset County Council", "Dorset County"),
            ("City of London", "City of London"),
        ]
    ):
        db.session.add(Council(name=name, short_name=short, gss_code=f"E0000000{number}"))
    db.session.flush()
    names = council_names.load()
    assert names.read("Durham\nBristol; Dorset\nDorset County Council") == (
        ["E00000000", "E00000002", "E00000003", "E00000004"],
        [],
    )
    assert names.read("London")[0] == []


def test_what_an_import_would_change_and_empty_is_named(client: CheckedClient, people: People) -> None:
    """The file is one that uses semicolons, as spreadsheet programs write it on some machines."""
    solution = a_solution(people.founder)
    client.sign_in(people.founder)
    file = f"name;summary;contact_name\n{solution.title};Another summary, with a comma;\n".encode()
    data = {"file": (BytesIO(file), "profiles.csv")}
    page = client.post("/solutions/import", data=data, content_type="multipart/form-data")
    labels = {name: unescape(SOLUTION_QUESTIONS[name].label) for name in ("summary", "contact_name")}
    assert f"Changed: {labels['summary']}. Emptied: {labels['contact_name']}." in unescape(page.text)
