"""The table of security requirements is whole: each of levels 1 and 2 stands in it once; the tests it names exist."""

import re

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
LAST = (
    "1.1.2 1.2.9 1.3.11 1.4.3 1.5.2 2.1.3 2.2.3 2.3.4 2.4.1 3.2.2 3.3.4 3.4.6 3.5.5 3.7.2 4.1.3 4.2.1 4.3.2 4.4.4 "
    "5.1.1 5.2.3 5.3.2 5.4.3 6.1.3 6.2.12 6.3.4 6.4.4 6.5.5 6.6.3 6.8.4 7.1.3 7.2.4 7.3.2 7.4.5 7.5.2 7.6.2 8.1.2 "
    "8.2.3 8.3.1 8.4.1 9.1.3 9.2.4 10.1.2 10.2.2 10.3.4 10.4.11 10.5.5 10.6.2 10.7.3 11.1.2 11.2.3 11.3.3 11.4.4 "
    "11.5.1 11.6.1 12.1.3 12.2.2 12.3.4 13.1.1 13.2.5 13.3.2 13.4.5 14.1.2 14.2.4 14.3.3 15.1.3 15.2.3 15.3.7 "
    "16.1.1 16.2.5 16.3.4 16.4.3 16.5.3 17.1.1 17.2.4 17.3.2"
)
"""The last requirement of level 1 or 2 in each section of ASVS 5.0: these levels come first in every one."""


def required() -> list[str]:
    """Return the numbers of all requirements of levels 1 and 2."""
    found = []
    for last in LAST.split():
        section, _, number = last.rpartition(".")
        found += [f"{section}.{each}" for each in range(1, int(number) + 1)]
    return found


def listed() -> list[str]:
    """Return the numbers that the table's first column names."""
    found = []
    for first in re.findall(r"^\| (\d+\.\d+\.\d+[^|]*) \|", PAGE, re.MULTILINE):
        for part in first.split(", "):
            start, _, end = part.strip().partition("–")
            section, _, number = start.rpartition(".")
            to = int(end.rpartition(".")[2]) if end else int(number)
            found += [f"{section}.{each}" for each in range(int(number), to + 1)]
    return found


def test_each_requirement_stands_in_the_table_once() -> None:
    assert len(required()) == 253  # 70 of level 1 and 183 of level 2
    assert sorted(listed()) == sorted(required())


def test_each_test_that_it_names_exists() -> None:
    named = set(re.findall(r"`((?:tests/[a-z]+/)?test_[a-z0-9_]+\.py)`", PAGE))
    folder = ROOT / "tests" / "integration"
    places = {name: ROOT / name if name.startswith("tests/") else folder / name for name in named}
    assert len(named) > 30
    assert [name for name, place in places.items() if not place.exists()] == []
