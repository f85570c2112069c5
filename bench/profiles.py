"""A hundred thousand profiles for the measurements: sentences of the seeds' real texts, recombined.

Each profile has six fields of about sixty words, each of which is one passage. Most fields take their sentences from
one seeded profile, the others from more, so that profiles have a subject and differ from each other; none says a
sentence twice, because the ranking would not count it. Sentences are
encoded by the model; the vector of a passage is the mean of its sentences' vectors, longer ones counting more, because
encoding 600,000 passages would take hours. Words and their counts are exact. The same number always gives the same
profile.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.stuffing import Corpus, text_of
from matching.embedder import Embedder, normalised
from matching.encoding import Encoded, encode_challenges
from matching.evaluation import Cache, encode_all
from matching.reasons import Pair
from matching.texts import MANY_TERMS, PASSAGE_WORDS, SHORT_FIELD, Text, prose, sentences, term_counts
from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.models.solution_questions import SOLUTION_QUESTIONS

PASSAGES = 6
OWN_PASSAGES = 4
"""Passages that are of the profile's own subject, by and large."""
WHOLE_PASSAGES = 3
"""Passages that the vector of the whole sees: the model reads 256 tokens."""
SEED = 20_26


@dataclass(frozen=True, eq=False)
class Sentence:
    """One real sentence, ready to be joined with others."""

    text: str
    words: int
    terms: dict[str, int]
    vector: np.typing.NDArray[np.float32]


class Maker:
    """Makes profiles by number."""

    def __init__(self, embedder: Embedder, cache: Cache | None) -> None:
        """Encode the seeds' sentences, those in the cache not again."""
        corpus = Corpus.of_seeds(embedder, cache)
        self._embedder = embedder
        groups = [_sentences(text_of(key, SOLUTION_QUESTIONS, content)) for key, content in corpus.solutions.items()]
        distinct = {sentence for group in groups for sentence in group}
        encoded = encode_all([Text.plain(sentence, sentence) for sentence in sorted(distinct)], embedder, cache)
        known = {
            text: Sentence(text, len(text.split()), term_counts(text), encoded[text].whole)
            for text in distinct
            if encoded[text].has_vectors
        }
        self._groups = [[known[text] for text in group if text in known] for group in groups]
        self._groups = [group for group in self._groups if sum(one.words for one in group) > 2 * PASSAGE_WORDS]
        self.challenges = [text_of(key, CHALLENGE_QUESTIONS, content) for key, content in corpus.challenges.items()]

    def _passages(self, number: int) -> list[list[Sentence]]:
        """Draw passages that each say something new: of one subject, then of others, or sooner where it is used up."""
        dice = np.random.default_rng([SEED, number])
        subjects = iter(dice.permutation(len(self._groups)).tolist())
        group, said = self._groups[next(subjects)], set[str]()
        found: list[list[Sentence]] = []
        while len(found) < PASSAGES:
            passage, said_with_it = _passage(group, said, dice)
            if sum(one.words for one in passage) > SHORT_FIELD:
                found.append(passage)
                said = said_with_it
                if len(found) < OWN_PASSAGES:
                    continue
            group = self._groups[next(subjects)]
        return found

    def text(self, number: int) -> Text:
        """Return the words of a profile."""
        fields = [
            (f"field {place}", "\n".join(one.text for one in part)) for place, part in enumerate(self._passages(number))
        ]
        return Text(str(number), tuple(fields))

    def encoded(self, number: int) -> Encoded:
        """Return a profile as the index stores it."""
        parts = self._passages(number)
        passages = normalised(np.stack([sum(s.words * s.vector for s in part) for part in parts]).astype(np.float32))
        whole = normalised(passages[:WHOLE_PASSAGES].mean(axis=0)[None, :])
        terms: Counter[str] = Counter()
        for part in parts:
            for sentence in part:
                terms.update(sentence.terms)
        return Encoded(np.concatenate([whole, passages]).astype(np.float16), dict(terms), self._embedder.name)

    def store(self, file: Path, count: int) -> None:
        """Write profiles 0, 1, 2, … as rows of a database, as the platform keeps them; those there are kept."""
        with sqlite3.connect(file) as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS profiles "
                "(number INTEGER PRIMARY KEY, vectors BLOB, terms BLOB, fields TEXT)"
            )
            (there,) = database.execute("SELECT count(*) FROM profiles").fetchone()
            rows = (self._row(number) for number in range(there, count))
            database.executemany("INSERT INTO profiles VALUES (?, ?, ?, ?)", rows)

    def store_challenges(self, file: Path) -> None:
        """Write the seeds' challenges beside the profiles, encoded as queries."""
        encoded = encode_challenges(self.challenges, self._embedder)
        with sqlite3.connect(file) as database:
            database.execute("CREATE TABLE challenges (id TEXT, fields TEXT, vectors BLOB, terms BLOB, model TEXT)")
            database.executemany(
                "INSERT INTO challenges VALUES (?, ?, ?, ?, ?)",
                [
                    (text.id, json.dumps(text.fields), *one.to_blobs(), self._embedder.name)
                    for text, one in zip(self.challenges, encoded, strict=True)
                ],
            )

    def _row(self, number: int) -> tuple[int, bytes, bytes, str]:
        return (number, *self.encoded(number).to_blobs(), json.dumps(self.text(number).fields))


def stored_text(database: sqlite3.Connection, id: str) -> Text:
    """Return the words of a stored profile."""
    (fields,) = database.execute("SELECT fields FROM profiles WHERE number = ?", (int(id),)).fetchone()
    return _text(id, fields)


def _text(id: str, fields: str) -> Text:
    return Text(id, tuple((name, part) for name, part in json.loads(fields)))


def challenges(file: Path) -> list[Pair]:
    """Return the stored challenges."""
    with sqlite3.connect(file) as database:
        rows = database.execute("SELECT * FROM challenges ORDER BY id").fetchall()
    return [Pair(_text(id, fields), Encoded.from_blobs(*blobs)) for id, fields, *blobs in rows]


def model_of(file: Path) -> str:
    """Return the name of the model whose vectors are stored."""
    return challenges(file)[0].encoded.model


def count(file: Path) -> int:
    """Return how many profiles are stored."""
    with sqlite3.connect(file) as database:
        found: int = database.execute("SELECT count(*) FROM profiles").fetchone()[0]
    return found


def stored(file: Path, first: int, end: int, model: str) -> Iterator[tuple[str, Encoded]]:
    """Yield the stored profiles from `first` to before `end`."""
    with sqlite3.connect(file) as database:
        query = "SELECT number, vectors, terms FROM profiles WHERE number >= ? AND number < ? ORDER BY number"
        for number, vectors, terms in database.execute(query, (first, end)):
            yield str(number), Encoded.from_blobs(vectors, terms, model)


def _sentences(text: Text) -> list[str]:
    return [
        sentence
        for _, part in prose(text).fields
        for sentence in sentences(part)
        if sentences(sentence) == (sentence,) and 1 < len(sentence.split()) <= PASSAGE_WORDS - SHORT_FIELD
    ]


def _passage(
    group: Sequence[Sentence], said: AbstractSet[str], dice: np.random.Generator
) -> tuple[list[Sentence], set[str]]:
    """Draw new sentences for as long as they fit into a passage; return them, and what is said with them."""
    found: list[Sentence] = []
    now_said, size = set(said), 0
    for place in dice.permutation(len(group)).tolist():
        one = group[place]
        is_new = one.text not in now_said and not (len(one.terms) >= MANY_TERMS and one.terms.keys() <= now_said)
        if is_new and size + one.words <= PASSAGE_WORDS:
            found.append(one)
            size += one.words
            now_said |= {one.text, *one.terms}
    return found, now_said
