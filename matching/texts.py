"""Texts as the ranking sees them: fields, sentences, passages of about sixty words, and stemmed terms.

First step of the flow: everything that is encoded, counted, explained or highlighted is cut here, so that a reason
names exactly the passage that was scored. Pure functions; the same text always gives the same passages.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import cast

import snowballstemmer  # type: ignore[import-untyped]

PASSAGE_WORDS = 60
"""Words a passage aims at. Longer ones blur what they say, shorter ones lose what it is about (docs/matching.md)."""

LONGEST_SENTENCE = 90
"""Words beyond which a run without a full stop is cut as if it were several sentences."""

SHORT_FIELD = 15
"""A field of at most so many words, such as a title, joins the next field's first passage instead of standing alone."""

TEXTS_KEPT = 512
"""Texts whose cuts a process remembers: one page of reasons cuts its query again for every card."""

_ABBREVIATIONS = frozenset(
    "e.g i.e etc vs approx nos fig figs dr mr mrs ms prof st al inc ltd co dept est cf p pp sec vol".split()  # noqa: SIM905
)
_BULLET = re.compile(r"^[-*•–#\s]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9£$€])")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+(?:['’][^\W_]+)?")
_POSSESSIVE = re.compile(r"['’].*$")

STOP_WORDS = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both but by
    can could did do does doing down during each either every few for from further had has have having he her here hers
    him his how i if in into is it its itself just may me might more most much must my neither no nor not of off on once
    only or other our ours out over own per same shall she should so some such than that the their theirs them then
    there these they this those through to too under until up upon us very was we were what when where whether which
    while who whom whose why will with within without would you your yours e g i""".split()  # noqa: SIM905
)

LEAST_SMALL_WORDS = 0.08
"""Share of the small words that sentences are held together with, below which words are a list (docs/matching.md)."""
LIST_WORDS = 20
"""A list of fewer words, such as standards held or systems joined, is left to count; in real texts few are longer."""
MANY_TERMS = 5
"""With so many terms, a sentence that says no new word is a shuffle of others; in real texts few are."""
_SMALL_WORDS = STOP_WORDS | frozenset(  # Welsh prose is prose
    """ac ag am ar at bod byddwn dan ddim dros drwy dy ei eich ein er eu fel fy gan gyda hefyd heb hon hwn hyd hyn mae
    na nac nad neu ni nid o oedd ond os pan rhag roedd sy sydd wedi wrth y ydy yma yn yna yr yw â""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Text:
    """One document: its id and its named parts in reading order."""

    id: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def plain(cls, id: str, text: str, *, title: str = "") -> "Text":
        """Build a text of one part, with a title before it if there is one."""
        parts = (("title", title), ("text", text))
        return cls(id, tuple((name, part) for name, part in parts if part.strip()))

    @property
    def whole(self) -> str:
        """All parts as one string, in order."""
        return "\n".join(part for _, part in self.fields)


@dataclass(frozen=True)
class Passage:
    """A few neighbouring sentences of one text."""

    text: str
    field: str
    """The field its last sentence stands in."""


@lru_cache(maxsize=10_000)
def sentences(text: str) -> tuple[str, ...]:
    """Split a text into sentences; a line break or bullet ends one too, and overlong runs are cut evenly."""
    lines = (_BULLET.sub("", line) for line in text.splitlines())
    return tuple(piece for line in lines for part in _of_line(line) for piece in _cut_evenly(part))


@lru_cache(maxsize=TEXTS_KEPT)
def prose(text: Text) -> Text:
    """Return the text without its lists of keywords and without repeats: neither is evidence of anything.

    A list is a run of sentences in one field with hardly a small word among `LIST_WORDS` words or more. A repeat is a
    sentence that was said before, in whatever field, or has `MANY_TERMS` or more and not one of them is new.
    """
    said: set[str] = set()
    fields = [(name, part, _without_repeats(_without_lists(part), said)) for name, part in text.fields]
    if all(kept == part for _, part, kept in fields):
        return text
    return Text(text.id, tuple((name, kept) for name, _, kept in fields if kept))


def _without_lists(part: str) -> str:
    runs = [(is_list, list(run)) for is_list, run in groupby(sentences(part), key=_is_listing)]
    kept = [run for is_list, run in runs if not (is_list and sum(map(_count, run)) >= LIST_WORDS)]
    return part if len(kept) == len(runs) else "\n".join(sentence for run in kept for sentence in run)


def _without_repeats(part: str, said: set[str]) -> str:
    """Return a part without what was said before; add its sentences and their terms to what was said."""
    parts = sentences(part)
    kept = []
    for sentence in parts:
        words, terms = " ".join(_TOKEN.findall(sentence.lower())), term_counts(sentence).keys()
        if words not in said and not (len(terms) >= MANY_TERMS and terms <= said):
            kept.append(sentence)
        said.update(terms, [words])
    return part if len(kept) == len(parts) else "\n".join(kept)


def _is_listing(sentence: str) -> bool:
    words = sentence.lower().replace("’", "'").replace("'", " ").split()
    return sum(map(_SMALL_WORDS.__contains__, words)) < LEAST_SMALL_WORDS * len(words)


def _of_line(line: str) -> Iterator[str]:
    """Yield the sentences of one line; a full stop after an abbreviation ends none."""
    waiting = ""
    for part in _SENTENCE_END.split(line):
        waiting = f"{waiting} {part}".strip()
        last_word = waiting.rsplit(None, 1)[-1].rstrip(".").lower() if waiting else ""
        if waiting and not (waiting.endswith(".") and last_word in _ABBREVIATIONS):
            yield waiting
            waiting = ""
    if waiting:
        yield waiting


def _cut_evenly(sentence: str) -> list[str]:
    words = sentence.split()
    if len(words) <= LONGEST_SENTENCE:
        return [" ".join(words)]
    pieces = max(2, round(len(words) / PASSAGE_WORDS))
    bounds = [round(i * len(words) / pieces) for i in range(pieces + 1)]
    return [" ".join(words[start:end]) for start, end in pairwise(bounds)]


@lru_cache(maxsize=TEXTS_KEPT)
def passages(text: Text) -> tuple[Passage, ...]:
    """Pack each field's sentences into passages of about `PASSAGE_WORDS` words; empty texts give none."""
    found: list[Passage] = []
    carried: list[str] = []
    for name, part in text.fields:
        waiting = [*carried, *sentences(part)]
        carried = []
        if sum(_count(s) for s in waiting) <= SHORT_FIELD:
            carried = [_with_colon(sentence) for sentence in waiting]
            if waiting:
                last_field = name
            continue
        found.extend(Passage(packed, name) for packed in _pack(waiting))
    if carried:
        found.append(Passage(" ".join(carried), last_field))
    return tuple(found)


def _with_colon(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", ":", ";", ",")) else f"{sentence}:"


def _pack(parts: Sequence[str]) -> list[str]:
    """Join sentences into groups as near to `PASSAGE_WORDS` words as their ends allow."""
    groups: list[list[str]] = []
    size = 0
    for part in parts:
        words = _count(part)
        if groups and abs(size + words - PASSAGE_WORDS) <= abs(size - PASSAGE_WORDS):
            groups[-1].append(part)
            size += words
        else:
            groups.append([part])
            size = words
    if len(groups) > 1 and size < PASSAGE_WORDS // 3:
        groups[-2].extend(groups.pop())
    return [" ".join(group) for group in groups]


def _count(text: str) -> int:
    return len(text.split())


_STEMMING = threading.Lock()
"""The stemmer keeps the word that it works on in itself: two threads at once would mix theirs up."""


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the stem of one lower-case English word (Porter's second stemmer, snowballstem.org)."""
    with _STEMMING:
        return cast(str, _stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=200_000)
def _term(word: str) -> str:
    """Return the stem of a word as it is written, without its possessive; nothing for a stop word."""
    plain = _POSSESSIVE.sub("", word).lower()
    return "" if plain in STOP_WORDS else stem(plain)


def term_counts(text: str) -> dict[str, int]:
    """Count the stemmed terms of a text, stop words left out."""
    counts = Counter(map(_term, _TOKEN.findall(text)))
    del counts[""]
    return dict(counts)


def words_by_term(text: str) -> Mapping[str, str]:
    """Map each stemmed term of a text to the word by which it first appears, for showing and highlighting."""
    found: dict[str, str] = {}
    for word in dict.fromkeys(_TOKEN.findall(text)):
        found.setdefault(_term(word), word)
    found.pop("", None)
    return {term: _POSSESSIVE.sub("", word) for term, word in found.items()}
