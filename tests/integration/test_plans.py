"""Plans: rows become the right problem, the worker answers it, and each role reads its part and nothing else."""

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook

from showcase.access import actor_for
from showcase.bargaining import job, read_problem, solve
from showcase.errors import Conflict, DomainError, NotAllowed
from showcase.extensions import db
from showcase.models import AuditEntry, Membership, Message, Plan, Snapshot, Solve, utc_now
from showcase.models.enums import SolveState
from showcase.models.interests import Rung
from showcase.models.prices import NOTICE
from showcase.policies import PUBLIC, Permission, can, visible_to
from showcase.services import plan_reading, plan_totals, plans, prices, solve_runner
from showcase.services.prices import Tier
from tests.integration.conftest import CheckedClient, People
from tests.integration.price_texts import (
    a_list,
    a_pledge,
    an_offer,
    open_prices,
    some_councils,
)

pytestmark = pytest.mark.either_database

RUNGS = (Rung.LETTER, Rung.COMMITMENT)


def answered(plan: Plan, seconds: float = 20) -> Plan:
    """Work a plan out as the worker does."""
    plan.solve.answer = job.run(plan.solve.problem, seconds=seconds, work=None, tell=lambda progress: None)
    plan.solve.state = SolveState.DONE
    db.session.commit()
    return plan


class Story:
    """A list with prices of two suppliers and six councils, of which five fit together."""

    def __init__(self, people: People) -> None:
        self.people, self.staff = people, actor_for(people.staff)
        self.interest_list = a_list(people)
        an_offer(self.interest_list, people.founder)
        an_offer(self.interest_list, people.other_founder, tiers=[Tier(1, 990_00)], meets=["uk-hosting"])
        self.councils = some_councils(7)
        for number, member in enumerate(self.councils[:5]):
            a_pledge(self.interest_list, member, quantity=1000 + number, current_unit_cost_pence=1000_00 + number)
        a_pledge(self.interest_list, self.councils[5], needs=["offline"], rung=Rung.COMMITMENT)
        a_pledge(self.interest_list, self.councils[6], schedule=[])
        open_prices(self.interest_list)

    def plan(self) -> Plan:
        made = plans.make(self.interest_list, RUNGS, by=self.staff, now=utc_now())
        db.session.commit()
        return made


@pytest.fixture
def story(people: People) -> Story:
    return Story(people)


# --- rows → problem → plan --------------------------------------------------------------------------------------------


def test_rows_become_the_problem_that_they_say(story: Story) -> None:
    plan = story.plan()
    problem = plan.solve.problem
    assert {offer["id"] for offer in problem["offers"]} == {
        str(offer.last.id) for offer in prices.list_for(story.interest_list, seen_by=story.staff)
    }
    first = next(o for o in problem["offers"] if len(o["tiers"]) == 2)
    assert first["tiers"] == [
        {"min_quantity": 500, "unit_price_pence": 900_00},
        {"min_quantity": 3000, "unit_price_pence": 700_00},
    ]
    assert first["starts"] == ["2027-04", "2027-05", "2027-06", "2027-07", "2027-08", "2027-09"]
    assert first["meets"] == ["uk-hosting", "open-api"]
    assert len(problem["councils"]) == 6
    own = next(c for c in problem["councils"] if c["id"] == str(story.councils[1].organisation_id))
    assert own == {
        "id": str(story.councils[1].organisation_id),
        "quantity": [
            {"max_unit_price_pence": 950_00, "quantity": 800},
            {"max_unit_price_pence": 800_00, "quantity": 1000},
        ],
        "current_unit_cost_pence": 1000_01,
        "earliest": "2027-04",
        "latest": "2027-12",
        "needs": ["uk-hosting"],
    }
    assert plan.left_out == {str(story.councils[6].organisation_id): plans.NO_SCHEDULE}
    assert plan.rungs[str(story.councils[5].organisation_id)] == "commitment"
    assert read_problem(problem).councils


def test_the_plan_is_the_best_one_and_is_explained(story: Story) -> None:
    plan = answered(story.plan())
    best = solve(read_problem(plan.solve.problem))
    whole = plan_reading.for_staff(plan)
    assert whole.saving_pence == best.saving_pence == sum(1000 * (300_00 + n) for n in range(5))
    assert whole.is_optimal
    (group,) = whole.groups
    assert (group.version.offer.supplier.name, group.tier, group.quantity) == ("Plain Answers Ltd", 2, 5000)
    assert group.by_rung == {Rung.LETTER: 5000}
    assert [m.by_itself_pence for m in group.members] == [800 * (100_00 + n) for n in range(5)]
    assert [one.council for one in whole.alone] == ["Borough 05"]
    assert whole.alone[0].limit == "The offer does not meet its needs."
    assert whole.left_out == [("Borough 06", plans.NO_SCHEDULE)]
    leaving = whole.departures[0]
    assert leaving.others_after_pence == leaving.others_before_pence  # four still reach the tier
    assert not whole.not_tried


def test_what_the_time_did_not_suffice_for_is_named(story: Story) -> None:
    plan = answered(story.plan(), seconds=0.5)
    assert plan_reading.for_staff(plan).not_tried


def test_withdrawn_expired_and_sealed_prices_are_not_planned_with(story: Story, people: People) -> None:
    prices.withdraw(
        next(o for o in prices.list_for(story.interest_list, seen_by=story.staff) if len(o.last.tiers) == 2),
        "",
        by=actor_for(people.founder),
        now=utc_now(),
    )
    plan = story.plan()
    assert [len(offer["tiers"]) for offer in plan.solve.problem["offers"]] == [1]
    for offer in prices.list_for(story.interest_list, seen_by=story.staff):
        offer.last.valid_until = utc_now().date().replace(year=2020)
    with pytest.raises(DomainError, match="no indicative prices"):
        story.plan()


def test_no_plan_while_prices_are_sealed(people: People) -> None:
    interest_list = a_list(people)
    an_offer(interest_list, people.founder)
    a_pledge(interest_list, some_councils(1)[0])
    with pytest.raises(Conflict, match="sealed"):
        plans.make(interest_list, RUNGS, by=actor_for(people.staff), now=utc_now())
    for member in (people.officer, people.founder):
        with pytest.raises(NotAllowed):
            plans.make(interest_list, RUNGS, by=actor_for(member), now=utc_now())


def test_the_same_question_is_one_plan_and_a_changed_one_is_told(story: Story) -> None:
    plan = story.plan()
    assert story.plan() is plan
    answered(plan)
    assert not plans.is_outdated(plan, by=story.staff, now=utc_now())
    pledge = next(p for p in story.interest_list.pledges if p.council_id == story.councils[0].organisation_id)
    pledge.current_unit_cost_pence = 1
    db.session.flush()
    assert plans.is_outdated(plan, by=story.staff, now=utc_now())
    assert story.plan().number == 2


def test_only_the_rungs_that_were_chosen_are_planned_with(story: Story) -> None:
    plan = plans.make(story.interest_list, [Rung.COMMITMENT], by=story.staff, now=utc_now())
    assert list(plan.rungs.values()) == ["commitment"]
    with pytest.raises(DomainError, match="No council"):
        plans.make(story.interest_list, [Rung.EXPRESSION], by=story.staff, now=utc_now())


@pytest.mark.slow
def test_the_worker_works_it_out(own_app: Flask) -> None:
    with own_app.app_context():
        solve_row = Solve(
            kind="plan",
            subject_id=uuid4(),
            problem={
                "offers": [
                    {"id": "o", "tiers": [{"min_quantity": 5, "unit_price_pence": 10}], "starts": ["2027-04"]},
                ],
                "councils": [
                    {
                        "id": name,
                        "quantity": [{"max_unit_price_pence": 20, "quantity": 3}],
                        "current_unit_cost_pence": 30,
                        "earliest": "2027-04",
                        "latest": "2027-04",
                    }
                    for name in ("a", "b")
                ],
            },
            input_hash="x",
            seconds=20,
        )
        db.session.add(solve_row)
        db.session.commit()
        assert solve_runner.run_due(now=utc_now()) == 1
        db.session.expire_all()
        answer: dict[str, Any] = db.session.get_one(Solve, solve_row.id).answer or {}
        assert answer["saving_pence"] == 120
        assert [one["others_after_pence"] for one in answer["departures"]] == [0, 0]


# --- who reads what ---------------------------------------------------------------------------------------------------


def private_figures(story: Story) -> re.Pattern[str]:
    """Match a limit, cost or schedule that any council stated."""
    return re.compile(r"£?950\b|£?1,?000\.0[1-4]|Borough 0[1-6]")


def test_staff_read_the_whole(client: CheckedClient, story: Story) -> None:
    client.sign_in(story.people.staff)
    address = f"/interest-lists/{story.interest_list.id}/plans"
    page = client.get(address).text
    assert "app-chart" in page
    assert client.post(address, data={}).status_code == 422
    made = client.post(address, data={"rungs": ["letter_of_intent", "commitment"]})
    plan = db.session.scalars(sa.select(Plan)).one()
    assert made.location == f"/plans/{plan.id}"
    assert "Waiting for the worker" in client.get(made.location).text
    answered(plan)
    page = client.get(made.location).text
    for words in ("Borough 04", "Plain Answers Ltd: tier 2", "does not meet its needs", "Share this plan", NOTICE[:50]):
        assert words in page
    assert "1,500,100" in page
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{made.location}/savings.xlsx").data))
    assert len(book.get_sheet_by_index(0).to_python()) == 6
    assert "Demand" in client.get(f"/interest-lists/{story.interest_list.id}/demand.csv").text


def test_before_it_is_shared_nobody_else_knows_of_it(client: CheckedClient, story: Story) -> None:
    plan = answered(story.plan())
    for member in (story.councils[0], story.people.officer, story.people.founder):
        client.sign_in(member)
        assert client.get(f"/plans/{plan.id}").status_code == 404
        assert client.get(f"/plans/{plan.id}/savings.csv").status_code == 404
    client.sign_in(story.councils[0])
    assert "Plan 1" not in client.get(f"/interest-lists/{story.interest_list.id}/plans").text


def test_a_council_reads_its_own_line_alone(client: CheckedClient, story: Story) -> None:
    plan = answered(story.plan())
    client.sign_in(story.people.staff)
    assert client.post(f"/plans/{plan.id}/share").status_code == 302
    assert client.post(f"/plans/{plan.id}/share").status_code == 409
    client.sign_in(story.councils[0])
    for address in (f"/plans/{plan.id}", f"/plans/{plan.id}/savings.csv"):
        text = client.get(address).text
        assert re.search(r"£?300,?000", text)
        assert not private_figures(story).search(text)
        assert "Plain Answers" not in text
    page = client.get(f"/interest-lists/{story.interest_list.id}/plans").text
    assert "Plan 1" in page
    assert "app-chart" not in page
    assert "What your council would save in a year" in client.get(f"/plans/{plan.id}").text
    assert client.get(f"/interest-lists/{story.interest_list.id}/demand.csv").status_code == 403
    client.sign_in(story.councils[5])
    assert "does not meet its needs" in client.get(f"/plans/{plan.id}").text
    client.sign_in(story.councils[6])
    assert plans.NO_SCHEDULE in client.get(f"/plans/{plan.id}").text
    for outsider in (story.people.other_officer, story.people.founder, story.people.other_founder):
        client.sign_in(outsider)
        assert client.get(f"/plans/{plan.id}").status_code == 404
    told = db.session.scalars(sa.select(Message).where(Message.key.startswith("plan:"))).all()
    assert len(told) == 7
    assert not any(re.search(r"£|\d{3},\d{3}", message.body) for message in told)
    assert db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == plan.id)).all() == [
        "plan.made",
        "plan.shared",
    ]


def test_the_lead_authority_reads_options_and_totals(client: CheckedClient, story: Story) -> None:
    plan = answered(story.plan())
    plans.share(plan, by=story.staff, now=utc_now())
    db.session.commit()
    client.sign_in(story.people.officer)  # of the lead authority, which is not in the plan
    page = client.get(f"/plans/{plan.id}").text
    assert "about 5,000, 5 councils or more" in page
    assert "about £1,500,000 a year" in page
    assert "Quiet Roads Ltd" in page
    assert "Your council" not in page
    offer = prices.list_for(story.interest_list, seen_by=story.staff)[1]
    prices.withdraw(offer, "", by=actor_for(story.people.other_founder), now=utc_now())
    db.session.commit()
    assert "Quiet Roads Ltd (withdrawn since)" in client.get(f"/plans/{plan.id}").text
    assert not private_figures(story).search(page)


def test_a_total_that_would_give_someone_away_is_not_told(client: CheckedClient, story: Story, people: People) -> None:
    pledges = {p.council_id: p for p in story.interest_list.pledges}
    pledges[story.councils[4].organisation_id].schedule = [{"max_unit_price_pence": 100_00, "quantity": 1}]
    plan = answered(story.plan())
    assert len(plan.solve.answer["groups"][0]["members"]) == 4  # type: ignore[index]
    plans.share(plan, by=story.staff, now=utc_now())
    db.session.commit()
    assert plan.told == {"groups": {}}
    client.sign_in(people.officer)
    page = client.get(f"/plans/{plan.id}").text
    assert "too few councils" in page
    assert "4,000" not in page


def test_a_total_is_not_told_beside_a_snapshot_that_differs_by_one_council(story: Story) -> None:
    six = [str(member.organisation_id) for member in story.councils[:6]]
    story.interest_list.snapshots.append(
        Snapshot(
            number=1,
            taken_on=utc_now().date(),
            figures={},
            names={},
            contributions={council: ["letter_of_intent", 1000] for council in six},
        )
    )
    plan = answered(story.plan())
    assert plan_totals.what_may_be_told(plan, earlier=[])["groups"] == {}
    story.interest_list.snapshots[0].contributions = {council: ["letter_of_intent", 1000] for council in six[:5]}
    assert plan_totals.what_may_be_told(plan, earlier=[])["groups"]


def test_totals_obey_the_rule_of_small_numbers() -> None:
    five = dict.fromkeys("abcde", 10)
    assert plan_totals.is_safe(five, [], 5)
    assert plan_totals.is_safe(five, [five], 5)
    assert not plan_totals.is_safe({}, [], 5)
    assert not plan_totals.is_safe(dict.fromkeys("abcd", 10), [], 5)
    assert not plan_totals.is_safe({**five, "a": 100}, [], 5)
    assert not plan_totals.is_safe({**five, "f": 10}, [five], 5)
    assert not plan_totals.is_safe({**five, "a": 11}, [five], 5)
    assert plan_totals.is_safe(dict.fromkeys("fghij", 10) | five, [five], 5)


def test_lists_and_objects_agree(story: Story) -> None:
    unshared = answered(story.plan())
    pledge = next(p for p in story.interest_list.pledges if p.council_id == story.councils[0].organisation_id)
    pledge.current_unit_cost_pence = 5
    shared = answered(story.plan())
    plans.share(shared, by=story.staff, now=utc_now())
    db.session.commit()
    members: list[Membership] = [*vars(story.people).values(), *story.councils]
    counts = []
    for actor in (PUBLIC, *(actor_for(member) for member in members)):
        listed = set(db.session.scalars(sa.select(Plan.id).where(visible_to(actor, Plan))))
        assert listed == {p.id for p in (unshared, shared) if can(actor, Permission.PLAN_SEE, p)}
        counts.append(len(listed))
    assert counts == [0, 2, 1, 0, 0, 0, *[1] * 7]


# --- over time --------------------------------------------------------------------------------------------------------


def test_others_read_snapshots_over_time(client: CheckedClient, story: Story) -> None:
    address = f"/interest-lists/{story.interest_list.id}/over-time"
    story.interest_list.snapshots.append(
        Snapshot(
            number=1,
            taken_on=utc_now().date(),
            figures={"letter_of_intent": {"councils": 5, "quantity": 4900}},
            names={},
            contributions={},
        )
    )
    db.session.commit()
    client.sign_in(story.people.founder)
    assert "4,900" in client.get(address).text
    assert "4900" in client.get(f"{address}.csv").text
    client.sign_in(story.people.staff)
    assert "4900" not in client.get(f"{address}.csv").text  # exact: no steps were taken in this story
