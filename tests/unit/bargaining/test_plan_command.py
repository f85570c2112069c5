"""`showcase interests plan` on files: the documented JSON, a table, and one line for a file that cannot be used."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from showcase.commands import main

PROBLEM: dict[str, Any] = {
    "offers": [
        {
            "id": "copilot",
            "supplier": "Firm",
            "tiers": [{"min_quantity": 100, "unit_price_pence": 900}, {"min_quantity": 300, "unit_price_pence": 700}],
            "capacity": None,
            "starts": ["2027-04", "2027-05"],
            "meets": ["uk-hosting"],
        }
    ],
    "councils": [
        {
            "id": name,
            "quantity": [{"max_unit_price_pence": limit, "quantity": 120}],
            "current_unit_cost_pence": 1000,
            "earliest": "2027-05",
            "latest": "2027-12",
            "needs": ["uk-hosting"],
        }
        for name, limit in (("Ashford", 950), ("Bexley", 900), ("Camden", 600))
    ],
}


def run(folder: Path, text: str, *options: str) -> tuple[int, str, str]:
    file = folder / "problem.json"
    file.write_text(text, "utf-8")
    found = CliRunner().invoke(main, ["interests", "plan", str(file), *options])
    return found.exit_code, found.stdout, found.stderr.replace(str(file), "FILE")


def test_json(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, json.dumps(PROBLEM), "--json", "--seconds", "60")
    assert code == 0
    assert json.loads(out) == {
        "status": "optimal",
        "saving_pence": 24000,
        "bound_pence": 24000,
        "gap": 0.0,
        "proven": ["saving", "councils", "start", "identifiers"],
        "groups": [
            {
                "offer": "copilot",
                "tier": 0,
                "unit_price_pence": 900,
                "start": "2027-05",
                "members": {"Ashford": 120, "Bexley": 120},
                "quantity": 240,
            }
        ],
        "alone": [{"council": "Camden", "limit": "price", "offers": {"copilot": "price"}}],
        "next_tiers": [
            {
                "offer": "copilot",
                "tier": 1,
                "unit_price_pence": 700,
                "start": "2027-05",
                "min_quantity": 300,
                "quantity": 240,
                "gap": 60,
                "is_enough": False,
                "could_close": [],
            }
        ],
    }


def test_table(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, json.dumps(PROBLEM))
    assert code == 0
    assert "Total saving: £240.00 a year" in out
    assert "copilot, tier 0: 240 units at £9.00, from 2027-05" in out
    assert "the price is above its limit" in out
    assert "60 units short of 300; could help: nobody" in out


def test_faults_end_with_one_line_and_code_2(tmp_path: Path) -> None:
    for text, line in (
        ("{", "FILE: line 1: it is not JSON: Expecting property name enclosed in double quotes"),
        ("[]", "FILE: the problem is not a JSON object"),
        ('{"offers": [], "offers": []}', "FILE: a JSON object names offers twice"),
        ('{"offers": []}', "FILE: the problem has no councils"),
        ('{"offers": [{}], "councils": []}', "FILE: offers[0]: has no id"),
        ("9" * 5000, "FILE: it holds a number too long to read"),
    ):
        code, out, error = run(tmp_path, text)
        assert (code, out) == (2, "")
        assert error.splitlines() == [line]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["interests", "plan", str(tmp_path / "none.json")])
    assert (found.exit_code, found.stderr) == (2, f"{tmp_path / 'none.json'}: there is no such file\n")
