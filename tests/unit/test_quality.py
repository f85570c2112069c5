"""The quality check warns where it should, and is silent over decent texts."""

import pytest

from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.models.questions import Content
from showcase.models.solution_questions import SOLUTION_QUESTIONS
from showcase.services.quality import Advice, advise, personal_data, solution_speak, unexplained_acronyms

DECENT: Content = {
    "title": "How might we know which homes will be damp before winter?",
    "service_areas": ["housing-repairs"],
    "problem": "Tenants report mould in October and wait until March. Last winter 2,140 did, and 61 moved out. The "
    "system that holds repairs cannot be searched by room, and residents buy their own heaters. SEND pupils move too.",
    "users": "Housing officers need to see which homes are at risk before it is cold, so that surveyors go there.",
    "why_now": "A law sets deadlines for repairs from 27 October 2025, and we met 58 of 100 last winter.",
    "measures": "Days from report to repair: from 160 to 30.",
    "owner": "Head of Repairs",
    "systems": "Homes are held in a housing register with an API. The NHS and the GP surgeries hold the rest.",
}
DECENT_SOLUTION: Content = {
    "name": "DRYROOMS",
    "summary": "Shows housing officers which homes are likely to become damp, from readings that tenants agree to.",
    "how": "A small meter in each home sends temperature and humidity once an hour. Officers see a list each morning, "
    "with the reasons, and decide whom to visit. Nothing is booked without them. Tenants see it all.",
    "contact_name": "Fay Founder",
    "contact_email": "fay@dryrooms.example",
    "outcomes": [{"claim": "Complaints fell by 31%"}],
}


def advice_on(name: str, text: str, **more: str) -> list[Advice]:
    return [each for each in advise(CHALLENGE_QUESTIONS, {name: text, **more}) if each.question == name]


def test_decent_texts_get_no_advice() -> None:
    assert advise(CHALLENGE_QUESTIONS, DECENT) == []
    assert advise(SOLUTION_QUESTIONS, DECENT_SOLUTION) == []
    assert advise(CHALLENGE_QUESTIONS, {}) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We need an app for residents", "We need an app"),
        ("The council wants a new case management platform", "council wants a new case management platform"),
        ("How might we procure a scheduling service", "procure a scheduling"),
        ("How might we use AI to sort calls?", "use AI"),
        ("We lose hours. A dashboard that shows demand is wanted.", "A dashboard that shows"),
    ],
)
def test_a_solution_instead_of_a_problem_is_noticed(text: str, words: str) -> None:
    assert solution_speak(text) == words
    assert any("names a solution" in each.text for each in advice_on("problem", text))


@pytest.mark.parametrize(
    "text",
    [
        "The system that holds tenancy data is from 2009 and cannot be searched",
        "Residents buy permits at a counter",
        "The council needs to know which homes are damp",
        "Officers need the system to be up on Mondays",
        "We want residents to be able to report a missed bin",
        "Staff type the same name into four systems",
    ],
)
def test_words_of_the_present_state_are_no_solution(text: str) -> None:
    assert solution_speak(text) is None


@pytest.mark.parametrize(
    ("text", "is_noticed"),
    [
        ("Crews use Whitespace Powersuite, which drops jobs.", True),
        ("Jobs are kept in the Whitespace Powersuite and lost.", True),
        ("Residents need Tower Hamlets Council to answer.", False),
        ("We use the Care Act to decide.", False),
        ("Callers in Milton Keynes wait for Whitespace Powersuite.", False),
        ("Families moved to Milton Keynes.", False),
    ],
)
def test_a_name_of_two_words_is_noticed_after_what_one_does_with_software(text: str, is_noticed: bool) -> None:
    told = [advice.text for advice in advise(CHALLENGE_QUESTIONS, {"problem": text}) if "product’s name" in advice.text]
    assert bool(told) is is_noticed


def test_a_products_name_is_noticed_and_a_persons_is_not() -> None:
    assert any("RepairFinder" in each.text for each in advice_on("problem", "RepairFinder loses half of the reports."))
    assert not any("name" in each.text for each in advice_on("problem", "Mr McDonald waits in GovTech for it. " * 3))


def test_users_are_named_and_need_something() -> None:
    assert (
        "No people are named"
        in advice_on("users", "It would be used across the borough in every ward each day.")[0].text
    )
    assert (
        "what they need to do"
        in advice_on("users", "Housing officers, tenants, and the surveyors of two firms.")[0].text
    )
    named = advice_on("users", "", problem="Homes are damp.")
    assert [each.text.startswith("Name the people") for each in named] == [True]


def test_a_measure_has_a_figure() -> None:
    assert "Add a figure" in advice_on("measures", "Things become faster and better.")[0].text
    for text in ("Halve the wait.", "From 40 days to 10.", "None left waiting overnight.", "One in five fewer."):
        assert advice_on("measures", text) == []


def test_acronyms_are_explained_once() -> None:
    assert unexplained_acronyms("The EHCP team and the NHS", set()) == ["EHCP"]
    explained = "An education, health and care plan (EHCP) takes long. EHCPs are late for many families every year."
    assert advice_on("problem", explained) == []
    assert (
        advice_on("problem", "EHCP (education, health and care plan) reviews are late for many families every year.")
        == []
    )
    twice = advise(
        CHALLENGE_QUESTIONS, {"problem": "ASB is up in all wards of the town again.", "tried": "ASB patrols."}
    )
    assert sum("ASB" in each.text for each in twice) == 1
    assert unexplained_acronyms("WE ARE SHOUTING AT ALL OF YOU NOW", set()) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Write to jane.doe@example.org", "an e-mail address"),
        ("Call 0161 496 0000 before noon", "a telephone number"),
        ("Call +44 7700 900123", "a telephone number"),
        ("Her number is QQ 12 34 56 C".replace("QQ", "AB"), "a National Insurance number"),
        ("He lives at 12 Elm Road, Leeds LS1 4AP", "a home address"),
        ("NHS number 943 476 5919", "an NHS number"),
        ("DOB: 12/03/1980", "a date of birth"),
    ],
)
def test_personal_data_is_noticed(text: str, what: str) -> None:
    assert personal_data(text) == [what]
    assert advice_on("problem", text)[0].severity == "fix"


@pytest.mark.parametrize(
    "text",
    [
        "It cost £1,200,000 in 2024 and 10,000,000 letters",
        "2,140 homes, 61 of 900 blocks, from 2019/20 to 2025/26",
        "The M62, the A1 and ward E05 near LS1",
        "Reference 943 476 5918 is no NHS number",
        "Officers follow @council",
    ],
)
def test_figures_are_no_personal_data(text: str) -> None:
    assert personal_data(text) == []


def test_length_and_jargon_and_title() -> None:
    assert "Cut 5 words" in advice_on("problem", "word " * 205)[0].text
    assert "too few" in advice_on("problem", "Damp.")[0].text
    assert (
        "“leverage”" in advice_on("problem", "We leverage our people and places to keep homes dry in winter.")[0].text
    )
    assert "How might we" in advice_on("title", "Damp homes")[0].text
    assert advice_on("title", "how might we keep homes dry?") == []


def test_too_many_services_are_noticed() -> None:
    three: Content = {"service_areas": ["waste", "finance", "planning"]}
    assert advise(CHALLENGE_QUESTIONS, three) == []
    assert len(advise(CHALLENGE_QUESTIONS, {"service_areas": [*three["service_areas"], "libraries"]})) == 1
