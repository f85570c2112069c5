"""Three processes change texts and three read them: nothing is missed or stale, and all is seen within a second."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask

from matching.embedder import HashEmbedder
from matching.texts import Text, passages
from showcase.extensions import db
from showcase.models import Account, Host, Membership, Supplier, utc_now
from tests.integration.index_checker import READERS, WRITERS, Note, Verdict, judge

ANSWERS = ("name", "summary", "problem", "how")
WITHIN_SECONDS = 1.0
"""From the commit of a change until every process shows it, where the processors are free: in the long run."""
WHERE_OTHERS_WORK_SECONDS = 10.0
"""The same at most on a machine whose processors are wanted by others too, as other tests are."""


def notes_of(path: Path) -> list[Note]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def run_beside(app: Flask, folder: Path, changes: int) -> tuple[list[Note], list[list[Note]]]:
    """Let all processes work, each writer changing so many times; return what was written, and what each reader saw."""
    since = utc_now()
    host = Host(name="Local Government Association", approved_at=since)
    staff = Account(email="sam@lga.example", name="Sam Staff")
    made = [Membership(account=staff, organisation=host, is_administrator=True)]
    for number in range(WRITERS):
        firm = Supplier(name=f"Firm {number} Ltd", approved_at=since)
        account = Account(email=f"w{number}@firm.example", name=f"Writer {number}")
        made.append(Membership(account=account, organisation=firm, is_administrator=True))
    db.session.add_all(made)
    db.session.commit()
    url = db.engine.url.render_as_string(hide_password=False)
    readers, writers = (
        [(role, str(number)) for number in range(count)] for role, count in (("reader", READERS), ("writer", WRITERS))
    )
    program = [sys.executable, "-m", "tests.integration.index_checker"]
    processes = [
        subprocess.Popen([*program, role, url, str(folder), number, str(changes)])
        for role, number in (*readers, *writers)
    ]
    try:
        while len(list(folder.glob("*.ready"))) < len(processes):
            assert all(process.poll() is None for process in processes)
            time.sleep(0.05)
        (folder / "go").touch()
        codes = [process.wait() for process in processes[READERS:]]
        (folder / "done").touch()
        assert codes + [process.wait() for process in processes[:READERS]] == [0] * len(processes)
    finally:
        for process in processes:
            process.kill()
            process.wait()
    seen_by, written = ([notes_of(folder / f"{role}-{n}") for role, n in those] for those in (readers, writers))
    return [one for notes in written for one in notes], seen_by


def published() -> dict[str, list[str]]:
    """Return the answers of each published solution, as the database alone has them."""
    query = sa.text(
        "SELECT publications.id, versions.content FROM publications JOIN versions"
        " ON versions.id = publications.published_version_id WHERE publications.kind = 'solution'"
    )
    rows = db.session.execute(query.columns(sa.column("id", sa.Uuid()), sa.column("content", sa.JSON())))
    return {str(id): [content[name] for name in ANSWERS if content.get(name)] for id, content in rows}


def check(app: Flask, folder: Path, changes: int) -> Verdict:
    """Run; set what readers hold at the end against the database, and what they held meanwhile against the notes."""
    with app.app_context():
        written, seen_by = run_beside(app, folder, changes)
        texts = published()
    kinds = {"added": 1, "taken down": 0}
    counts = {kind: sum(int(one["sentences"]) == count for one in written) for kind, count in kinds.items()}
    assert all(counts.values()), counts
    embedder = HashEmbedder()
    for notes in seen_by:
        held = {str(one["last"]): np.array(one["vectors"], np.float32) for one in notes if "last" in one}
        assert held.keys() == texts.keys()
        for id, answers in texts.items():
            cut = [passage.text for passage in passages(Text(id, tuple(zip(ANSWERS, answers, strict=False))))]
            expected = embedder.embed_passages(["\n".join(answers), *(cut if len(cut) > 1 else ())])
            assert held[id] == pytest.approx(expected, abs=2e-3)
    return judge(written, seen_by)


def told(verdict: Verdict) -> str:
    late = verdict.late
    return (
        f"{verdict.changes} changes, seen after {late[len(late) // 2]:.2f} s at the median and {late[-1]:.2f} s at most"
    )


def test_six_processes_stay_in_step(own_app: Flask, tmp_path: Path) -> None:
    verdict = check(own_app, tmp_path, changes=15)
    assert (verdict.torn, verdict.backwards, verdict.missed) == (0, 0, 0)
    assert verdict.late[-1] <= WHERE_OTHERS_WORK_SECONDS, told(verdict)


@pytest.mark.soak
def test_six_processes_stay_in_step_for_long(own_app: Flask, tmp_path: Path) -> None:
    verdict = check(own_app, tmp_path, changes=600)
    print(told(verdict))
    assert (verdict.torn, verdict.backwards, verdict.missed) == (0, 0, 0)
    assert verdict.late[-1] <= WITHIN_SECONDS, told(verdict)


# --- that the judge would notice --------------------------------------------------------------------------------------

WRITTEN = [
    {"at": 1.0, "text": "a", "version": 1, "sentences": 2},
    {"at": 2.0, "text": "a", "version": 2, "sentences": 1},
    {"at": 3.0, "text": "a", "version": 3, "sentences": 0},
]
FIRST, SECOND, GONE = {"w0t0v1": 2}, {"w0t0v2": 1}, dict[str, int]()


@pytest.mark.parametrize(
    ("marks", "torn", "backwards", "missed"),
    [
        ([FIRST, SECOND, GONE], 0, 0, 0),
        ([SECOND, GONE], 0, 0, 0),
        ([FIRST, GONE], 0, 0, 0),
        ([FIRST, SECOND], 0, 0, 1),
        ([FIRST], 0, 0, 2),
        ([SECOND, FIRST, GONE], 0, 1, 0),
        ([FIRST, SECOND, GONE, SECOND], 0, 1, 1),
        ([{"w0t0v1": 1}, SECOND, GONE], 1, 0, 0),
        ([FIRST, {**FIRST, **SECOND}, GONE], 1, 0, 0),
    ],
)
def test_the_judge_notices(marks: list[dict[str, int]], torn: int, backwards: int, missed: int) -> None:
    seen = [{"at": 4.0 + place, "text": "a", "marks": one, "rows": 1} for place, one in enumerate(marks)]
    verdict = judge(WRITTEN, [seen])
    assert (verdict.torn, verdict.backwards, verdict.missed) == (torn, backwards, missed)


def test_the_judge_notices_what_was_never_shown() -> None:
    assert judge(WRITTEN[:2], [[]]).missed == 2
    assert judge(WRITTEN, [[]]).late == [0.0, 1.0, 2.0]  # until it was taken down, it was missing


def test_the_judge_counts_seconds_from_each_commit() -> None:
    seen = [{"at": 2.5, "text": "a", "marks": SECOND, "rows": 1}, {"at": 3.25, "text": "a", "marks": GONE, "rows": 0}]
    assert judge(WRITTEN, [seen]).late == [0.25, 0.5, 1.5]
