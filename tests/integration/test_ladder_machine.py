"""The ladder against a model of a few lines: whatever people try in whatever order, both agree and nothing is lost."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from showcase.access import actor_for
from showcase.errors import DomainError
from showcase.extensions import db
from showcase.models import Membership, utc_now
from showcase.models.interests import COUNTED, Rung
from showcase.policies.interests import figures_for
from showcase.services import interests, pledges
from showcase.services.pledge_rules import Demand
from tests.integration.conftest import People, member_of
from tests.integration.interest_texts import Group, a_group, a_letter, said

pytestmark = pytest.mark.either_database

LADDER = [Rung.WATCHING, Rung.INTERESTED, Rung.EXPRESSION, Rung.LETTER, Rung.COMMITMENT]


@dataclass
class Modelled:
    """What the model knows of one council."""

    history: list[tuple[Rung, int | None]] = field(default_factory=list)
    revision: int = 0
    has_demand: bool = False
    has_letter: bool = False

    @property
    def rung(self) -> Rung | None:
        return self.history[-1][0] if self.history else None

    @property
    def is_in(self) -> bool:
        return self.rung not in (None, Rung.WITHDRAWN)

    @property
    def is_bound(self) -> bool:
        return self.rung in (Rung.LETTER, Rung.COMMITMENT)


class Ladder(RuleBasedStateMachine):
    """Two councils, each with an officer and a procurement lead, and staff who let in, stop and close."""

    people: People
    begun = 0

    @initialize()
    def begin(self) -> None:
        Ladder.begun += 1
        self.group: Group = a_group(self.people.staff, 2, f"Council {Ladder.begun}")
        self.officers: list[Membership] = [member_of(lead.organisation, "Olly Officer") for lead in self.group.leads]
        db.session.commit()
        self.state = "open"
        self.modelled = [Modelled(), Modelled()]

    def _actor(self, place: int, is_lead: bool) -> Any:
        return actor_for((self.group.leads if is_lead else self.officers)[place])

    def _try(self, do: Any) -> bool:
        """Do it in a savepoint; tell whether it was let through."""
        try:
            with db.session.begin_nested():
                do()
        except DomainError:
            db.session.expire_all()
            return False
        return True

    @rule(
        place=st.integers(0, 1),
        rung=st.sampled_from(Rung),
        quantity=st.integers(0, 50),
        is_lead=st.booleans(),
        has_reason=st.booleans(),
        is_stale=st.sampled_from([False, False, False, True]),
        has_letter=st.booleans(),
    )
    def step(
        self,
        place: int,
        rung: Rung,
        quantity: int,
        is_lead: bool,
        has_reason: bool,
        is_stale: bool,
        has_letter: bool,
    ) -> None:
        modelled, letter = self.modelled[place], a_letter() if has_letter else None
        told = said(rung, quantity, reason="Because" if has_reason else "")
        revision = modelled.revision + is_stale
        expected = self._may_step(modelled, rung, quantity, is_lead, has_reason, has_letter) and not is_stale
        done = self._try(
            lambda: pledges.step(
                self.group.interest_list,
                told,
                revision=revision,
                by=self._actor(place, is_lead),
                now=utc_now(),
                letter=letter,
            )
        )
        assert done == expected
        if done:
            modelled.history.append((rung, quantity if rung in COUNTED else None))
            modelled.revision += 1
            modelled.has_letter |= has_letter

    def _may_step(
        self, modelled: Modelled, rung: Rung, quantity: int, is_lead: bool, has_reason: bool, has_letter: bool
    ) -> bool:
        if self.state == "closed" or (not modelled.is_in and (self.state != "open" or rung is Rung.WITHDRAWN)):
            return False
        if (modelled.is_bound or rung in (Rung.LETTER, Rung.COMMITMENT)) and not is_lead:
            return False
        if rung in COUNTED and quantity < 1:
            return False
        is_down = modelled.is_in and (
            rung is Rung.WITHDRAWN or LADDER.index(rung) < LADDER.index(modelled.rung or Rung.WATCHING)
        )
        if is_down and not has_reason:
            return False
        return rung is not Rung.LETTER or (modelled.has_demand and (has_letter or modelled.has_letter))

    @rule(place=st.integers(0, 1), is_lead=st.booleans(), quantity=st.integers(1, 9))
    def state_demand(self, place: int, is_lead: bool, quantity: int) -> None:
        modelled, by = self.modelled[place], self._actor(place, is_lead)
        pledge = pledges.find_own(self.group.interest_list, by=by)
        assert (pledge is None) == (not modelled.history)
        if pledge is None:
            return
        demand = Demand([{"max_unit_price_pence": 500, "quantity": quantity}])
        done = self._try(lambda: pledges.state_demand(pledge, demand, revision=modelled.revision, by=by, now=utc_now()))
        assert done == (modelled.is_in and self.state != "closed" and (is_lead or not modelled.is_bound))
        if done:
            modelled.has_demand = True
            modelled.revision += 1

    @rule(
        verb=st.sampled_from(["announce_closing", "let_in_again", "let_in_again", "close"]), is_rare=st.integers(0, 5)
    )
    def move_the_list(self, verb: str, is_rare: int) -> None:
        if verb == "close" and is_rare:
            return
        ways = {"announce_closing": ("open", "closing"), "let_in_again": ("closing", "open")}
        source, target = ways.get(verb, (self.state, "closed"))
        by = actor_for(self.people.staff)
        done = self._try(lambda: interests.take(self.group.interest_list, verb, by=by, now=utc_now(), reason="Because"))
        assert done == (self.state == source != "closed")
        if done:
            self.state = target

    @invariant()
    def both_agree(self) -> None:
        if not hasattr(self, "group"):
            return
        interests.load_pledges(self.group.interest_list)
        by = actor_for(self.people.staff)
        found = {pledge.council_id: pledge for pledge in pledges.list_for(self.group.interest_list, seen_by=by)}
        for place, modelled in enumerate(self.modelled):
            pledge = found.get(self.group.leads[place].organisation_id)
            assert (pledge is None) == (not modelled.history)
            if pledge is not None:
                assert [(step.rung, step.quantity) for step in pledge.steps] == modelled.history
                assert [step.number for step in pledge.steps] == list(range(1, len(modelled.history) + 1))
                assert (pledge.rung, pledge.quantity) == modelled.history[-1]
                assert pledge.revision == modelled.revision
        totals = {f.rung: (f.councils, f.quantity) for f in figures_for(by, self.group.interest_list).figures}
        expected: dict[Rung, tuple[int, int]] = {}
        for modelled in self.modelled:
            if modelled.rung in COUNTED:
                councils, quantity = expected.get(modelled.rung, (0, 0))
                expected[modelled.rung] = councils + 1, quantity + (modelled.history[-1][1] or 0)
        assert totals == expected


def test_the_ladder_is_as_the_model_says(people: People) -> None:
    Ladder.people = people
    run_state_machine_as_test(
        Ladder,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
