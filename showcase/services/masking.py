"""Leaves a supplier's name out of its own words, for councils that score without seeing who wrote them.

A firm is named by its name, with or without its legal form, together or apart, by the words of its name, by its
product, its web address, e-mail addresses and numbers. Rather one word too many is left out than one too few.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from showcase.models import Solution, Supplier

LEFT_OUT = "[name left out]"
LEGAL_FORMS = {"ltd", "limited", "plc", "llp", "cic", "inc", "co", "company", "uk", "group", "holdings", "the", "and"}
_COMMON = """
    agency associates borough care city civic community consulting council councils data digital fair first health
    home homes housing labs local open partners people place planning public safe service services simple smart
    software solutions street studio systems tech technologies technology town works
"""
COMMON = frozenset(_COMMON.split())
"""Words that firms' names share with everyone's sentences: alone they name nobody."""
CONTACT_NAMES = ("contact_name", "contact_email")
"""Answers that name someone and nothing else."""
LEAST_LETTERS = 4
"""Letters from which on a word of a name is taken for the name; shorter ones are too often something else."""
_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[A-Z]?[^\WA-Z_]+|[A-Z]+(?![^\WA-Z_])|\d+")
"""Part of a word that is written as several together, such as DampSense."""
_ANYTHING_BETWEEN = r"[\s\W_]*"
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)


def mask(content: dict[str, Any], solution: Solution) -> dict[str, Any]:
    """Return a solution's answers without its title, its contact, and every name of its supplier within the others."""
    patterns = _patterns(solution)
    left_out = {solution.questionnaire.title_name, *CONTACT_NAMES}
    return {name: _masked(answer, patterns) for name, answer in content.items() if name not in left_out}


def mask_text(text: str, solution: Solution) -> str:
    """Return a text without the names of a solution and its supplier."""
    return _mask_text(text, _patterns(solution))


def _masked(answer: Any, patterns: list[re.Pattern[str]]) -> Any:
    if isinstance(answer, str):
        return _mask_text(answer, patterns)
    if isinstance(answer, list):
        return [_masked(each, patterns) for each in answer]
    if isinstance(answer, dict):
        return {name: _masked(each, patterns) for name, each in answer.items()}
    return answer


def _mask_text(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    for pattern in patterns:
        text = pattern.sub(LEFT_OUT, text)
    return re.sub(rf"(?:{re.escape(LEFT_OUT)}[\s-]*)+(?={re.escape(LEFT_OUT)})", "", text)


def _patterns(solution: Solution) -> list[re.Pattern[str]]:
    supplier = solution.organisation
    titles = {solution.title, solution.published_title, *(str(v.content.get("name", "")) for v in solution.versions)}
    patterns = [_ADDRESS]
    patterns += _of_name(supplier.name, is_firm=True)
    for title in sorted(titles, key=len, reverse=True):
        patterns += _of_name(title, is_firm=False)
    if isinstance(supplier, Supplier):
        patterns += _of_facts(supplier)
    return patterns


def _of_name(name: str, *, is_firm: bool) -> list[re.Pattern[str]]:
    """Return patterns for a name as a whole, and for each word that stands for it alone; of a product, coined ones."""
    words = [word for word in _WORD.findall(name) if word.lower() not in LEGAL_FORMS]
    if not words:
        return []
    parts = [re.escape(part) for word in words for part in _PART.findall(word)]
    whole = _alone(_ANYTHING_BETWEEN.join(parts), re.IGNORECASE)
    # A word in small letters is taken for the plain word; alone, only its capital makes it a name
    telling = [
        word for word in words if len(word) >= LEAST_LETTERS and word.lower() not in COMMON and not word.islower()
    ]
    alone = telling if is_firm else [word for word in telling if word[1:] != word[1:].lower()]
    return [whole, *(_alone("|".join(map(re.escape, (w, w.capitalize(), w.upper())))) for w in alone)]


def _alone(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that is no part of a longer word."""
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", flags)


def _of_facts(supplier: Supplier) -> list[re.Pattern[str]]:
    host = urlsplit(supplier.website or "").hostname or ""
    known = [host, host.removeprefix("www."), supplier.companies_house_number or "", supplier.ppon or ""]
    return [re.compile(re.escape(each), re.IGNORECASE) for each in known if each]
