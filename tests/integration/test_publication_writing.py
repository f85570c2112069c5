"""Writing a text by its pages: from the first word to the archive, and two writers of one text."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import AuditEntry, Challenge, Council, Message
from showcase.models.enums import State
from tests.integration.conftest import CheckedClient, People, Statements, member_of
from tests.integration.publication_texts import a_challenge, a_solution, fields, published, take, token

pytestmark = pytest.mark.either_database

Counting = Callable[[], AbstractContextManager[Statements]]


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_challenge_from_first_word_to_archive(client: CheckedClient, people: People) -> None:
    client.sign_in(people.officer)
    pasted = "Problem\nTenants wait for months.\nUsers: Officers need to see it."
    client.post("/challenges/new", data={"title": "How might we keep homes dry?", "pasted": pasted})
    challenge = db.session.scalars(sa.select(Challenge)).one()
    base = f"/challenges/{challenge.id}"
    assert challenge.content["problem"] == "Tenants wait for months."
    refused = client.post(f"{base}/steps/submit")
    assert refused.status_code == 422
    assert "Before review can be asked for, answer: Service; Who owns the problem." in refused.text
    section = {**fields(client.get(f"{base}/edit/problem").text), "service_areas": ["housing-repairs"]}
    assert client.post(f"{base}/edit/problem", data=section).location == f"{base}/edit/fit"
    section = {**fields(client.get(f"{base}/edit/ownership").text), "owner": "Head of Repairs", "exit": "1"}
    assert client.post(f"{base}/edit/ownership", data=section).location == f"{base}/draft"
    assert client.post(f"{base}/steps/submit").location == f"{base}/draft"
    client.sign_in(people.staff)
    page = client.get(base, follow_redirects=True).text
    assert "Tenants wait for months." in page
    assert client.post(f"{base}/steps/request_changes", data={"reason": " "}).status_code == 422
    client.post(f"{base}/steps/request_changes", data={"reason": "Say how many."})
    client.sign_in(people.officer)
    assert "Say how many." in client.get(f"{base}/draft").text
    section = {**fields(client.get(f"{base}/edit/problem").text), "problem": "412 tenants wait for months."}
    client.post(f"{base}/edit/problem", data=section)
    client.post(f"{base}/steps/submit")
    client.sign_in(people.staff)
    client.post(f"{base}/steps/publish")
    client.sign_out()
    assert "412 tenants wait for months." in client.get(base).text
    client.sign_in(people.officer)
    client.post(f"{base}/steps/close")
    client.sign_out()
    assert "takes no more responses" in client.get(base).text
    client.sign_in(people.officer)
    client.post(f"{base}/steps/archive", data={"reason": "Solved."})
    client.sign_out()
    gone = client.get(base)
    assert gone.status_code == 410
    assert "no longer published" in gone.text
    assert "412 tenants" not in gone.text
    assert client.get(f"{base}/draft").status_code == 302
    client.sign_in(people.officer)
    history = client.get(f"{base}/history").text
    assert "Say how many." in history
    assert "Solved." in history
    compared = client.get(f"{base}/compare?from=1&to=2").text
    assert re.search(r"<ins>.*412", compared)
    client.post(f"{base}/steps/restore")
    db.session.refresh(challenge)
    assert challenge.state is State.DRAFT
    told = set(db.session.scalars(sa.select(Message.subject)))
    assert {"Changes asked for: How might we keep homes dry?", "Published: How might we keep homes dry?"} <= told
    actions = list(db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == challenge.id)))
    assert {"challenge.created", "challenge.saved", "challenge.publish", "challenge.archive"} <= set(actions)


def test_a_solution_is_written_with_outcomes_money_and_councils(client: CheckedClient, people: People) -> None:
    db.session.add(Council(name="Camden London Borough", short_name="Camden", gss_code="E09000007"))
    solution = a_solution(people.founder)
    base = f"/solutions/{solution.id}"
    client.sign_in(people.founder)
    page = client.get(f"{base}/edit/evidence").text
    assert "Outcome 1" in page
    assert "Outcome 2" not in page
    more = client.post(f"{base}/edit/evidence", data={"version": token(page), "outcomes-0-claim": "A", "add_row": "1"})
    assert "Outcome 2" in more.text
    assert 'value="A"' in more.text
    data = {
        "version": token(page),
        "outcomes-0-claim": "Complaints fell by 31%",
        "outcomes-0-evidence": "measured",
        "outcomes-1-source": "A source for nothing",
        "live_councils": "camden\nCamdem",
        "ai_types": ["predictive", "perceptive"],
    }
    wrong = client.post(f"{base}/edit/evidence", data=data)
    assert wrong.status_code == 200, "what can be read is saved"
    db.session.refresh(solution)
    assert solution.content["ai_types"] == ["perceptive", "predictive"]
    assert "outcomes" not in solution.content
    assert "Did you mean Camden London Borough?" in wrong.text
    assert "Say what changed, or clear the row" in wrong.text
    assert "Camdem" in wrong.text
    data |= {"live_councils": "camden", "outcomes-1-source": ""}
    assert client.post(f"{base}/edit/evidence", data=data).status_code == 302
    db.session.refresh(solution)
    assert solution.content["outcomes"] == [{"claim": "Complaints fell by 31%", "evidence": "measured"}]
    assert solution.content["live_councils"] == ["E09000007"]
    assert solution.content["ai_types"] == ["perceptive", "predictive"]
    data = {
        "version": token(client.get(f"{base}/edit/price").text),
        "price_floor": "£9,500.50",
        "price_model": "Per home",
    }
    client.post(f"{base}/edit/price", data=data)
    db.session.refresh(solution)
    assert solution.content["price_floor"] == 950_050
    assert "31% (Measured by a council, before and after)" in client.get(f"{base}/draft").text


def test_a_date_that_is_none_is_shown_again_as_typed(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    client.sign_in(people.officer)
    url = f"/challenges/{challenge.id}/edit/timing"
    data = {
        "version": token(client.get(url).text),
        "timing": "Before winter",
        "contract_ends_on-day": "31",
        "contract_ends_on-month": "2",
        "contract_ends_on-year": "2028",
    }
    page = client.post(url, data=data)
    assert "Saved, except: When that contract ends" in page.text
    assert "There is no such date" in page.text
    assert 'value="31"' in page.text
    db.session.refresh(challenge)
    assert challenge.content["timing"] == "Before winter"
    again = client.post(url, data={**fields(page.text), "timing": "Before spring", "contract_ends_on-day": "1"})
    assert again.status_code == 302
    db.session.refresh(challenge)
    assert (challenge.content["timing"], challenge.content["contract_ends_on"]) == ("Before spring", "2028-02-01")
    data["version"] = token(client.get(url).text)
    saved = client.post(url.replace("/edit/", "/autosave/"), data=data).get_json()
    assert saved["unsaved"] == ["When that contract ends"]
    db.session.refresh(challenge)
    assert challenge.content["timing"] == "Before winter"


# --- two writers ------------------------------------------------------------------------------------------------------


def test_two_officers_never_overwrite_each_other_unseen(client: CheckedClient, people: People) -> None:
    colleague = member_of(people.officer.organisation, "Cora Colleague")
    challenge = a_challenge(people.officer)
    db.session.commit()
    url = f"/challenges/{challenge.id}/edit/problem"
    client.sign_in(people.officer)
    mine = fields(client.get(url).text)
    client.sign_in(colleague)
    theirs = fields(client.get(url).text)
    saved = client.post(url.replace("/edit/", "/autosave/"), data={**theirs, "problem": "Theirs.", "why_now": "Law."})
    assert saved.status_code == 200
    client.sign_in(people.officer)
    assert client.post(url.replace("/edit/", "/autosave/"), data={**mine, "problem": "Mine."}).status_code == 409
    clash = client.post(url, data={**mine, "problem": "Mine.", "tried": "A letter."})
    assert clash.status_code == 409
    for words in ("Theirs", "Mine", "Law.", "A letter.", "Cora Colleague"):
        assert words in clash.text
    db.session.refresh(challenge)
    assert challenge.content["problem"] == "Theirs."
    client.post(url, data={**fields(clash.text), "exit": "1"})
    db.session.refresh(challenge)
    assert challenge.content["problem"] == "Mine."
    assert challenge.content["why_now"] == "Law."
    assert challenge.content["tried"] == "A letter."


def test_changes_to_different_answers_are_joined(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    client.sign_in(people.officer)
    url = f"/challenges/{challenge.id}/edit/problem"
    first = fields(client.get(url).text)
    client.post(url, data={**first, "why_now": "A law."})
    assert client.post(url, data={**first, "tried": "A letter."}).status_code == 302
    db.session.refresh(challenge)
    assert (challenge.content["why_now"], challenge.content["tried"]) == ("A law.", "A letter.")


def test_autosaving_twice_is_no_clash_with_oneself(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    client.sign_in(people.officer)
    url = f"/challenges/{challenge.id}/edit/problem"
    data = fields(client.get(url).text)
    for words in ("One.", "One, two."):
        reply = client.post(url.replace("/edit/", "/autosave/"), data={**data, "problem": words})
        data["version"] = reply.get_json()["version"]
    assert client.post(url, data={**data, "problem": "One, two, three."}).status_code == 302
    db.session.refresh(challenge)
    assert challenge.content["problem"] == "One, two, three."


def test_whoever_was_signed_out_while_writing_is_led_back_to_the_section(client: CheckedClient, people: People) -> None:
    """The script is told in words it knows, so that it keeps what was typed until it is saved."""
    challenge = a_challenge(people.officer)
    client.sign_in(people.officer)
    url = f"/challenges/{challenge.id}/edit/problem"
    data = {**fields(client.get(url).text), "problem": "New words."}
    client.sign_out()
    for mode in ("application/json", "text/html"):
        reply = client.post(url.replace("/edit/", "/autosave/"), data=data, headers={"Accept": mode})
        assert reply.status_code == (401 if mode == "application/json" else 302)
    assert client.post(url, data=data).location == f"/sign-in?next={url}"
    client.sign_in(people.officer)
    assert "data-saved" not in client.get(url).text
    assert client.post(url, data=data).status_code == 302
    page = client.get(f"/challenges/{challenge.id}/draft").text
    assert f'data-saved="/challenges/{challenge.id}/autosave/problem"' in page


def test_words_typed_while_a_colleague_asked_for_review_are_given_back(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    client.sign_in(people.officer)
    url = f"/challenges/{challenge.id}/edit/problem"
    data = fields(client.get(url).text)
    take(challenge, "submit", people.officer)
    page = client.post(url, data={**data, "problem": "Words of an hour."})
    assert page.status_code == 409
    assert "Words of an hour." in page.text
    assert "take it back to draft" in page.text


def test_editing_a_published_text_leaves_it_visible_and_can_be_given_up(client: CheckedClient, people: People) -> None:
    challenge = a_challenge(people.officer)
    published(challenge, people)
    client.sign_in(people.officer)
    url = f"/challenges/{challenge.id}"
    client.post(f"{url}/edit/problem", data={**fields(client.get(f"{url}/edit/problem").text), "problem": "New words."})
    assert "New words." not in client.get(url).text
    assert "New words." in client.get(f"{url}/draft").text
    client.post(f"{url}/reset")
    db.session.refresh(challenge)
    assert challenge.state is State.PUBLISHED
    assert challenge.content == challenge.published_content
