"""The quality check: reads what was written so far and gives concrete advice, question by question.

Pure: content in, advice out, so that the builder can show it after every save. Advice never blocks; only an unanswered
needed question does. Each rule prefers silence to a false alarm: writers stop reading advice that is often wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.models.questions import Content, Kind, Question, Questionnaire, count_words
from showcase.services.quality_words import (
    BEFORE_PRODUCTS,
    EXPLAINED_ACRONYMS,
    NOT_PRODUCT_WORDS,
    NOT_PRODUCTS,
    NUMBER_WORDS,
    PEOPLE_WORDS,
    PLAIN_WORDS,
    PRODUCT_WORDS,
)


@dataclass(frozen=True)
class Advice:
    """One thing that would make a text better."""

    question: str
    """Name of the question."""
    text: str
    severity: Literal["fix", "improve"] = "improve"
    """"fix" is for what should not be published as it is."""


WRITTEN = (Kind.LINE, Kind.PROSE)
SHORTEST = {"problem": 10, "users": 8, "how": 15, "summary": 8}
"""Fewest words with which these answers can be understood."""
ABOUT_THE_PROBLEM = ("title", "problem", "users", "why_now")
"""Questions of a challenge that should not speak of a solution."""
MOST_SERVICES = 3
NOT_READ = ("contact_name", "name")
"""Questions whose answer is a name."""

_THING = rf"(?:{'|'.join(PRODUCT_WORDS)})s?"
_SOME_THING = rf"(?:an? |some |the )?(?:[\w-]+ ){{0,3}}?{_THING}\b"
_WHO = r"(?:we|council|team|service|authority|directorate|borough)"
_WANTS = r"(?:need|want|require|seek|would like|wish for|are looking for|is looking for|are after|look for)s?"
_GETS = r"(?:procure|buy|purchase|tender for|implement|roll out|deploy|install|adopt|introduce)"
_DOES = (
    r"(?:can|will|would|could|should|lets?|allows?|helps?|uses?|automat\w+|predict\w*|answers?|tells?|sends?|reads?|"
    r"finds?|shows?|tracks?|manages?)"
)
_METHOD = r"(?:AI|artificial intelligence|machine learning|blockchain|chatbots?|large language models?|apps?)"
SOLUTION_SPEAK = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_WHO} {_WANTS} (?:to have )?{_SOME_THING}",
        rf"\b{_GETS} {_SOME_THING}",
        r"\bprocur(?:e|ing) an? [\w-]+",
        rf"\ban? (?:[\w-]+ ){{0,2}}?{_THING} (?:that|which|to) {_DOES}\b",
        rf"\b(?:use|using|with the help of|powered by|harness(?:ing)?) (?:an? )?{_METHOD}\b",
    )
)
_PRODUCT_NAME = re.compile(r"\b[A-Z][a-z]+[A-Z][A-Za-z]+\b|\b[A-Z]\w+[™®]")
_NAMED = re.compile(
    rf"\b(?:{'|'.join(BEFORE_PRODUCTS)}) (?:our |the |a |an )?((?:[A-Z][a-z]+[ -]){{1,2}}[A-Z][a-z]+)\b(?! [A-Z])"
)
"""Capitalised words after what one does with software: “We use Example Suite”. One word alone may be anything."""
_ACRONYM = re.compile(r"(?<![\w/.@-])[A-Z]{2,6}s?(?![\w@/-]|\.\w)")
_FIGURE = re.compile(rf"\d|%|\b(?:{'|'.join(NUMBER_WORDS)})\b", re.IGNORECASE)
_PEOPLE = re.compile(rf"\b(?:{'|'.join(PEOPLE_WORDS)})(?:s|es|’s|'s)?\b", re.IGNORECASE)
_NEED = re.compile(
    r"\b(?:needs?|needing|wants?|must|has to|have to|cannot|can’t|can't|so that|in order to|should be able|expects?|"
    r"wish|wishes|prefers?|would (?:rather|sooner|like)|want(?:ing|ed) to|looking for|waiting)\b",
    re.IGNORECASE,
)
_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
_PERSONAL = (
    ("an e-mail address", re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("a telephone number", re.compile(r"(?<![\d£.,])(?:\+44 ?(?:\(0\) ?)?|0)(?:\d[ -]?){8,9}\d(?![\d,])")),
    ("a National Insurance number", re.compile(r"\b[A-CEGHJ-PR-TW-Z]{2} ?(?:\d{2} ?){3}[A-D]\b")),
    ("a home address", re.compile(rf"\b\d{{1,4}}[A-Za-z]?,? [A-Z][^\n.;]{{2,60}}?\b{_POSTCODE}\b")),
    ("a date of birth", re.compile(r"(?i:\b(?:dob|d\.o\.b\.?|date of birth|born on)\b)\W{0,3}\d{1,2}\W")),
)
_TEN_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")


def advise(questionnaire: Questionnaire, content: Content) -> list[Advice]:
    """Return what would make these answers better, in the order of the questions."""
    explained = _explained(questionnaire, content)
    told: list[Advice] = []
    for question in questionnaire:
        text = _written(question, content)
        if text:
            told.extend(_about_any(question, text, explained))
        if questionnaire is CHALLENGE_QUESTIONS:
            told.extend(_about_challenge(question.name, text, content))
    return told


def _written(question: Question, content: Content) -> str:
    answer = content.get(question.name)
    if question.kind is Kind.OUTCOMES:
        return "\n".join(str(outcome.get("claim") or "") for outcome in answer or ())
    return str(answer or "").strip() if question.kind in WRITTEN else ""


def _about_any(question: Question, text: str, explained: set[str]) -> Iterator[Advice]:
    """Yield advice that holds for every written answer."""
    name = question.name
    for what in personal_data(text) if name != "contact_name" else ():
        yield Advice(name, f"This seems to hold {what}. Take it out: describe roles, not people.", "fix")
    words = count_words(text)
    if question.words is not None and words > question.words:
        many = words - question.words
        yield Advice(
            name, f"Cut {many} {'word' if many == 1 else 'words'}: it has {words} of at most {question.words}.", "fix"
        )
    if words < SHORTEST.get(name, 0):
        yield Advice(
            name,
            f"Say more: {words} {'word is' if words == 1 else 'words are'} too few for others to see what is meant.",
        )
    if name in NOT_READ:
        return
    for acronym in unexplained_acronyms(text, explained):
        yield Advice(name, f"Write out “{acronym}” the first time, with the letters in brackets after it.")
        explained.add(acronym)
    for phrase, plain in _jargon(text):
        yield Advice(name, f"“{phrase}”: {plain}.")


def _about_challenge(name: str, text: str, content: Content) -> Iterator[Advice]:
    """Yield advice that holds for challenge statements alone."""
    has_problem = bool(str(content.get("problem") or "").strip())
    if name == "title" and text and not re.match(r"how (might|can|could|do) we\b", text, re.IGNORECASE):
        yield Advice(name, "Begin with “How might we” and name the outcome for people, so that any answer can compete.")
    if name in ABOUT_THE_PROBLEM and (speak := solution_speak(text)):
        yield Advice(
            name, f"“{speak}” names a solution. Say what goes wrong and for whom instead, and leave the answer open."
        )
    if name in ("title", "problem") and (product := _product_name(text)):
        yield Advice(name, f"“{product}” looks like a product’s name. Describe what it does not do for people instead.")
    if name == "service_areas" and len(content.get(name) or ()) > MOST_SERVICES:
        yield Advice(name, f"Choose at most {MOST_SERVICES}: the fewer, the better the people who are told about it.")
    if name == "users":
        yield from _about_users(text, has_problem)
    if name == "measures":
        if text and not _FIGURE.search(text):
            yield Advice(name, "Add a figure: how it is today and what you want, such as “from 40 days to 10”.")
        elif not text and has_problem:
            yield Advice(name, "Say how you would know that it worked: a figure today and the figure you want.")


def _about_users(text: str, has_problem: bool) -> Iterator[Advice]:
    if not text:
        if has_problem:
            yield Advice("users", "Name the people who have this problem: residents, officers, carers, partners.")
    elif not _PEOPLE.search(text):
        yield Advice("users", "No people are named. Say who they are: residents, officers, carers, partners.")
    elif not _NEED.search(text):
        yield Advice("users", "Say what they need to do: “A housing officer needs to see … so that …”.")


def solution_speak(text: str) -> str | None:
    """Return the words that name a solution instead of the problem, if any do."""
    found = [match for pattern in SOLUTION_SPEAK if (match := pattern.search(text))]
    return min(found, key=lambda match: match.start()).group() if found else None


def _product_name(text: str) -> str | None:
    for match in _PRODUCT_NAME.finditer(text):
        word = match.group()
        if word not in NOT_PRODUCTS and not word.startswith(("Mc", "Mac", "Fitz")):
            return word
    for match in _NAMED.finditer(text):
        if NOT_PRODUCT_WORDS.isdisjoint(re.split(r"[ -]", match.group(1))):
            return match.group(1)
    return None


def personal_data(text: str) -> list[str]:
    """Return what kinds of personal data a text seems to hold."""
    found = [what for what, pattern in _PERSONAL if pattern.search(text)]
    if any(_is_nhs_number(match.group()) for match in _TEN_DIGITS.finditer(text)):
        found.append("an NHS number")
    return found


def _is_nhs_number(text: str) -> bool:
    """Tell whether ten digits end in the check digit of an NHS number (modulus 11, NHS Data Dictionary)."""
    digits = [int(c) for c in text if c.isdigit()]
    if digits[0] == 0:
        return False
    check = 11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
    return digits[9] == (0 if check == 11 else check)


def unexplained_acronyms(text: str, explained: set[str]) -> list[str]:
    """Return acronyms that are neither common nor in `explained`, each once, in order."""
    letters = [c for c in text if c.isalpha()]
    if sum(c.isupper() for c in letters) > 0.6 * len(letters) and len(letters) > 12:
        return []  # shouted, not abbreviated
    found = dict.fromkeys(match.group().rstrip("s") for match in _ACRONYM.finditer(text))
    return [acronym for acronym in found if acronym not in EXPLAINED_ACRONYMS and acronym not in explained]


def _explained(questionnaire: Questionnaire, content: Content) -> set[str]:
    """Return the acronyms that the text itself explains: “long form (LF)” or “LF (long form)”."""
    text = "\n".join(_written(question, content) for question in questionnaire)
    after = {match.group(1) for match in re.finditer(r"[a-z][\w’'-]* \(([A-Z]{2,6})s?\)", text)}
    before = {match.group(1) for match in re.finditer(r"\b([A-Z]{2,6})s? \([^()]+ [^()]+\)", text)}
    return after | before


def _jargon(text: str) -> Iterator[tuple[str, str]]:
    for phrase, plain in PLAIN_WORDS.items():
        if match := re.search(rf"\b{phrase}\b", text, re.IGNORECASE):
            yield match.group(), plain
