"""Every route is guarded or public on purpose; the web never loads the language model; each permission has a rule."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from showcase.access import public, requires
from showcase.commands import main
from showcase.policies import TABLE, Permission, Rule
from showcase.services import permissions
from tests.conftest import ROOT

FREE = {"static"}
"""Routes of the framework, for files that hold nothing of anyone's."""


def unguarded(app: Flask) -> list[str]:
    """Return the endpoints that are neither guarded nor marked as public."""
    return sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in FREE and not hasattr(app.view_functions[rule.endpoint], "guard")
    )


def test_every_route_is_guarded_or_public(shared_app: Flask) -> None:
    assert len(list(shared_app.url_map.iter_rules())) > 20
    assert unguarded(shared_app) == []


def test_a_route_without_a_guard_is_found(own_app: Flask) -> None:
    own_app.add_url_rule("/bare", "bare", lambda: "")
    own_app.add_url_rule("/open", "open", public(lambda: ""))
    own_app.add_url_rule("/kept", "kept", requires(Permission.STAFF_AREA)(lambda: ""))
    assert unguarded(own_app) == ["bare"]


def test_staff_pages_are_not_public(shared_app: Flask) -> None:
    guards = {
        rule.endpoint: shared_app.view_functions[rule.endpoint].guard  # type: ignore[attr-defined]
        for rule in shared_app.url_map.iter_rules()
        if rule.rule.startswith("/staff")
    }
    assert len(guards) >= 15
    assert [endpoint for endpoint, guard in guards.items() if guard == "public"] == []


def test_the_web_never_loads_the_language_model(tmp_path: Path) -> None:
    program = """
import sys
from showcase import create_app
from showcase.config import Settings
from showcase.extensions import db
from showcase.services import database
from pathlib import Path
folder = Path(sys.argv[1])
app = create_app(Settings(folder, f"sqlite:///{folder / 'web.sqlite'}", secret_key="only-for-tests-" + "0" * 32))
with app.app_context():
    database.upgrade(db.engine)
assert app.test_client().get("/").status_code == 200
print(sorted({"torch", "sentence_transformers", "transformers"} & set(sys.modules)), "flask" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr[-2000:]) == (0, "[] True\n", "")


def test_every_permission_has_a_rule_in_words() -> None:
    assert set(TABLE) == set(Permission)
    lines = permissions.table()
    assert [line.permission for line in lines] == [permission.value for permission in TABLE]
    assert all(line.allowed_when and all(line.allowed_when) for line in lines)


def test_rules_joined_by_or_are_told_one_by_one() -> None:
    a, b, c = (Rule(name, lambda *_: True) for name in ("is a", "is b", "is c"))
    assert (a | b | c).alternatives == ["is a", "is b", "is c"]
    assert ((a & b) | c).alternatives == ["is a and is b", "is c"]
    assert ((a | b) & c).alternatives == ["(is a or is b) and is c"]


@pytest.mark.parametrize("permission", list(Permission))
def test_the_table_is_printed(permission: Permission) -> None:
    printed = CliRunner().invoke(main, ["permissions", "--json"])
    assert printed.exit_code == 0
    by_name = {line["permission"]: line["allowed_when"] for line in json.loads(printed.output)}
    assert by_name[permission.value]


def test_the_table_is_printed_for_people() -> None:
    printed = CliRunner().invoke(main, ["permissions"])
    assert printed.exit_code == 0
    assert "Challenge statement: create" in printed.output
    assert "the person is a council officer" in printed.output
