"""Why a challenge and a solution belong together, for one viewer: built only from what that viewer may read.

The ranker's own account (passages, shared words, gaps) is joined with facts set against facts (`matching.eligibility`).
Contents come here through `policies.answers_for`; a budget that the viewer may not know is then simply not there, and
changes nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from matching.eligibility import Facet, Needs, Offer, facets
from matching.encoding import Encoded, encode
from matching.ranker import Judge
from matching.reasons import Pair, PassageReason, explain
from matching.remainders import Half
from matching.requirements import Gap, gaps, requirements
from matching.texts import STOP_WORDS, Text, passages, prose, stem, term_counts
from showcase.models import Challenge, Council, Publication
from showcase.models.questions import Content
from showcase.models.vocabularies import vocabulary
from showcase.policies import Actor, answers_for
from showcase.services import vectors

MOST_GAPS = 4
"""Gaps that a card names; a page of sixteen is not read."""
SNIPPET_WORDS = 45
LEAST_RARITY = 0.2
"""Least weight of a shared word that is worth showing, as a share of the weight of a word that no text has."""
VOCABULARIES = ("service_areas", "council_types", "regions", "maturity", "must_haves", "budget_bands")

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True)
class Segment:
    """A piece of a passage."""

    text: str
    is_shared: bool
    """Whether the other side uses the word too."""
    carries: bool = False
    """Whether it is of the sentence whose removal lowers the score most."""


@dataclass(frozen=True)
class Why:
    """Why two texts belong together, and what is missing."""

    asked: Sequence[Segment]
    """The challenge's passage of the best pair; empty where words alone were compared and none could be picked."""
    offered: Sequence[Segment]
    passage_weight: float | None
    """How much lower the score would be without the passage of the text that is ranked; None where none is picked."""
    sentence: str
    """The sentence of that passage whose removal lowers the score most; empty where none does or none is known yet."""
    terms: Mapping[str, float]
    """Shared words that added most, as the ranked text writes them, and how much lower the score were without each."""
    gaps: Sequence[Gap]
    gap_count: int
    facets: Sequence[Facet] = ()

    def fitting(self, is_fit: bool | None) -> list[Facet]:
        """Return the facets that fit (True), do not (False) or are not said (None)."""
        return [facet for facet in self.facets if facet.fits is is_fit]


def why(
    challenge: tuple[Text, Encoded],
    solution: tuple[Text, Encoded],
    judge: Judge,
    *,
    is_challenge_asking: bool = True,
    remainders: Half | None = None,
) -> Why:
    """Explain a pair by the ranking that `judge` comes from; facets are added by who knows both contents.

    With `is_challenge_asking` the challenge was the query, else the solution was. `remainders` are of the other.
    """
    asked, offered = _pair(*challenge), _pair(*solution)
    if not (asked.encoded.has_vectors and offered.encoded.has_vectors):
        asked, offered = _by_words(asked.text), _by_words(offered.text)
    query, document = (asked, offered) if is_challenge_asking else (offered, asked)
    told = explain(judge, query, replace(document, remainders=remainders))
    missing = told.gaps if is_challenge_asking else _gaps(judge, asked, offered)
    least = LEAST_RARITY * judge.term_weight("")
    rare = {term for term in query.encoded.terms if judge.term_weight(term) >= least}
    shown = told.terms.terms if told.terms else {}
    terms = {word: weight for word, weight in shown.items() if stem(word.lower()) in rare}
    passage = told.passage or PassageReason("", "", 0.0)
    asking, answering = passage.challenge, passage.solution
    shared = {stem(word.lower()) for word in terms} | (set(term_counts(asking)) & set(term_counts(answering)) & rare)
    left, right = segments(asking, shared), carried(answering, passage.sentence, shared)
    if not is_challenge_asking:
        left, right = right, left
    return Why(
        left,
        right,
        passage_weight=told.passage.contribution if told.passage else None,
        sentence=passage.sentence,
        terms=terms,
        gaps=missing[:MOST_GAPS],
        gap_count=len(missing),
    )


def facets_for(challenge: Challenge, asked: Content, offered: Content) -> list[Facet]:
    """Return how a profile fits what a challenge asks, from contents that the actor may read already."""
    council = challenge.organisation
    needs = Needs(
        service_areas=tuple(asked.get("service_areas") or ()),
        must_haves=tuple(asked.get("must_haves") or ()),
        least_maturity=str(asked.get("least_maturity") or ""),
        council_type=(council.council_type or "") if isinstance(council, Council) else "",
        region=council.region or "",
        budget=str(asked.get("budget") or ""),
    )
    offer = Offer(
        service_areas=tuple(offered.get("service_areas") or ()),
        council_types=tuple(offered.get("council_types") or ()),
        regions=tuple(offered.get("regions") or ()),
        maturity=str(offered.get("maturity") or ""),
        meets=tuple(offered.get("meets") or ()),
        price_floor=offered.get("price_floor"),
    )
    return facets(needs, offer, _labels())


def readable(actor: Actor, publication: Publication, *, is_working_text: bool = False) -> Content:
    """Return the answers of a text that the actor may read: of what is published, or of the working text."""
    content = publication.content if is_working_text else publication.published_content
    return answers_for(actor, publication, content)


def text_of(publication: Publication) -> Text:
    """Return the published words of a text as the ranking cut them."""
    return vectors.text_of(publication.id, publication.questionnaire, publication.published_content)


def segments(text: str, shared: Iterable[str]) -> list[Segment]:
    """Cut a text where words begin and end whose stems are among the shared ones."""
    stems = set(shared)
    return _cut(text, lambda word: word not in STOP_WORDS and stem(word) in stems)


def carried(text: str, sentence: str, shared: Iterable[str]) -> list[Segment]:
    """Cut a passage as `segments` does, and where the sentence that carries it begins and ends."""
    start = text.find(sentence) if sentence else -1
    if start < 0:
        return segments(text, shared)
    end, stems = start + len(sentence), set(shared)
    return [
        *segments(text[:start], stems),
        *(replace(part, carries=True) for part in segments(sentence, stems)),
        *segments(text[end:], stems),
    ]


def snippet(text: Text, wanted: Mapping[str, float]) -> list[Segment]:
    """Return the passage of a text that says most of the wanted stems, shortened, with these words marked."""
    cut = [passage.text for passage in passages(text)] or [text.whole]
    best = max(cut, key=lambda part: sum(wanted.get(term, 0.0) for term in term_counts(part)))
    words = best.split()
    short = " ".join(words[:SNIPPET_WORDS]) + (" …" if len(words) > SNIPPET_WORDS else "")
    return segments(short, wanted)


def _cut(text: str, is_marked: Callable[[str], bool]) -> list[Segment]:
    found: list[Segment] = []
    end = 0
    for word in _WORD.finditer(text):
        if not is_marked(re.sub(r"['’].*$", "", word[0].lower())):
            continue
        if word.start() > end:
            found.append(Segment(text[end : word.start()], False))
        found.append(Segment(word[0], True))
        end = word.end()
    return [*found, Segment(text[end:], False)] if end < len(text) else found


def _pair(text: Text, encoded: Encoded) -> Pair:
    """Join a text and its encoding; where that is of other words (an edit on its way), words alone are counted."""
    kept = prose(text) if prose(text).fields else text
    cut = len(passages(kept))
    is_same = len(encoded.vectors) == (cut + 1 if cut > 1 else 1) and encoded.terms == term_counts(kept.whole)
    return Pair(text, encoded) if is_same else _by_words(text)


def _by_words(text: Text) -> Pair:
    return Pair(text, encode([text], None)[0])


def _gaps(judge: Judge, challenge: Pair, solution: Pair) -> tuple[Gap, ...]:
    """Return what the challenge asks for and the solution does not speak of, where the solution was the query."""
    asked = requirements(challenge.text)
    vectors_of = challenge.encoded.requirements
    known = vectors_of if len(vectors_of) == len(asked) else vectors_of[:0]
    weight = {term: judge.term_weight(term) for one in asked for term in term_counts(one.text)}
    near = solution.encoded.passages if judge.has_meaning and solution.encoded.has_vectors else known[:0]
    return tuple(gaps(asked, known, near, solution.encoded.terms, weight))


@cache
def _labels() -> Mapping[str, str]:
    return {id: label for name in VOCABULARIES for id, label in vocabulary(name).labels.items()}
