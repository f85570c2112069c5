"""Many threads of a web process stem words at once: each gets the stem that it would get alone."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from matching.texts import stem

WORDS = [f"{start}{end}" for start in ("relat", "nation", "organ", "hop", "condition", "form") for end in (
    "ational", "ization", "fulness", "ousness", "iveness", "alism", "aliti", "ing", "ingly", "edly", "ement", "ments",
)]  # fmt: skip


@pytest.fixture(autouse=True)
def _many_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_do_not_meet_in_one_stemmer() -> None:
    once = stem.__wrapped__  # not from the cache, which hides it
    alone = [once(word) for word in WORDS]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda _: [once(word) for word in WORDS], range(40)))
    assert all(found == alone for found in together)
