"""Fills a database as a busy year would have: what `bench load` lets two hundred people work on.

On top of the seeds stand published profiles and challenges whose sentences are those of the seeds, recombined within
one question; so nothing is random words, and no real firm is spoken of. A sentence's vector comes
from the model, a passage's is the mean of its sentences', because encoding 20,000 texts sentence by sentence left out
would take hours; `bench.profiles` does the same. Lists, showcases and registrations go through the services.
"""

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa

import seeds
from bench.load_vectors import Vectors
from bench.stuffing import PUBLIC, read
from matching.texts import sentences
from showcase.extensions import db
from showcase.models import Challenge, Council, Facet, Organisation, Publication, Solution, Supplier, Version
from showcase.models.enums import OrganisationKind, State
from showcase.models.questions import Content, Kind, count_words
from showcase.services.publication_lists import facets_of

SEED = 20_26
TOGETHER = 500
"""Rows that one statement writes."""
PROFILES_OF_ONE = 2.5
"""Profiles that a supplier has on average."""
NEW_SENTENCES = 0.35
"""Share of an answer's sentences that come from other texts."""
SENTENCES_A_PARAGRAPH = 4
IN_REVIEW_EVERY = 200
DAYS = 300
"""How long ago the oldest text was published."""


@dataclass(frozen=True)
class Sizes:
    """How much there is to be."""

    solutions: int = 20_000
    challenges: int = 3_000
    interest_lists: int = 40
    events: int = 10
    people: int = 200


def fill_texts(sizes: Sizes, vectors: Vectors, *, now: datetime) -> None:
    """Load the seeds and add texts until there are as many published as wanted; commits."""
    seeds.load(now=now)
    db.session.commit()
    suppliers = _suppliers(round(sizes.solutions / PROFILES_OF_ONE), now)
    councils = _ids(Council)
    for kind, files, owners, wanted in (
        (Solution, ("solutions_a.json", "solutions_b.json"), suppliers, sizes.solutions),
        (Challenge, ("challenges.json",), councils, sizes.challenges),
    ):
        missing = wanted - (db.session.scalar(_published(kind)) or 0)
        contents = [row["content"] for file in files for row in read(file) if row["state"] in PUBLIC]
        made = _variants(kind, contents, missing)
        names = _names(owners)
        for start in range(0, missing, TOGETHER):
            part = [next(made) for _ in range(min(TOGETHER, missing - start))]
            _write(kind, part, owners, names, start, now)
            db.session.commit()
    vectors.write(now=now)


# --- words ------------------------------------------------------------------------------------------------------------


def _variants(kind: type[Publication], contents: Sequence[Content], count: int) -> Iterator[Content]:
    """Yield new texts: each has one seeded text's facts, and in each answer some sentences of two others' answers."""
    for number in range(count):
        dice = random.Random(f"{SEED} {kind.__name__} {number}")
        own, *others = dice.sample(contents, 3)
        content = dict(own)
        for question in kind.questionnaire:
            if question.is_matched and question.kind is Kind.PROSE and question.name in own:
                said = [sentence for other in others for sentence in sentences(str(other.get(question.name) or ""))]
                content[question.name] = _recombined(sentences(own[question.name]), said, question.words, dice)
        yield content


def _recombined(own: Sequence[str], others: Sequence[str], most_words: int | None, dice: random.Random) -> str:
    new = min(len(others), round(NEW_SENTENCES * len(own)))
    chosen = dice.sample(own, max(1, len(own) - new)) + dice.sample(others, new)
    dice.shuffle(chosen)
    while len(chosen) > 1 and most_words is not None and count_words(" ".join(chosen)) > most_words:
        chosen.pop()
    starts = range(0, len(chosen), SENTENCES_A_PARAGRAPH)
    return "\n\n".join(" ".join(chosen[start : start + SENTENCES_A_PARAGRAPH]) for start in starts)


# --- rows -------------------------------------------------------------------------------------------------------------


def _write(
    kind: type[Publication],
    contents: Sequence[Content],
    owners: Sequence[uuid.UUID],
    names: Mapping[uuid.UUID, str],
    start: int,
    now: datetime,
) -> None:
    """Write texts with their versions and facets; all but a few published, those in review without a version seen."""
    title_name, empty = kind.questionnaire.title_name, kind()
    publications, versions, facets = [], [], []
    for number, content in enumerate(contents, start):
        dice = random.Random(f"{SEED} {kind.__name__} row {number}")
        owner, id, version = owners[number % len(owners)], uuid.uuid4(), uuid.uuid4()
        content[title_name] = f"{content[title_name]} ({names[owner]}, {number + 1})"
        at = now - timedelta(days=dice.random() * DAYS)
        is_published = number % IN_REVIEW_EVERY != IN_REVIEW_EVERY - 1
        row = {"id": id, "kind": kind.stored_as(), "organisation_id": owner, "content": content}
        row |= {"title": content[title_name], "created_at": at, "updated_at": at, "state_since": at}
        row |= {"state": State.PUBLISHED if is_published else State.IN_REVIEW, "is_illustrative": True}
        row["published_at"] = at if is_published else None
        publications.append(row)
        seen = {"published_at": row["published_at"], "created_at": at}
        versions.append(
            {"id": version, "publication_id": id, "number": 1, "content": content, "title": content[title_name], **seen}
        )
        if is_published:
            facets += [{"publication_id": id, "name": name, "value": v} for name, v in facets_of(empty, content)]
    _insert(Publication, publications)
    _insert(Version, versions)
    _insert(Facet, facets)
    of_it = sa.select(Version.id).where(Version.publication_id == Publication.id).scalar_subquery()
    added = [row["id"] for row in publications if row["published_at"] is not None]
    show = sa.update(Publication).where(Publication.id.in_(added)).values(published_version_id=of_it)
    db.session.execute(show.execution_options(synchronize_session=False))


def _suppliers(count: int, now: datetime) -> list[uuid.UUID]:
    dice = random.Random(SEED)
    models = seeds_suppliers()
    rows = []
    for number in range(count):
        row = dict(dice.choice(models))
        row |= {"id": uuid.uuid4(), "kind": OrganisationKind.SUPPLIER, "name": f"{row['name']} {number + 1}"}
        row |= {"approved_at": now - timedelta(days=DAYS), "is_illustrative": True}
        rows.append(row)
    _insert(Supplier, rows)
    db.session.commit()
    return [row["id"] for row in rows]


def seeds_suppliers() -> list[dict[str, Any]]:
    """Return what the seeds say of their firms, as far as another firm may say the same."""
    names = ("name", "region", "staff", "turnover_pence", "balance_sheet_pence", "is_vcse", "founded_year", "about")
    return [{name: row[name] for name in names} for file in ("firms_a.json", "firms_b.json") for row in read(file)]


def _insert(kind: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), TOGETHER):
        db.session.execute(sa.insert(kind), rows[start : start + TOGETHER])


def _ids(kind: type[Organisation]) -> list[uuid.UUID]:
    there = sa.select(kind.id).where(kind.suspended_at.is_(None)).order_by(kind.name, kind.id)
    return list(db.session.scalars(there))


def _names(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = db.session.execute(sa.select(Organisation.id, Organisation.name))
    wanted = set(ids)
    return {id: name for id, name in rows if id in wanted}


def _published(kind: type[Publication]) -> sa.Select[int]:
    return sa.select(sa.func.count(kind.id)).where(kind.published_version_id.is_not(None))


def shuffled(items: Sequence[Any], what: str) -> list[Any]:
    """Return the items in an order that is the same for the same `what`."""
    order = np.random.default_rng([SEED, len(what), *what.encode()]).permutation(len(items))
    return [items[place] for place in order]
