"""Interest lists, pledges, prices, plans, packs and contracts in every state: a part of the whole world of tests."""

from datetime import date, timedelta
from typing import Any

from showcase.access import actor_for
from showcase.bargaining import job
from showcase.extensions import db
from showcase.models import (
    Closing,
    Contract,
    InterestList,
    MarketRoute,
    Membership,
    Pack,
    Plan,
    PledgeEvidence,
    Saving,
    utc_now,
)
from showcase.models.enums import SolveState
from showcase.models.interests import ListState, Rung
from showcase.services import plans, prices
from tests.integration.conftest import People
from tests.integration.price_texts import a_list, a_pledge, an_offer, open_prices, some_councils
from tests.integration.world_of_texts import a_file, find


def fill(people: People, members: dict[str, Membership]) -> None:
    """Make them all."""
    whole = _a_whole_list(people)
    for state in ListState:
        _a_list_in(state, people)
    other = a_list(people, title="Led by nobody", lead_id=None)
    a_pledge(other, people.other_officer)
    an_offer(other, people.other_founder)
    _more_plans(whole, people)
    for role in ("officer", "other officer", "suspended officer"):
        _a_contract(members[role])
    db.session.commit()


def _a_whole_list(people: People) -> InterestList:
    """Make a list with pledges, prices, a shared plan, evidence and an end whose savings one council confirmed."""
    made = a_list(people, title="Whole")
    councils = some_councils(6)
    for number, member in enumerate([*councils, people.officer]):
        a_pledge(made, member, quantity=1000 + number, current_unit_cost_pence=1000_00 + number)
    an_offer(made, people.founder)
    an_offer(made, people.other_founder)
    open_prices(made)
    for pledge in made.pledges[-2:]:
        file = a_file(people.officer)
        db.session.add(PledgeEvidence(pledge=pledge, file=file, step_number=1, description="Letter of intent"))
    plan = plans.make(made, (Rung.LETTER,), by=actor_for(people.staff), now=utc_now())
    plan.solve.answer = job.run(plan.solve.problem, seconds=20, work=None, tell=lambda progress: None)
    plan.solve.state = SolveState.DONE
    plans.share(plan, by=actor_for(people.staff), now=utc_now())
    db.session.add(Pack(interest_list=made, plan=plan, shared_at=utc_now()))
    closing = Closing(interest_list=made, route=MarketRoute.JOINT, went_on=date(2026, 9, 1))
    for member in (people.officer, councils[0]):
        closing.savings.append(Saving(council_id=member.organisation_id, quantity=1000, claimed_pence=5_000_00))
    db.session.add(closing)
    db.session.commit()
    return made


def _a_list_in(state: ListState, people: People) -> None:
    """Make a list in a state, with a pledge of either council and prices: sealed, open or withdrawn."""
    made = a_list(people, title=f"Zebra, {state.value}")
    made.proposed_for_id, made.state = people.officer.organisation_id, state
    if state is ListState.PROPOSED:
        made.opened_at = None
        db.session.commit()
        return
    made.state = ListState.OPEN
    a_pledge(made, people.other_officer)
    a_pledge(made, people.officer, rung=Rung.WITHDRAWN)
    offer = an_offer(made, people.founder)
    if state is ListState.CLOSING:
        prices.withdraw(offer, "Sold out.", by=actor_for(people.founder), now=utc_now())
    if state is ListState.CLOSED:
        open_prices(made)
    made.state = state
    db.session.commit()


def _more_plans(whole: InterestList, people: People) -> None:
    """Make a plan and a pack that staff share with nobody yet."""
    kept = find(Plan)
    words: dict[str, Any] = {"solve_id": kept.solve_id, "rungs": kept.rungs, "left_out": kept.left_out}
    other = find(InterestList, title="Zebra, open")
    db.session.add(Plan(interest_list=whole, number=kept.number + 1, **words))
    db.session.add_all([Plan(interest_list=other, number=1, **words), Pack(interest_list=other)])
    db.session.flush()


def _a_contract(member: Membership) -> None:
    day = utc_now().date() + timedelta(days=400)
    db.session.add(
        Contract(
            council_id=member.organisation_id,
            supplier="Zebra Systems",
            product="Repairs",
            identity="zebra|repairs|housing",
            service_area="housing-repairs",
            ends_on=day,
        )
    )
    db.session.flush()
