"""What the service is made of: the lock pins and hashes all of it, and the bill of materials and licences name it."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from showcase.commands import supply

LOCK = Path(__file__).parent.parent.parent / "requirements.lock"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def found() -> list[supply.Package]:
    return supply.packages()


def locked() -> dict[str, str]:
    """Return version by name of what the lock pins."""
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK.read_text(), re.MULTILINE)
    return {supply._plain(name): version for name, version in pins}


def test_every_locked_package_has_hashes_and_nothing_is_loose() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.read_text().replace("\\\n", ""))
    pins = [entry for entry in entries if not entry.startswith("#") and entry.strip()]
    assert len(pins) == len(locked()) + 1  # torch twice: which file is meant hangs on the machine
    for pin in pins:
        assert re.match(r"[\w.-]+==\S+(?: ; [^\\]+?)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*$", pin), pin[:80]


def test_what_is_installed_is_what_is_locked(found: list[supply.Package]) -> None:
    pins = locked()
    for one in found:
        if one.ecosystem == "pypi" and one.name in pins:
            assert one.version.partition("+")[0] == pins[one.name], one.name  # torch says "+cpu"
    needed = {one.name for one in found if one.ecosystem == "pypi" and one.is_needed}
    assert needed <= pins.keys(), f"not locked: {needed - pins.keys()}"
    assert {"flask", "psycopg-binary", "authlib", "torch"} <= needed
    assert not {"pytest", "ruff", "mypy", "playwright"} & needed


def test_every_package_says_its_licence_and_none_forbids_this_use(found: list[supply.Package]) -> None:
    for one in found:
        assert one.licence != supply.UNKNOWN, one.purl
        assert not re.search(r"AGPL|Affero|SSPL|BUSL|Commons Clause", one.licence), one.purl


def test_the_bill_of_materials_names_each_package_once_and_only_what_it_holds(found: list[supply.Package]) -> None:
    bill = supply.bill(found, now=NOW)
    refs = [component["bom-ref"] for component in bill["components"]]
    assert len(refs) == len(set(refs)) == len(found)
    known = {*refs, supply.PROJECT}
    for row in bill["dependencies"]:
        assert {row["ref"], *row["dependsOn"]} <= known
        assert len(row["dependsOn"]) == len(set(row["dependsOn"]))
    flask = next(row for row in bill["dependencies"] if row["ref"].startswith("pkg:pypi/flask@"))
    assert any(ref.startswith("pkg:pypi/werkzeug@") for ref in flask["dependsOn"])
    typeface = next(one for one in bill["components"] if one["name"] == "atkinson-hyperlegible-next")
    assert typeface["group"] == "@fontsource"
    assert len(typeface["hashes"][0]["content"]) == 128
    assert json.loads(json.dumps(bill)) == bill


def test_the_same_packages_have_the_same_serial_number(found: list[supply.Package]) -> None:
    first, again, fewer = (supply.bill(part, now=NOW)["serialNumber"] for part in (found, list(found), found[1:]))
    assert first == again != fewer
