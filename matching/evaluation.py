"""Measuring a ranking against labels: BEIR files in, the usual figures out, each query's own figure kept.

Per-query values let two rankings of the same queries be compared by a paired bootstrap. Vectors are kept between runs
in a cache by content hash, because encoding takes minutes and ranking seconds.
"""

import csv
import io
import math
import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matching.baselines import BASELINES, rank_baseline
from matching.collection import Collection
from matching.embedder import Embedder
from matching.encoding import Encoded, content_hash, encode
from matching.files import BadFile, json_rows
from matching.ranker import Ranker
from matching.texts import Text

RANKERS = ("hybrid", *BASELINES)
DEPTH = 100
BATCH = 512

Labels = Mapping[str, Mapping[str, int]]
"""Query id to document id to grade."""


@dataclass(frozen=True)
class Measured:
    """How good and how fast one ranking of labelled queries was."""

    ranker: str
    documents: int
    ndcg_10: Mapping[str, float]
    """By query id, as are the other figures of quality."""
    mrr_10: Mapping[str, float]
    recall_10: Mapping[str, float]
    recall_100: Mapping[str, float]
    encode_seconds: float
    rank_ms: Sequence[float]
    """Milliseconds that each query took."""

    def summary(self) -> dict[str, str | int | float]:
        """Return the means over queries, as the command line prints them."""
        p50, p95 = (float(np.percentile(self.rank_ms, share)) for share in (50, 95))
        return {
            "ranker": self.ranker,
            "queries": len(self.ndcg_10),
            "documents": self.documents,
            "ndcg@10": _mean(self.ndcg_10),
            "mrr@10": _mean(self.mrr_10),
            "recall@10": _mean(self.recall_10),
            "recall@100": _mean(self.recall_100),
            "encode_seconds": round(self.encode_seconds, 2),
            "rank_ms_p50": round(p50, 2),
            "rank_ms_p95": round(p95, 2),
        }


def _mean(figures: Mapping[str, float]) -> float:
    return round(float(np.mean(list(figures.values()))), 4)


def read_texts(path: str) -> list[Text]:
    """Read BEIR's corpus or queries: lines of `_id`, `text` and perhaps `title`. Raises: BadFile."""
    found: dict[str, Text] = {}
    for row, line in json_rows(Path(path)):
        id, text, title = (line.get(name, "") for name in ("_id", "text", "title"))
        if not isinstance(id, str | int) or id == "":
            raise BadFile(path, "it has no _id", row)
        if not isinstance(text, str) or not isinstance(title or "", str):
            raise BadFile(path, "text and title must be strings", row)
        if str(id) in found:
            raise BadFile(path, f"the _id {id} is used twice", row)
        found[str(id)] = Text.plain(str(id), text, title=title or "")
    if not found:
        raise BadFile(path, "there is no text in it")
    return list(found.values())


def read_labels(path: str, queries: Sequence[Text], corpus: Sequence[Text]) -> Labels:
    """Read BEIR's qrels, three tab-separated columns under a header; every id must be known. Raises: BadFile."""
    try:
        content = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(path, f"it cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    known_queries, known_documents = ({text.id for text in texts} for texts in (queries, corpus))
    found: dict[str, dict[str, int]] = {}
    for row, cells in enumerate(csv.reader(io.StringIO(content), delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
        if not cells or (row == 1 and cells[-1] == "score"):
            continue
        if len(cells) != 3 or not cells[2].lstrip("-").isdigit():
            raise BadFile(path, "a row is query-id, corpus-id and a whole number, separated by tabs", row)
        if cells[0] not in known_queries:
            raise BadFile(path, f"there is no query {cells[0]}", row)
        if cells[1] not in known_documents:
            raise BadFile(path, f"there is no document {cells[1]}", row)
        found.setdefault(cells[0], {})[cells[1]] = int(cells[2])
    labels = {query: grades for query, grades in found.items() if any(grade > 0 for grade in grades.values())}
    if not labels:
        raise BadFile(path, "no query has a label")
    return labels


class Cache:
    """Encoded texts between runs, by content hash, in one SQLite file."""

    def __init__(self, folder: Path) -> None:
        """Open or begin the cache in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / "vectors.sqlite3")
        self._database.execute("CREATE TABLE IF NOT EXISTS encoded (hash TEXT PRIMARY KEY, vectors BLOB, terms BLOB)")

    def find(self, hash: str, model: str) -> Encoded | None:
        """Return what was kept under a hash."""
        row = self._database.execute("SELECT vectors, terms FROM encoded WHERE hash = ?", (hash,)).fetchone()
        return Encoded.from_blobs(row[0], row[1], model) if row else None

    def keep(self, encoded: Mapping[str, Encoded]) -> None:
        """Keep encoded texts by hash, at once."""
        rows = [(hash, *one.to_blobs()) for hash, one in encoded.items()]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO encoded VALUES (?, ?, ?)", rows)


def cache_folder() -> Path:
    """Return the folder for what may be thrown away, by the XDG rules."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "showcase"


def encode_all(
    texts: Sequence[Text],
    embedder: Embedder,
    cache: Cache | None,
    *,
    as_queries: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, Encoded]:
    """Encode texts by id, those in the cache not again; `progress` hears how many are done."""
    role = f"{embedder.name} as query" if as_queries else embedder.name
    hashes = {text.id: content_hash(text, role) for text in texts}
    kept = {id: cache.find(hash, embedder.name) for id, hash in hashes.items()} if cache else {}
    found = {id: encoded for id, encoded in kept.items() if encoded is not None}
    missing = [text for text in texts if text.id not in found]
    progress(len(found))
    for start in range(0, len(missing), BATCH):
        group = missing[start : start + BATCH]
        fresh = {text.id: one for text, one in zip(group, encode(group, embedder, as_queries=as_queries), strict=True)}
        if cache:
            cache.keep({hashes[id]: encoded for id, encoded in fresh.items()})
        found |= fresh
        progress(len(found))
    return found


def measure(
    corpus: Sequence[Text],
    queries: Sequence[Text],
    labels: Labels,
    ranker: str,
    embedder: Embedder,
    cache: Cache | None,
) -> Measured:
    """Rank the corpus for every labelled query and compare with the labels. Raises: EmbedderUnavailable."""
    started = time.perf_counter()
    documents = encode_all(corpus, embedder, cache)
    asked = encode_all([query for query in queries if query.id in labels], embedder, cache, as_queries=True)
    encode_seconds = time.perf_counter() - started
    collection = Collection.of(documents.items())
    hybrid = Ranker(collection)
    ranked: dict[str, list[str]] = {}
    rank_ms: list[float] = []
    for id, query in asked.items():
        started = time.perf_counter()
        if ranker == "hybrid":
            ranked[id] = [match.id for match in hybrid.rank(query, DEPTH).matches]
        else:
            ranked[id] = [match.id for match in rank_baseline(ranker, collection, query, DEPTH)]
        rank_ms.append((time.perf_counter() - started) * 1000)
    return Measured(
        ranker,
        len(collection),
        {id: ndcg(ids, labels[id]) for id, ids in ranked.items()},
        {id: reciprocal_rank(ids, labels[id]) for id, ids in ranked.items()},
        {id: recall(ids, labels[id], 10) for id, ids in ranked.items()},
        {id: recall(ids, labels[id], 100) for id, ids in ranked.items()},
        encode_seconds,
        rank_ms,
    )


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Return normalised discounted cumulative gain, with the grade itself as gain as trec_eval has it."""
    gain = sum(max(grades.get(id, 0), 0) / math.log2(place + 2) for place, id in enumerate(ranked[:depth]))
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth]
    return gain / sum(grade / math.log2(place + 2) for place, grade in enumerate(ideal))


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Return one over the place of the first right document, 0 if none is within the depth."""
    return next((1 / place for place, id in enumerate(ranked[:depth], start=1) if grades.get(id, 0) > 0), 0.0)


def recall(ranked: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    """Return the share of right documents within the depth."""
    right = {id for id, grade in grades.items() if grade > 0}
    return len(right.intersection(ranked[:depth])) / len(right)


def paired_bootstrap(
    ours: Mapping[str, float], theirs: Mapping[str, float], *, draws: int = 10_000, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of the mean difference over the same queries (percentile bootstrap)."""
    differences = np.array([ours[id] - theirs[id] for id in sorted(ours)])
    drawn = np.random.default_rng(seed).choice(differences, (draws, len(differences))).mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)
