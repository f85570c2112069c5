"""The tools of these tests do what they say: what a test writes is undone, and a faulty page is noticed."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask, render_template

from showcase.access import public
from showcase.extensions import db
from showcase.models import Council, Organisation
from showcase.transactions import afterwards
from tests.html_checks import faults_of
from tests.integration.conftest import CheckedClient, People, Statements

COUNT = sa.select(sa.func.count(Organisation.id))


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_undone(app: Flask, turn: int) -> None:
    assert db.session.scalar(COUNT) == 0
    db.session.add(Council(name="Northmere"))
    db.session.commit()
    db.session.add(Council(name="Eastbrook"))
    db.session.rollback()
    assert db.session.scalar(COUNT) == 1


def test_what_is_written_after_the_request_is_kept_within_the_test(app: Flask) -> None:
    afterwards(lambda session: session.add(Council(name="Northmere")))
    assert db.session.scalar(COUNT) == 1


@pytest.mark.parametrize("role", ["staff", "officer", "founder"])
def test_a_signed_in_person_is_known(client: CheckedClient, people: People, role: str) -> None:
    membership = getattr(people, role)
    client.sign_in(membership)
    page = client.get("/no-such-page").text
    assert membership.account.name in page
    assert membership.organisation.name in page
    client.sign_out()
    assert "Sign in" in client.get("/no-such-page").text


def test_a_faulty_page_is_noticed(own_app: Flask) -> None:
    @own_app.get("/faulty")
    @public
    def faulty() -> str:
        return "<!DOCTYPE html><title>x</title><p>&lt;h2&gt;x"

    with own_app.app_context(), pytest.raises(AssertionError, match="escaped markup"):
        own_app.test_client().get("/faulty")


def test_a_change_that_leaves_no_entry_in_the_audit_trail_is_noticed(own_app: Flask) -> None:
    @own_app.post("/rename")
    @public
    def rename() -> str:
        db.session.add(Council(name="Northmere"))
        return ""

    with own_app.app_context(), pytest.raises(AssertionError, match="/rename: changed without an entry"):
        own_app.test_client().post("/rename")


def test_queries_are_counted(app: Flask, count_queries: Callable[[], Statements]) -> None:
    with count_queries() as queries:
        db.session.scalar(COUNT)
        db.session.scalar(COUNT)
    assert len(queries) == 2


def test_a_missing_page_says_so(client: CheckedClient) -> None:
    response = client.get("/no-such-page")
    assert response.status_code == 404
    assert "Page not found" in response.text


@pytest.mark.parametrize("name", ["400", "403", "404", "409", "413", "422", "429", "500", "503"])
def test_each_error_page_is_a_whole_page(app: Flask, name: str) -> None:
    with app.test_request_context("/"):
        page = render_template(f"errors/{name}.html", message="A <b>message</b>")
    assert faults_of(page) == []
    assert "<b>message" not in page
