"""Whether words that say nothing win: stuffed copies against the profiles they copy, and marketing against everything.

Run `python -m bench.stuffing` (add `--json`, `--challenges 55`). For each golden challenge a copy of the profile that
answers it, with a kind of stuffing added, joins all the seeded profiles. The marketing texts join them one at a time
and try every golden challenge. Vectors are kept between runs. The tests of the ranking use these texts too.
"""

import argparse
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import Any

import seeds
from matching.collection import Collection
from matching.embedder import Embedder
from matching.encoding import Encoded
from matching.evaluation import Cache, cache_folder, encode_all
from matching.model import ModelEmbedder
from matching.ranker import Ranker
from matching.texts import STOP_WORDS, Text
from showcase.models.challenge_questions import CHALLENGE_QUESTIONS
from showcase.models.questions import Content, Questionnaire, matched_text
from showcase.models.solution_questions import SOLUTION_QUESTIONS
from showcase.models.vocabularies import vocabulary

PAGE = 10
PUBLIC = ("published", "closed")
PRAISE = (
    "Our award-winning, world-class, scalable platform transforms public services end to end. Trusted by leaders, it "
    "delights residents, empowers staff, breaks down silos and unlocks value from data with cutting-edge technology. "
)
MARKETING = {
    "praise": PRAISE * 3,
    "anything": "One intelligent platform for every council challenge. Whatever the need, our configurable product "
    "helps teams work smarter, save money and improve outcomes for residents. It integrates with all existing systems, "
    "is secure by design, accessible to everyone and live in weeks. From strategy to delivery we are your partner.",
    "partner": "We are a trusted digital transformation partner for local government. Our experts combine innovation, "
    "data and artificial intelligence to reimagine services around people. We listen, co-design and deliver measurable "
    "impact at pace, building capability and confidence across the whole organisation.",
    "data": "Turn data into insight. Our powerful dashboards and predictive analytics give leaders a single view of "
    "every service, resident and place, so that councils can act early, target resources and prove value for money.",
    "every service": "A solution for every service: "
    + "; ".join(vocabulary("service_areas").labels.values())
    + ". Better outcomes for councils and residents, everywhere.",
}
"""Texts that praise and describe nothing."""


def keywords(content: Content) -> str:
    """Return the words of a profile's name and summary six times over, as a list."""
    said = f"{content['name']} {content['summary']}".replace(",", " ").replace(".", " ").split()
    return ", ".join(dict.fromkeys(word.lower() for word in said if word.lower() not in STOP_WORDS)) + ". "


def sprinkled(content: Content) -> str:
    """Return the same words six times over, each time in another order and with small words between, as no list has."""
    dice, small = random.Random(0), cycle(("and the", "of", "with a", "for our", "that is", "to be in", "which are"))
    words = keywords(content).rstrip(". ").split(", ")
    said = [
        " ".join(f"{word} {next(small)}" if n % 2 else word for n, word in enumerate(order))
        for order in _shuffled(words, 6, dice)
    ]
    return ". ".join(one.capitalize() for one in said) + ". "


def _shuffled(words: Sequence[str], times: int, dice: random.Random) -> Iterator[list[str]]:
    for _ in range(times):
        yield dice.sample(words, len(words))


def services(content: Content) -> str:
    """Return the services that a profile is for, in words."""
    labels = vocabulary("service_areas").labels
    return ", ".join(labels[id] for id in content["service_areas"]) + ". "


def whole(content: Content) -> str:
    """Return all that the profile says."""
    return " ".join(answer for _, answer in matched_text(SOLUTION_QUESTIONS, content)) + " "


COPIED = "the challenge's own title and problem"
"""Not empty words: what a supplier could do who knows the challenge. Measured, and not claimed to be prevented."""

STUFFING: Mapping[str, Callable[[Content, Content], str]] = {
    "praise, three times": lambda profile, challenge: PRAISE * 3,
    "its own keywords, six times": lambda profile, challenge: keywords(profile) * 6,
    "its own keywords, six times, small words between": lambda profile, challenge: sprinkled(profile),
    "its services, ten times": lambda profile, challenge: services(profile) * 10,
    "all of itself, once more": lambda profile, challenge: whole(profile),
    COPIED: lambda profile, challenge: f"{challenge['title']} {challenge['problem']}",
}
"""By name: what is added to a profile, given its content and the challenge's."""


@dataclass(frozen=True)
class Corpus:
    """The seeded texts that are published, by key, and the embedder that reads them."""

    solutions: Mapping[str, Content]
    challenges: Mapping[str, Content]
    golden: Sequence[Mapping[str, Any]]
    """Golden entries whose challenge and first right solution are published."""
    embedder: Embedder
    cache: Cache | None

    @classmethod
    def of_seeds(cls, embedder: Embedder, cache: Cache | None) -> "Corpus":
        """Read the seeds."""
        solutions, challenges = (
            {row["key"]: row["content"] for file in files for row in read(file) if row["state"] in PUBLIC}
            for files in (("solutions_a.json", "solutions_b.json"), ("challenges.json",))
        )
        golden = [
            one
            for one in seeds.golden()
            if one["challenge"] in challenges and one["right"] and one["right"][0] in solutions
        ]
        return cls(solutions, challenges, golden, embedder, cache)

    def encode(self, texts: Sequence[Text], *, as_queries: bool = False) -> dict[str, Encoded]:
        """Encode texts by id."""
        return encode_all(texts, self.embedder, self.cache, as_queries=as_queries)

    def collection(self) -> Collection:
        """Return all published profiles, ready to be ranked."""
        texts = [text_of(key, SOLUTION_QUESTIONS, content) for key, content in self.solutions.items()]
        return Collection.of(self.encode(texts).items())


def read(file: str) -> Any:
    """Return one of the seeds' files."""
    return json.loads((seeds.FOLDER / file).read_text(encoding="utf-8"))


def text_of(key: str, questionnaire: Questionnaire, content: Content, more: str = "") -> Text:
    """Return the matched words of a text; `more` follows as another answer on how it works."""
    return Text(key, (*matched_text(questionnaire, content), *((("how", more),) if more else ())))


@dataclass(frozen=True)
class Stuffed:
    """How copies with one kind of stuffing fared."""

    stuffing: str
    tries: int
    above: int
    """Copies that scored more than the profile they copy."""
    most: float
    """The most by which a copy's score exceeded the original's; negative when none did."""
    mean: float
    """The mean by which it did."""


@dataclass(frozen=True)
class Praised:
    """How one marketing text fared."""

    text: str
    tries: int
    on_first_page: int
    above_right: int
    """Challenges for which it stands above a profile that answers them."""
    best_rank: int


def stuffed_copies(corpus: Corpus, challenges: int) -> Iterator[Stuffed]:
    """Try each kind of stuffing on the right profiles of so many golden challenges."""
    collection = corpus.collection()
    chosen = corpus.golden[:: max(1, len(corpus.golden) // challenges)][:challenges]
    queries = _queries(corpus, [one["challenge"] for one in chosen])
    for name, stuff in STUFFING.items():
        copies = [
            text_of(
                f"copy of {one['right'][0]} for {one['challenge']}",
                SOLUTION_QUESTIONS,
                profile := corpus.solutions[one["right"][0]],
                stuff(profile, corpus.challenges[one["challenge"]]),
            )
            for one in chosen
        ]
        encoded = corpus.encode(copies)
        leads = []
        for one, copy in zip(chosen, copies, strict=True):
            scores = _scores(collection, queries[one["challenge"]], copy.id, encoded[copy.id])
            leads.append(scores[copy.id] - scores[one["right"][0]])
        yield Stuffed(name, len(leads), sum(by > 0 for by in leads), max(leads), sum(leads) / len(leads))


def marketing(corpus: Corpus) -> Iterator[Praised]:
    """Try each marketing text on every golden challenge."""
    collection = corpus.collection()
    queries = _queries(corpus, [one["challenge"] for one in corpus.golden])
    encoded = corpus.encode([Text(name, (("name", "Solution"), ("summary", text))) for name, text in MARKETING.items()])
    for name, text in encoded.items():
        scores = [_scores(collection, queries[one["challenge"]], name, text) for one in corpus.golden]
        ranks = [{key: rank for rank, key in enumerate(of, start=1)} for of in scores]
        above = sum(
            any(of[name] < of[key] for key in one["right"] if key in of)
            for one, of in zip(corpus.golden, ranks, strict=True)
        )
        yield Praised(name, len(ranks), sum(of[name] <= PAGE for of in ranks), above, min(of[name] for of in ranks))


def _queries(corpus: Corpus, keys: Sequence[str]) -> dict[str, Encoded]:
    texts = [text_of(key, CHALLENGE_QUESTIONS, corpus.challenges[key]) for key in dict.fromkeys(keys)]
    return corpus.encode(texts, as_queries=True)


def _scores(collection: Collection, query: Encoded, id: str, joined: Encoded) -> dict[str, float]:
    """Return every document's score while one more is among them, best first."""
    collection.put(id, joined)
    matches = Ranker(collection).rank(query, len(collection)).matches
    collection.remove(id)
    return {match.id: match.score for match in matches}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--challenges", type=int, default=55, help="golden challenges whose right profile is copied")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    corpus = Corpus.of_seeds(ModelEmbedder(), Cache(cache_folder()))
    copies, praised = list(stuffed_copies(corpus, asked.challenges)), list(marketing(corpus))
    if asked.json:
        print(json.dumps({"copies": [asdict(one) for one in copies], "marketing": [asdict(one) for one in praised]}))
        return
    print(f"{'added to a copy':<40}{'tries':>6}{'above':>7}{'most gained':>13}{'mean':>8}")
    for one in copies:
        print(f"{one.stuffing:<40}{one.tries:>6}{one.above:>7}{one.most:>13.3f}{one.mean:>8.3f}")
    print(f"\n{'marketing text':<40}{'tries':>6}{'on first page':>15}{'above a right one':>19}{'best rank':>11}")
    for text in praised:
        print(f"{text.text:<40}{text.tries:>6}{text.on_first_page:>15}{text.above_right:>19}{text.best_rank:>11}")


if __name__ == "__main__":
    main()
