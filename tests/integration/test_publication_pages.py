"""Pages of texts: who sees which, decides on which, and lists of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Challenge, Membership, Message, Publication, Solution
from showcase.models.enums import State
from showcase.services import publications
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.publication_texts import CHALLENGE, SOLUTION, a_challenge, a_solution, fields, published, take

pytestmark = pytest.mark.either_database

Counting = Callable[[], AbstractContextManager[Statements]]


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_only_its_council_sees_a_draft(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    for role, status in (("officer", 200), ("other_officer", 404), ("staff", 404), ("founder", 404)):
        client.sign_in(getattr(people, role))
        for page in ("draft", "history", "edit/problem", "compare"):
            assert client.get(f"/challenges/{challenge.id}/{page}").status_code == status, (role, page)
        assert client.post(f"/challenges/{challenge.id}/steps/archive").status_code != 200


def test_what_a_council_keeps_is_shown_to_no_one_else(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    published(challenge, people)
    page, export = f"/challenges/{challenge.id}", "/challenges/export.csv"
    secrets = ("Incumbent Systems", "£25,000 to £50,000")
    seen = {"other_officer": True, "founder": False, None: False}
    for role, is_backer_seen in seen.items():
        client.sign_in(getattr(people, role)) if role else client.sign_out()
        for text in (client.get(page).text, client.get(export).text):
            assert not any(secret in text for secret in secrets), role
            assert ("Director of Housing" in text) is is_backer_seen, role
    client.sign_in(people.officer)
    assert all(secret in client.get(page).text for secret in secrets)
    assert not any(secret in client.get(export).text for secret in secrets)
    for word in ("Incumbent", "25k-50k"):
        assert "0 challenges" in client.get(f"/challenges?q={word}").text


def test_a_shown_budget_is_shown(client: CheckedClient, people: People) -> None:
    published(a_challenge(people.officer, is_budget_shown=True), people)
    assert "£25,000 to £50,000" in client.get("/challenges/export.csv").text
    challenge = db.session.scalars(sa.select(Challenge)).one()
    for membership in (None, people.founder, people.officer):
        if membership is not None:
            client.sign_in(membership)
        page = client.get(f"/challenges/{challenge.id}").text
        beside = page.partition("£25,000 to £50,000")[0].rpartition("<dt")[2]
        assert "Budget band" in beside
        assert "Seen by" not in beside


def test_suppliers_never_see_each_others_profiles(client: CheckedClient, people: People) -> None:
    solution = a_solution(people.founder)
    published(solution, people)
    url = f"/solutions/{solution.id}"
    client.sign_in(people.other_founder)
    assert client.get(url).status_code == 404
    assert client.get("/solutions").location == "/solutions/yours"
    assert "Dry Rooms" not in client.get("/solutions/export.csv").text
    client.sign_out()
    assert client.get(url).status_code == 302
    client.sign_in(people.officer)
    assert "£12,345 a year, excluding VAT" in client.get(url).text
    assert "12,345" in client.get("/solutions/export.csv").text


def test_staff_decide_at_the_end_of_what_they_read(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    take(challenge, "submit", people.officer)
    client.sign_in(people.staff)
    page = client.get(f"/challenges/{challenge.id}/draft").text
    assert page.index('href="#decide"') < page.index("often after a child has been ill") < page.index("/steps/publish")
    client.sign_in(people.officer)
    page = client.get(f"/challenges/{challenge.id}/draft").text
    assert page.index("/steps/recall") < page.index("often after a child has been ill")
    assert "#decide" not in page


def test_only_staff_publish_and_only_in_review(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    take(challenge, "submit", people.officer)
    url = f"/challenges/{challenge.id}/steps/publish"
    for role in ("officer", "other_officer", "founder"):
        client.sign_in(getattr(people, role))
        assert client.post(url).status_code in (403, 404), role
    client.sign_in(people.staff)
    assert publications.awaiting_review() == [challenge]
    assert client.post(url).status_code == 302
    assert publications.awaiting_review() == []
    again = client.post(url)
    assert again.status_code == 409
    assert "You published it on" in again.text
    client.sign_in(people.officer)
    assert client.post(url).status_code == 403
    client.sign_in(people.staff)
    assert client.post(url.replace("publish", "no-such-step")).status_code == 404


def test_the_procurement_lead_approves_first(client: CheckedClient, people: People) -> None:
    lead = member_of(people.officer.organisation, "Lena Lead", is_procurement_lead=True)
    challenge = a_challenge(people.officer)
    db.session.commit()
    base = f"/challenges/{challenge.id}"
    client.sign_in(people.officer)
    assert "procurement lead was asked" in client.post(f"{base}/steps/submit", follow_redirects=True).text
    client.sign_in(people.staff)
    assert client.get(f"{base}/draft").status_code == 404
    client.sign_in(lead)
    client.post(f"{base}/steps/return", data={"reason": "Not yet."})
    assert challenge.state is State.CHANGES_REQUESTED
    client.post(f"{base}/steps/submit")
    assert challenge.state is State.IN_REVIEW


# --- lists ------------------------------------------------------------------------------------------------------------


def test_filters_stand_in_the_address(client: CheckedClient, people: People) -> None:
    published(a_challenge(people.officer), people)
    published(a_challenge(people.other_officer, title="How might we sort waste?", service_areas=["waste"]), people)
    closed = a_challenge(people.officer, title="How might we count votes?", service_areas=["elections"])
    published(closed, people)
    take(closed, "close", people.officer)
    expected = {
        "": 3,
        "?q=WASTE": 1,
        "?q=eastbrook": 1,
        "?q=100%25": 0,
        "?status=open": 2,
        "?status=closed": 1,
        "?status=open&status=closed": 3,
        "?service_area=waste&service_area=elections": 2,
        "?region=north-east": 2,
        "?council_type=district": 1,
        "?page=99": 3,
        "?page=x&sort=nonsense": 3,
    }
    for address, count in expected.items():
        assert f"{count} challenge{'' if count == 1 else 's'}" in client.get(f"/challenges{address}").text, address
    ordered = client.get("/challenges?sort=title").text
    assert ordered.index("count votes") < ordered.index("find damp homes") < ordered.index("sort waste")
    rows = client.get("/challenges/export.csv?service_area=waste").text.splitlines()
    assert len(rows) == 2
    assert rows[0].startswith("\ufeffOrganisation,")


def test_a_working_title_is_in_no_list(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    published(challenge, people)
    client.sign_in(people.officer)
    url = f"/challenges/{challenge.id}/edit/problem"
    client.post(url, data={**fields(client.get(url).text), "title": "Secret plan"})
    client.sign_out()
    assert "Secret plan" not in client.get("/challenges").text
    assert "0 challenges" in client.get("/challenges?q=secret").text


@pytest.mark.parametrize("address", ["/challenges", "/challenges/export.csv", "/challenges/yours"])
def test_a_list_costs_the_same_with_three_rows(
    client: CheckedClient, people: People, count_queries: Counting, address: str
) -> None:
    client.sign_in(people.officer)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            published(a_challenge(people.officer), people)
        db.session.expire_all()
        assert client.get(address).status_code == 200
        with count_queries() as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_came_with_the_seeds_says_so(client: CheckedClient, people: People) -> None:
    texts: list[tuple[Publication, str]] = [
        (a_challenge(people.officer), "challenges"),
        (a_solution(people.founder), "solutions"),
    ]
    client.sign_in(people.staff)
    for text, path in texts:
        text.is_illustrative = True
        published(text, people)
        for page in (f"/{path}/{text.id}", f"/{path}/{text.id}/draft", f"/{path}/export.csv", f"/{path}"):
            assert text.illustration in client.get(page).text, page
    bodies = list(db.session.scalars(sa.select(Message.body).where(Message.subject.contains("Dry Rooms"))))
    assert bodies
    assert all("Illustrative: an invented firm." in body for body in bodies)


@pytest.mark.parametrize(("kind", "role"), [(Challenge, "officer"), (Solution, "founder")])
def test_every_section_can_be_written(
    client: CheckedClient, people: People, kind: type[Publication], role: str
) -> None:
    member: Membership = getattr(people, role)
    text = a_challenge(member) if kind is Challenge else a_solution(member)
    client.sign_in(member)
    before = dict(text.content)
    assert before == {**(CHALLENGE if kind is Challenge else SOLUTION)}
    for section in kind.questionnaire.sections:
        url = f"/{text.kind}s/{text.id}/edit/{section.name}"
        page = client.get(url).text
        assert all(question.label.split("’")[0] in page for question in section.questions)
        assert client.post(url, data=fields(page)).status_code == 302
    db.session.refresh(text)
    assert text.content == before
    assert text.revision == 1
    assert client.get(f"/{text.kind}s/{text.id}/edit/nothing").status_code == 404


def test_a_button_pressed_twice_starts_one_draft(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    typed = {"title": "How might we keep homes dry?", "pasted": "Problem\nTenants wait for months."}
    first = client.post("/challenges/new", data=typed)
    assert client.post("/challenges/new", data=typed).location == first.location
    other = client.post("/challenges/new", data={**typed, "pasted": "Problem\nTenants wait for years."})
    assert other.location != first.location


def test_a_profile_of_a_firm_that_waits_is_not_said_to_be_matched(client: CheckedClient, people: People) -> None:
    people.founder.organisation.approved_at = None
    solution = a_solution(people.founder)
    take(solution, "submit", people.founder)
    db.session.commit()
    client.sign_in(people.staff)
    page = client.post(f"/solutions/{solution.id}/steps/publish", follow_redirects=True).text
    assert "Plain Answers Ltd is not approved" in page
    told = db.session.scalars(sa.select(Message).where(Message.to == people.founder.account.email)).one()
    assert "once LGA staff approve your firm" in told.body


def test_an_address_may_end_in_a_slash(client: CheckedClient) -> None:
    assert client.get("/challenges/").status_code == 200


def test_whom_a_text_goes_to_first_is_said(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer, owner="")
    db.session.commit()
    client.sign_in(people.officer)
    path = f"/challenges/{challenge.id}/steps/submit"
    assert "LGA staff read it and either publish it" in client.post(path).text
    member_of(people.officer.organisation, "Lena Lead", is_procurement_lead=True)
    db.session.commit()
    assert "Your procurement lead reads it first" in client.post(path).text


def test_whoever_was_quicker_is_named(client: CheckedClient, people: People) -> None:
    colleague = member_of(people.staff.organisation, "Sky Staff")
    challenge = a_challenge(people.officer)
    published(challenge, people)
    client.sign_in(colleague)
    late = client.post(f"/challenges/{challenge.id}/steps/request_changes", data={"reason": "Say how many."})
    assert late.status_code == 409
    assert "Sam Staff published it on" in late.text
