import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.instances import instance
from showcase.commands import main
from showcase.scheduling import BadInput, read_assignments, read_problem


def small() -> dict[str, Any]:
    return instance(1, sessions=5, rooms=2, times=4, councils=3)


def faults(data: object) -> tuple[str, ...]:
    with pytest.raises(BadInput) as caught:
        read_problem(data)
    return caught.value.faults


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        (("slots", 0, "start"), "2027-03-10 09:30", "slots[0].start: must be a local time such as 2027-03-10T09:30"),
        (("slots", 0, "start"), "2027-02-30T09:30", "slots[0].start: must be a local time"),
        (("slots", 1, "room"), "attic", 'slots[1].room: there is no room "attic"'),
        (("slots", 1, "id"), "K000", 'slots[1].id: "K000" is given twice'),
        (("rooms", 0, "capacity"), "many", 'rooms[0].capacity: must be a whole number, not "many"'),
        (("people", 0, "available"), [["2027-03-10T10:00", "2027-03-10T09:00"]], "people[0].available[0]: ends before"),
        (("people", 0, "available"), [["2027-03-10T10:00"]], "people[0].available[0]: must be a pair of times"),
        (("sessions", 2, "minutes"), 0, "sessions[2].minutes: must be from 1 to 10080, not 0"),
        (("sessions", 2, "minutes"), True, "sessions[2].minutes: must be a whole number, not True"),
        (("sessions", 2, "people"), ["nobody"], 'sessions[2].people[0]: there is no person "nobody"'),
        (("sessions", 2, "slots"), [[]], "sessions[2].slots[0]: must be the id of a slot, not []"),
        (("sessions", 2, "track"), 5, "sessions[2].track: must be text, not 5"),
        (("pinned",), {"S99": "K000"}, 'pinned.S99: there is no session "S99"'),
        (("published",), {"S00": "K9"}, 'published.S00: there is no slot "K9"'),
        (("interests", 0, "sessions"), {"S00": 1.5}, "interests[0].sessions.S00: must be a whole number, not 1.5"),
        (("interests", 0, "sessions"), {"S00": -1}, "interests[0].sessions.S00: must be from 0 to 1000000, not -1"),
        (("turnaround_minutes",), -5, "turnaround_minutes: must be from 0 to 10080, not -5"),
        (("rooms",), {}, "rooms: must be a list, not {}"),
    ],
)
def test_a_fault_names_its_place_and_its_reason(place: tuple[Any, ...], value: object, fault: str) -> None:
    data = small()
    inner: Any = data
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert [line for line in faults(data) if line.startswith(fault)], faults(data)


def test_every_fault_is_told_at_once() -> None:
    data = small()
    del data["sessions"][0]["minutes"]
    data["slots"][3]["minutes"] = None
    assert faults(data) == ("slots[3].minutes: must be a whole number, not None", "sessions[0].minutes: is missing")


def test_what_is_not_a_problem_is_refused() -> None:
    assert faults([]) == ("problem: must be an object, not []",)
    assert faults({"rooms": [], "slots": []}) == ("sessions: must be a list",)


def test_only_slots_rooms_and_sessions_are_needed() -> None:
    slots = [{"id": "k", "room": "r", "start": "2027-03-10T09:00", "minutes": 5}]
    problem = read_problem(
        {"slots": slots, "rooms": [{"id": "r", "capacity": 1}], "sessions": [{"id": "s", "minutes": 5}]}
    )
    assert problem.session["s"].slots is None
    assert problem.turnaround_minutes == 0


def test_agendas_are_read_bare_or_as_the_solver_prints_them() -> None:
    assert (
        read_assignments({"s": "k"}) == read_assignments({"status": "optimal", "assignments": {"s": "k"}}) == {"s": "k"}
    )
    with pytest.raises(BadInput):
        read_assignments({"s": 5})


def test_commands_solve_and_check_files(tmp_path: Path) -> None:
    problem, agenda = tmp_path / "problem.json", tmp_path / "agenda.json"
    problem.write_text(json.dumps(small()))
    solved = CliRunner().invoke(main, ["agenda", "solve", str(problem), "--work", "8", "--json"])
    assert solved.exit_code == 0, solved.output
    answer = json.loads(solved.stdout)
    assert answer["status"] == "optimal"
    assert (answer["broken"], answer["conflicting_rules"], answer["gap"]) == ([], [], 0)
    agenda.write_text(solved.stdout)
    checked = CliRunner().invoke(main, ["agenda", "check", str(problem), str(agenda), "--json"])
    assert checked.exit_code == 0
    assert json.loads(checked.stdout) == {"cost": answer["cost"], "broken": []}
    page = CliRunner().invoke(main, ["agenda", "solve", str(problem), "--work", "8"])
    assert all(session in page.stdout for session in answer["assignments"])


def test_check_names_what_an_agenda_breaks_in_words(tmp_path: Path) -> None:
    problem, agenda = tmp_path / "problem.json", tmp_path / "agenda.json"
    data = small()
    data["pinned"] = {}
    problem.write_text(json.dumps(data))
    agenda.write_text(json.dumps({"S00": "K000", "S01": "K000", "S02": "K99", "ghost": "K001"}))
    checked = CliRunner().invoke(main, ["agenda", "check", str(problem), str(agenda)])
    assert checked.exit_code == 1
    for words in (
        "sessions S00 and S01 are both in room R0, in slots K000 and K000 at the same time",
        "session S02 is in slot K99, which the problem does not know",
        "session S03 has no slot",
        "the agenda has a session ghost, which the problem does not know",
    ):
        assert words in checked.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "is not JSON"), ('{"a": 1, "a": 2}', 'one object gives the key "a" twice'), ("[]", "must be an object")],
)
def test_unusable_files_end_with_exit_code_2_and_a_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "problem.json"
    path.write_text(text)
    result = CliRunner().invoke(main, ["agenda", "solve", str(path)])
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


def test_an_impossible_event_is_an_answer_and_names_the_rules(tmp_path: Path) -> None:
    data = small()
    data["pinned"] = {"S00": "K000", "S01": "K000"}
    data["sessions"][0].update(people=[], audience=0, minutes=5)
    data["sessions"][1].update(people=[], audience=0, minutes=5)
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(data))
    result = CliRunner().invoke(main, ["agenda", "solve", str(path), "--work", "2", "--json"])
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (answer["status"], answer["cost"], answer["assignments"]) == ("infeasible", None, {})
    assert answer["conflicting_rules"] == [
        "pinned: session S00 stays in slot K000",
        "pinned: session S01 stays in slot K000",
        "room: R0 holds one session at a time",
    ]


def test_reading_and_checking_load_no_solver() -> None:
    script = "import sys, showcase.scheduling, showcase.commands.agenda; print({'ortools', 'numba'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
