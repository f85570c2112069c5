"""The register of councils in the database: loaded once, changed only after its difference was shown."""

import csv
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from showcase.commands.councils import councils
from showcase.extensions import db
from showcase.models import Council, EmailDomain, utc_now
from showcase.policies import Actor
from showcase.services import council_register, register

pytestmark = pytest.mark.either_database

BY = Actor(name="Test")


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count(Council.id))) or 0


def council(code: str) -> Council:
    return db.session.scalars(sa.select(Council).where(Council.gss_code == code)).one()


def edition(folder: Path, changes: dict[str, dict[str, str]], left_out: str = "") -> Path:
    """Write the shipped register with some cells changed."""
    with council_register.COUNCILS.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row | changes.get(row["gss_code"], {}) for row in reader if row["gss_code"] != left_out]
        columns = list(reader.fieldnames or [])
    path = folder / "new.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_the_shipped_register_loads_once(app: Flask) -> None:
    shipped = register.read_register(council_register.COUNCILS)
    assert council_register.load(by=BY, now=utc_now()) == len(shipped) == count()
    camden = council("E09000007")
    assert (camden.region, camden.council_type, camden.is_active) == ("london", "london", True)
    assert db.session.scalar(sa.select(EmailDomain.id).where(EmailDomain.organisation_id == camden.id))
    assert council_register.load(by=BY, now=utc_now()) == 0
    assert council_register.compare(shipped).is_empty


def test_loading_again_undoes_no_edit_of_staff(app: Flask) -> None:
    council_register.load(by=BY, now=utc_now())
    camden = council("E09000007")
    camden.domains = [EmailDomain(domain="else.gov.uk")]
    camden.name = "Camden of tomorrow"
    db.session.flush()
    council_register.load(by=BY, now=utc_now())
    assert [row.domain for row in camden.domains] == ["else.gov.uk"]
    assert camden.name == "Camden of tomorrow"


def test_an_edition_changes_ends_and_leaves_out(app: Flask, tmp_path: Path) -> None:
    council_register.load(by=BY, now=utc_now())
    changes = {
        "E09000007": {"population": "300000", "population_year": "2027"},
        "E06000001": {"ends_on": "2028-03-31", "successors": "E06000002"},
    }
    rows = register.read_register(edition(tmp_path, changes))
    difference = council_register.apply(rows, by=BY, now=utc_now())
    assert {(c.gss_code, c.field) for c in difference.changed} == {
        ("E09000007", "population"),
        ("E09000007", "population_year"),
        ("E06000001", "ends_on"),
        ("E06000001", "successors"),
    }
    assert council("E09000007").population == 300000
    assert council("E06000001").successor_codes == ["E06000002"]
    assert council_register.compare(rows).is_empty


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"INSTANCE_PATH": str(tmp_path / "instance"), "SECRET_KEY": "k" * 40, "DATABASE_URL": ""}


def test_the_command_shows_before_it_applies(own_app: Flask, tmp_path: Path, environment: dict[str, str]) -> None:
    with own_app.app_context():
        environment["DATABASE_URL"] = str(own_app.config["SETTINGS"].database_url)
        council_register.load(by=BY, now=utc_now())
        db.session.commit()
    file = edition(tmp_path, {"E09000007": {"name": "Camden Council"}}, left_out="E06000015")
    run = CliRunner(env=environment)
    shown = run.invoke(councils, ["import", str(file)])
    assert shown.exit_code == 0, shown.output
    assert "name was" in shown.output
    assert "? E06000015 is not in this file" in shown.output
    assert "Nothing is changed yet" in shown.output
    with own_app.app_context():
        assert council("E09000007").name != "Camden Council"
    assert run.invoke(councils, ["import", str(file), "--apply"]).exit_code == 0
    with own_app.app_context():
        assert council("E09000007").name == "Camden Council"
        assert council("E06000015").name


def test_a_faulty_file_changes_nothing(tmp_path: Path, environment: dict[str, str]) -> None:
    file = edition(tmp_path, {"E09000007": {"region": "atlantis"}})
    answer = CliRunner(env=environment).invoke(councils, ["import", str(file), "--apply"])
    assert answer.exit_code == 2
    assert "column region" in answer.output
