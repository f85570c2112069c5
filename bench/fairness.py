"""Who gets the places on first pages: by supplier size, age and number of profiles, and what goes with being shown.

Run `python -m bench.fairness` (add `--json`, or `--here` to measure the database of the environment instead of the
seeds). Encodes the seeds in a database of its own, ranks for every published challenge and prints the same figures as
the staff's page. Then ranks again with every profile cut to its first sixty words: what still goes with a profile's
full length was not caused by its length.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import sqlalchemy as sa

import seeds
from matching.collection import Collection
from matching.embedder import Embedder
from matching.encoding import encode
from matching.fairness import Link, link
from matching.model import ModelEmbedder
from matching.ranker import Ranker
from matching.texts import Text
from showcase import create_app
from showcase.access import actor_for
from showcase.config import Settings
from showcase.extensions import db
from showcase.models import Challenge, Host, Membership, Solution, utc_now
from showcase.models.questions import count_words
from showcase.policies import Actor
from showcase.services import database, encodings, fairness, index, ranking, vectors

FIRST_WORDS = 60
PAGE = 10


@contextmanager
def application(folder: Path, is_here: bool) -> Iterator[Embedder]:
    """Give an application context on the seeds, encoded; or on the database of the environment, as it is."""
    own = Settings(folder, f"sqlite:///{folder / 'fairness.sqlite'}", secret_key="only-for-measuring-" + "0" * 32)
    embedder = ModelEmbedder()
    with create_app(None if is_here else own).app_context():
        if not is_here:
            database.upgrade(db.engine)
            seeds.load(now=utc_now())
            db.session.commit()
            vectors.refresh(embedder, model=encodings.in_use())
            index.recalibrate(model=encodings.in_use())
        yield embedder


def staff() -> Actor:
    """Return someone of the host's staff."""
    member = db.session.scalars(sa.select(Membership).where(Membership.organisation.of_type(Host).has())).first()
    if member is None:
        raise SystemExit("There is nobody of LGA staff in this database.")
    return actor_for(member)


def cut_alike(embedder: Embedder) -> Link:
    """Return how the full length of profiles goes with being among the ten best when all are cut to the same words."""
    published = [text for text in db.session.scalars(sa.select(Solution)) if text.is_visible]
    asked = [text for text in db.session.scalars(sa.select(Challenge)) if text.is_visible]
    wholes = {str(text.id): _whole(text) for text in published}
    cut = [Text.plain(id, " ".join(text.split()[:FIRST_WORDS])) for id, text in wholes.items()]
    collection = Collection.of(zip(wholes, encode(cut, embedder), strict=True))
    ranker = Ranker(collection)
    best: Counter[str] = Counter()
    for challenge in asked:
        best.update(match.id for match in ranker.rank(ranking.query_of(challenge).encoded, PAGE).matches)
    lengths = [count_words(text) for text in wholes.values()]
    return link(f"Words in the full profile, all cut to {FIRST_WORDS}", lengths, [best[id] for id in wholes])


def _whole(solution: Solution) -> str:
    text = vectors.text_of(solution.id, solution.questionnaire, solution.published_content)
    return " ".join(answer for _, answer in text.fields)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--here", action="store_true", help="measure the database of the environment")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, application(Path(folder), asked.here) as embedder:
        report = fairness.measure(seen_by=staff(), now=utc_now(), most=1_000_000)
        links = [*report.links, cut_alike(embedder)]
    if asked.json:
        print(json.dumps({**asdict(report), "links": [asdict(one) for one in links]}))
        return
    print(f"{report.challenges} challenges, {report.profiles} profiles, {report.suppliers} suppliers")
    print(f"most places of one supplier on a first page: {report.most_of_one}\n")
    head = ("suppliers", "profiles", "% of profiles", "places", "exposure", "ratio")
    print(f"{'group':<22}{head[0]:>10}{head[1]:>9}{head[2]:>14}{head[3]:>8}{head[4]:>9}{head[5]:>7}  by lot")
    for group in report.shares.values():
        for one in group:
            parts = (100 * one.of_profiles, 100 * one.of_places, 100 * one.of_exposure)
            print(
                f"{one.group:<22}{one.suppliers:>10}{one.profiles:>9}{parts[0]:>14.1f}{parts[1]:>8.1f}{parts[2]:>9.1f}"
                f"{one.ratio:>7.2f}  {one.low:.2f} to {one.high:.2f}{'  beyond chance' if one.is_beyond_chance else ''}"
            )
        print()
    print("rank correlation with being among the ten best")
    for each in links:
        print(f"{each.name:<46}{each.correlation:>+7.2f}  {each.low:+.2f} to {each.high:+.2f}")


if __name__ == "__main__":
    main()
