"""A whole showcase in a real browser with the real worker, from a need that councils share to the exported bundle.

Played by LGA staff, two councils, three suppliers and somebody from the public: once with the mouse, where each new
kind of page is also checked at both widths, and once by keyboard alone.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser import showcase_choice_steps as choice
from tests.browser import showcase_day_steps as day
from tests.browser import showcase_invitation_steps as middle
from tests.browser import showcase_steps as first
from tests.browser.conftest import Demo, OpenPage
from tests.browser.database import in_database
from tests.browser.hands import Hand, Keys, Mouse
from tests.browser.showcase_people import People, let_it_end_in, people_of_the_story
from tests.browser.showcase_steps import Cast

pytestmark = pytest.mark.slow


@pytest.fixture
def cast(request: pytest.FixtureRequest, own_demo: Demo, open_own: OpenPage) -> Cast:
    """Everyone in the story, each in a browser of their own, with the kind of hand that the test names."""
    kind: Callable[..., Hand] = request.param
    people: People = in_database(own_demo, people_of_the_story)
    return Cast(
        **{who: kind(open_own(email), who) for who, email in vars(people).items()},
        public=kind(open_own("public"), "public"),
    )


@pytest.mark.parametrize(
    "cast",
    [
        pytest.param(Mouse, id="with the mouse"),
        pytest.param(Keys, id="by keyboard alone", marks=pytest.mark.soak),  # as long again: CI has twenty minutes
    ],
    indirect=True,
)
def test_from_a_shared_need_to_the_bundle(cast: Cast, own_demo: Demo, tmp_path: Path) -> None:
    name = f"Dry homes before winter, {type(cast.staff).__name__.lower()}"
    showcase = first.build(cast.staff, name)
    first.announce(cast.staff, cast.public, showcase)
    choose_who_pitches(cast, showcase)
    answer_invitations(cast, showcase)
    middle.make_agenda(cast.staff, showcase)
    middle.read_agenda(cast.public, showcase)
    middle.fill_both_halls(
        showcase, [cast.staff, cast.camden, cast.leeds], cast.warmwood, cast.dampsense, cast.stonecrop
    )
    middle.plan_meetings(cast.staff, showcase)
    meeting = middle.agree_to_meet(cast.dampsense, cast.camden, showcase)
    middle.make_timetable(cast.staff, showcase)
    middle.reads_nothing_of_it(cast.warmwood, showcase, meeting)
    challenge = showcase.camden_challenge
    middle.ask_and_answer(cast.warmwood, cast.camden, [cast.dampsense, cast.stonecrop, cast.public], challenge)
    in_database(own_demo, lambda: let_it_end_in(showcase.id, 30))
    day.check_in(cast.staff, showcase, "Amina Okafor", "Dana Lister")
    day.join_online(cast.warmwood, showcase)
    day.release_and_close(cast.camden, [cast.stonecrop, cast.public], meeting, challenge)
    in_database(own_demo, lambda: let_it_end_in(showcase.id, -1))
    day.finish(cast.staff, showcase)
    day.keep_record(cast.camden, cast.dampsense, challenge)
    day.verify_bundle(cast.camden, challenge, tmp_path)
    day.report(cast.staff, cast.public, showcase)
    faults = [fault for hand in cast.everyone for fault in hand.faults]
    assert not faults, "\n".join(faults)


def choose_who_pitches(cast: Cast, showcase: first.Showcase) -> None:
    for firm in (cast.dampsense, cast.stonecrop, cast.warmwood):
        choice.put_forward(firm, showcase.camden_challenge, "We can show this in two homes of yours.")
    for firm in (cast.dampsense, cast.stonecrop):
        choice.put_forward(firm, showcase.leeds_challenge, "It ranks homes by risk.")
    choice.take_in_candidates(cast.staff, showcase)
    choice.declare_without(cast.camden, showcase.camden_title)
    choice.score_all(cast.camden)
    choice.declare_a_conflict(cast.leeds, cast.staff, showcase)
    choice.score_all(cast.leeds)
    choice.decide_all(cast.staff, showcase)
    choice.read_feedback(cast.stonecrop, cast.dampsense)


def answer_invitations(cast: Cast, showcase: first.Showcase) -> None:
    middle.invite_all(cast.staff, showcase, 5)
    middle.accept_all(cast.camden, "Amina Okafor", "officer@camden.demo.example")
    middle.accept_all(cast.leeds, "Dana Lister", "dana@leeds.story.example")
    middle.accept_all(cast.dampsense, "Priya Nair", "founder@dampsense.demo.example")
    middle.send_someone_else(cast.dampsense, "Joss Vale", "joss@dampsense.demo.example")
    middle.decline(cast.stonecrop)
    middle.move_reserve_up(cast.staff, showcase)
    middle.accept_all(cast.warmwood, "Wren Marsh", "wren@warmwood.story.example")
