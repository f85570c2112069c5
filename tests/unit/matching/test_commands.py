import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from matching.embedder import HashEmbedder
from showcase.commands import COMMANDS, main
from showcase.commands import matching as commands
from tests.unit.matching.conftest import CHALLENGE, SOLUTIONS


@pytest.fixture(autouse=True)
def no_model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if "slow" not in request.keywords:
        monkeypatch.setattr(commands, "ModelEmbedder", lambda name: HashEmbedder())


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "c.txt").write_text(CHALLENGE)
    lines = [json.dumps({"id": id, "name": id.title(), "text": text}) for id, text in SOLUTIONS.items()]
    (tmp_path / "s.jsonl").write_text("\n".join(lines))
    return str(tmp_path / "c.txt"), str(tmp_path / "s.jsonl")


def test_match_prints_the_json_it_promises(files: tuple[str, str]) -> None:
    result = CliRunner().invoke(main, ["match", files[0], "--solutions", files[1], "--top", "3", "--json"])
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert set(answer) == {"model", "ranker", "matches"}
    assert [one["rank"] for one in answer["matches"]] == [1, 2, 3]
    best = answer["matches"][0]
    assert (best["id"], best["name"]) == ("damp", "Damp")
    assert sum(best["contributions"].values()) == best["score"]
    passage, terms = best["reasons"]
    assert set(passage) == {"kind", "challenge", "solution", "contribution"}
    assert set(terms) == {"kind", "terms", "contribution"}
    assert best["gaps"] == [
        {
            "requirement": "Payments must be taken by direct debit.",
            "text": "Nothing in this profile says how it meets this",
        }
    ]


def test_match_reads_for_people_too(files: tuple[str, str]) -> None:
    result = CliRunner().invoke(main, ["match", files[0], "--solutions", files[1]])
    assert "1. Damp (damp)" in result.stdout
    assert "direct debit" in result.stdout


def test_facts_of_both_sides_are_facets(tmp_path: Path) -> None:
    challenge = {"title": "Damp homes", "problem": CHALLENGE, "must_haves": ["uk-hosting"], "budget": "under-25k"}
    (tmp_path / "c.json").write_text(json.dumps(challenge))
    (tmp_path / "s.csv").write_text("id,name,summary,meets,price_floor\na,Damp,Finds damp,uk-hosting;sso,3000000\n")
    args = ["match", str(tmp_path / "c.json"), "--solutions", str(tmp_path / "s.csv"), "--json"]
    (best,) = json.loads(CliRunner().invoke(main, args).stdout)["matches"]
    found = {reason["facet"]: reason["fits"] for reason in best["reasons"] if reason["kind"] == "facet"}
    assert found == {"must-have: uk-hosting": True, "price": False}


def test_a_bad_file_is_one_line_and_exit_2(files: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("id,text\na,\n")
    result = CliRunner().invoke(main, ["match", files[0], "--solutions", str(tmp_path / "bad.csv")])
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path / 'bad.csv'}, row 2: it has no text to match\n"


def test_evaluate_prints_the_figures_it_promises(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text("\n".join(json.dumps({"_id": i, "text": t}) for i, t in SOLUTIONS.items()))
    (tmp_path / "q.jsonl").write_text(json.dumps({"_id": "q", "text": CHALLENGE}))
    (tmp_path / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq\tdamp\t1\n")
    args = [
        "evaluate",
        "--corpus",
        "c.jsonl",
        "--queries",
        "q.jsonl",
        "--qrels",
        "dev.tsv",
        "--ranker",
        "rrf",
        "--json",
    ]
    full = [str(tmp_path / arg) if arg.endswith(("jsonl", "tsv")) else arg for arg in args]
    answer = json.loads(CliRunner().invoke(main, full).stdout)
    assert list(answer) == [
        "ranker", "queries", "documents", "ndcg@10", "mrr@10", "recall@10", "recall@100",
        "encode_seconds", "rank_ms_p50", "rank_ms_p95",
    ]  # fmt: skip
    assert answer["ndcg@10"] == 1
    assert (tmp_path / "cache" / "showcase").is_dir()


def test_help_lists_every_command_and_loads_no_model() -> None:
    code = (
        "import sys; from showcase.commands import main; main(['--help'], standalone_mode=False);"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.slow
def test_match_needs_no_database(files: tuple[str, str]) -> None:
    code = (
        "import sys; from showcase.commands import main;"
        f"main(['match', {files[0]!r}, '--solutions', {files[1]!r}, '--json'], standalone_mode=False)"
    )
    environment = {**os.environ, "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:9/none"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["model"] == "all-MiniLM-L6-v2"
    assert answer["matches"][0]["id"] == "damp"
