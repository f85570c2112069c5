"""An independent reading of the definitions, on plain JSON, that shares nothing with the product; and brute force."""

from datetime import datetime, timedelta
from itertools import combinations, pairwise, permutations
from typing import Any

from hypothesis import strategies as st

Problem = dict[str, Any]


def span(problem: Problem, session: str, slot: str) -> tuple[datetime, datetime, str]:
    [row] = [one for one in problem["slots"] if one["id"] == slot]
    [talk] = [one for one in problem["sessions"] if one["id"] == session]
    start = datetime.fromisoformat(row["start"])
    return start, start + timedelta(minutes=talk["minutes"]), row["room"]


def keeps_rules(problem: Problem, agenda: dict[str, str]) -> bool:
    talks = {row["id"]: row for row in problem["sessions"]}
    return (
        set(agenda) == set(talks)
        and all(may_stand(problem, talk, agenda[id]) for id, talk in talks.items())
        and all(agenda[id] == slot for id, slot in problem.get("pinned", {}).items())
        and all(go_together(problem, talks[one], talks[other], agenda) for one, other in combinations(talks, 2))
    )


def may_stand(problem: Problem, talk: Problem, key: str) -> bool:
    [slot] = [row for row in problem["slots"] if row["id"] == key]
    start, end, room = span(problem, talk["id"], key)
    [seats] = [row["capacity"] for row in problem["rooms"] if row["id"] == room]
    if talk["minutes"] > slot["minutes"] or seats < talk.get("audience", 0):
        return False
    if talk.get("slots") is not None and key not in talk["slots"]:
        return False
    windows = [row.get("available") for row in problem.get("people", []) if row["id"] in talk.get("people", [])]
    when = datetime.fromisoformat
    return all(any(when(a) <= start and end <= when(b) for a, b in row) for row in windows if row is not None)


def go_together(problem: Problem, one: Problem, other: Problem, agenda: dict[str, str]) -> bool:
    slots = {row["id"]: row for row in problem["slots"]}
    a, b = slots[agenda[one["id"]]], slots[agenda[other["id"]]]
    a_start, b_start = datetime.fromisoformat(a["start"]), datetime.fromisoformat(b["start"])
    a_end, b_end = a_start + timedelta(minutes=a["minutes"]), b_start + timedelta(minutes=b["minutes"])
    if a["room"] == b["room"] and max(a_start, b_start) < min(a_end, b_end):
        return False
    if not set(one.get("people", [])) & set(other.get("people", [])):
        return True
    first, second = sorted(span(problem, talk["id"], agenda[talk["id"]]) for talk in (one, other))
    return second[0] - first[1] >= timedelta(minutes=problem.get("turnaround_minutes", 0))


def price(problem: Problem, agenda: dict[str, str]) -> int:
    total = 0
    spans = {id: span(problem, id, slot) for id, slot in agenda.items()}
    for row in problem.get("interests", []):
        for one, other in combinations(row["sessions"], 2):
            if max(spans[one][0], spans[other][0]) < min(spans[one][1], spans[other][1]):
                total += min(row["sessions"][one], row["sessions"][other])
    for id, slot in problem.get("published", {}).items():
        before = span(problem, id, slot)
        total += 3 if (before[0], before[2]) != (spans[id][0], spans[id][2]) else 0
    for track in {row.get("track") for row in problem["sessions"]} - {None}:
        order = sorted((spans[row["id"]][0], row["id"]) for row in problem["sessions"] if row.get("track") == track)
        total += sum(spans[a][2] != spans[b][2] for (_, a), (_, b) in pairwise(order))
    return total


def cheapest(problem: Problem) -> int | None:
    """Try everything."""
    ids = [row["id"] for row in problem["sessions"]]
    agendas = (dict(zip(ids, p, strict=True)) for p in permutations([s["id"] for s in problem["slots"]], len(ids)))
    return min((price(problem, agenda) for agenda in agendas if keeps_rules(problem, agenda)), default=None)


@st.composite
def problems(draw: st.DrawFn, sessions: int = 4, slots: int = 6) -> Problem:
    """Draw small problems with everything in them: uneven grids, overlapping slots, pins, windows, turnarounds."""
    number = st.integers
    clock = st.builds(lambda m: f"2027-03-{10 + m // 24}T{9 + m % 24 // 4:02}:{m % 4 * 15:02}", number(0, 30))
    rooms = [{"id": f"r{i}", "capacity": draw(number(10, 60))} for i in range(draw(number(1, 3)))]
    rows = [
        {
            "id": f"k{i}",
            "room": draw(st.sampled_from(rooms))["id"],
            "start": draw(clock),
            "minutes": draw(st.sampled_from([20, 30, 45])),
        }
        for i in range(draw(number(1, slots)))
    ]
    keys = [row["id"] for row in rows]
    people = []
    for i in range(draw(number(0, 3))):
        person: Problem = {"id": f"p{i}"}
        if draw(st.booleans()):
            person["available"] = draw(st.lists(st.tuples(clock, clock).map(lambda w: sorted(w)), max_size=2))
            person["available"].append(["2027-03-10T09:00", "2027-03-10T13:00"])
        people.append(person)
    names = [row["id"] for row in people]
    talks = []
    for i in range(draw(number(1, sessions))):
        talk: Problem = {"id": f"s{i}", "minutes": draw(st.sampled_from([15, 20, 30, 45]))}
        talk["audience"] = draw(st.sampled_from([0, 5, 20, 40]))
        if names:
            talk["people"] = draw(st.lists(st.sampled_from(names), unique=True, max_size=2))
        if draw(number(0, 4)) == 0:
            talk["slots"] = draw(st.lists(st.sampled_from(keys), unique=True, min_size=1))
        if draw(number(0, 3)):
            talk["track"] = draw(st.sampled_from(["a", "b"]))
        talks.append(talk)
    ids = [row["id"] for row in talks]
    some = st.dictionaries(st.sampled_from(ids), st.sampled_from(keys), max_size=2)
    weights = st.dictionaries(st.sampled_from(ids), number(0, 5))
    return {
        "slots": rows,
        "rooms": rooms,
        "people": people,
        "sessions": talks,
        "pinned": draw(some) if draw(number(0, 3)) == 0 else {},
        "published": draw(some),
        "turnaround_minutes": draw(st.sampled_from([0, 0, 10, 30])),
        "interests": [{"who": f"E{i}", "sessions": draw(weights)} for i in range(draw(number(0, 4)))],
    }
