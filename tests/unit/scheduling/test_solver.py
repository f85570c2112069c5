import random
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.instances import instance
from showcase.scheduling import Limits, check, read_problem
from showcase.scheduling.model import Model
from showcase.scheduling.rules import rules
from showcase.scheduling.solver import solve
from tests.unit.scheduling.referee import Problem, cheapest, keeps_rules, price, problems

SLOW = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
WORK = Limits(work=8, seconds=None)


@given(problems())
@SLOW
def test_finds_what_brute_force_finds(problem: Problem) -> None:
    answer = solve(read_problem(problem), WORK)
    best = cheapest(problem)
    if best is None:
        assert answer.status == "infeasible"
        assert answer.cost is None
        return
    assert (answer.status, answer.cost, answer.bound) == ("optimal", best, best)
    assert keeps_rules(problem, answer.assignments)
    assert price(problem, answer.assignments) == best


@given(problems(), st.randoms(use_true_random=False))
@SLOW
def test_checker_agrees_with_the_definitions_on_any_agenda(problem: Problem, draw: random.Random) -> None:
    slots = [row["id"] for row in problem["slots"]]
    agenda = {row["id"]: draw.choice(slots) for row in problem["sessions"]}
    verdict = check(read_problem(problem), agenda)
    assert (not verdict.broken) == keeps_rules(problem, agenda)
    assert verdict.cost == price(problem, agenda)


@given(problems(sessions=6, slots=6))
@settings(SLOW, max_examples=80)
def test_an_explanation_conflicts_and_every_part_of_it_is_needed(problem: Problem) -> None:
    asked = read_problem(problem)
    answer = solve(asked, WORK)
    if answer.status != "infeasible":
        return
    named = [rule for rule in rules(asked) if rule.label in answer.conflicting_rules]
    assert len(named) == len(answer.conflicting_rules)
    assert Model(asked, named).solve(10, 0).status == "infeasible"
    for some in combinations(named, len(named) - 1):
        assert Model(asked, some).solve(10, 0).status in ("optimal", "feasible")


@given(st.integers(0, 1000), st.randoms(use_true_random=False))
@settings(max_examples=3, deadline=None, derandomize=True)
def test_order_of_lists_and_repetition_change_nothing(seed: int, draw: random.Random) -> None:
    problem = instance(seed, sessions=14, rooms=3, times=6, councils=20)
    shuffled = {
        key: draw.sample(value, len(value))
        if isinstance(value, list)
        else dict(draw.sample([*value.items()], len(value)))
        if isinstance(value, dict)
        else value
        for key, value in problem.items()
    }
    first = solve(read_problem(problem), Limits(work=3, seconds=None), seed=5)
    assert solve(read_problem(problem), Limits(work=3, seconds=None), seed=5) == first
    assert solve(read_problem(shuffled), Limits(work=3, seconds=None), seed=5) == first


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_small_event_is_solved_to_the_proven_optimum(seed: int) -> None:
    problem = instance(seed, sessions=12, rooms=4, times=4, councils=20, wanted=5)
    answer = solve(read_problem(problem), Limits(work=200, seconds=None))
    assert answer.status == "optimal"
    assert price(problem, answer.assignments) == answer.cost == answer.bound
    assert keeps_rules(problem, answer.assignments)


@pytest.mark.slow
def test_a_large_event_keeps_every_rule_and_more_work_never_costs_more() -> None:
    problem = instance(3)
    asked = read_problem(problem)
    costs = []
    for work in (1, 8):
        answer = solve(asked, Limits(work=work, seconds=None))
        assert keeps_rules(problem, answer.assignments)
        assert price(problem, answer.assignments) == answer.cost
        costs.append(answer.cost)
    assert costs[1] <= costs[0]


def test_more_sessions_than_rooms_hold_names_the_room() -> None:
    problem = {
        "slots": [{"id": "k", "room": "hall", "start": "2027-03-10T09:00", "minutes": 20}],
        "rooms": [{"id": "hall", "capacity": 9}],
        "sessions": [{"id": "s", "minutes": 20}, {"id": "t", "minutes": 20}],
    }
    answer = solve(read_problem(problem), WORK)
    assert answer.status == "infeasible"
    assert answer.conflicting_rules == ("room: hall holds one session at a time",)


def test_an_event_without_sessions_has_the_empty_agenda() -> None:
    answer = solve(read_problem({"slots": [], "rooms": [], "sessions": []}), WORK)
    assert (answer.status, answer.cost, answer.assignments) == ("optimal", 0, {})


def test_sessions_without_any_slots_have_no_agenda() -> None:
    problem = read_problem({"slots": [], "rooms": [], "sessions": [{"id": "s", "minutes": 5}]})
    assert solve(problem, WORK).status == "infeasible"


def test_the_clock_ends_a_search_that_has_no_other_end() -> None:
    answer = solve(read_problem(instance(4)), Limits(work=None, seconds=6.0))
    assert answer.status in ("feasible", "unknown")
    assert answer.status == "unknown" or answer.gap is not None
