import math
from pathlib import Path

import pytest

from matching.embedder import HashEmbedder, Vectors
from matching.evaluation import (
    RANKERS,
    Cache,
    measure,
    ndcg,
    paired_bootstrap,
    read_labels,
    read_texts,
    recall,
    reciprocal_rank,
)
from matching.files import BadFile
from matching.texts import Text
from tests.unit.matching.conftest import CHALLENGE, SOLUTIONS

CORPUS = [Text.plain(id, text) for id, text in SOLUTIONS.items()]
QUERIES = [Text.plain("q1", CHALLENGE), Text.plain("q2", "missed bins"), Text.plain("q3", "no label")]
LABELS = {"q1": {"damp": 2, "platform": 0}, "q2": {"bins": 1}}


class Counting(HashEmbedder):
    asked = 0

    def embed_passages(self, texts: object) -> Vectors:
        self.asked += len(texts)  # type: ignore[arg-type]
        return super().embed_passages(texts)  # type: ignore[arg-type]


def test_figures_are_what_their_definitions_say() -> None:
    grades = {"a": 2, "b": 1, "c": 0}
    ideal = 2 + 1 / math.log2(3)
    assert ndcg(["x", "a", "b"], grades) == pytest.approx((2 / math.log2(3) + 1 / 2) / ideal)
    assert ndcg(["a", "b"], grades) == 1
    assert reciprocal_rank(["c", "x", "b"], grades) == pytest.approx(1 / 3)
    assert reciprocal_rank(["c"] * 10 + ["a"], grades) == 0
    assert recall(["a", "x"], grades, 10) == 0.5
    assert recall(["x", "a"], grades, 1) == 0


@pytest.mark.parametrize("ranker", RANKERS)
def test_only_labelled_queries_are_measured(ranker: str) -> None:
    summary = measure(CORPUS, QUERIES, LABELS, ranker, HashEmbedder(), None).summary()
    assert (summary["ranker"], summary["queries"], summary["documents"]) == (ranker, 2, 6)
    assert summary["ndcg@10"] == summary["recall@10"] == summary["recall@100"] == summary["mrr@10"] == 1


def test_vectors_are_kept_between_runs(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    one = measure(CORPUS, QUERIES, LABELS, "hybrid", first, Cache(tmp_path))
    two = measure(CORPUS, QUERIES, LABELS, "hybrid", second, Cache(tmp_path))
    assert first.asked > 6
    assert second.asked == 0
    assert one.ndcg_10 == two.ndcg_10


def test_a_bootstrap_sees_a_difference_and_sees_none() -> None:
    ours = {str(n): 0.5 + n / 1000 for n in range(100)}
    low, high = paired_bootstrap(ours, {id: value - 0.1 for id, value in ours.items()})
    assert low == pytest.approx(0.1)
    assert high == pytest.approx(0.1)
    mixed = {id: value + (0.1 if int(id) % 2 else -0.1) for id, value in ours.items()}
    low, high = paired_bootstrap(ours, mixed)
    assert low < 0 < high


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"_id": "a", "text": "x"}\n{"_id": "a", "text": "y"}', "row 2: the _id a is used twice"),
        ('{"text": "x"}', "row 1: it has no _id"),
        ('{"_id": "a", "text": 3}', "row 1: text and title must be strings"),
        ("\n{", "row 2: it is not JSON"),
        ("[1]", "row 1: it is not a JSON object"),
        ("", "there is no text in it"),
    ],
)
def test_bad_corpora_are_named_by_row(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "corpus.jsonl"
    file.write_text(content)
    with pytest.raises(BadFile, match=f"corpus.jsonl.*{reason}"):
        read_texts(str(file))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("query-id\tcorpus-id\tscore\nq9\tdamp\t1", "row 2: there is no query q9"),
        ("q1\tnone\t1", "row 1: there is no document none"),
        ("q1\tdamp\tgood", "row 1: a row is"),
        ("q1 damp 1", "row 1: a row is"),
        ("q1\tdamp\t0", "no query has a label"),
    ],
)
def test_bad_labels_are_named_by_row(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "dev.tsv"
    file.write_text(content)
    with pytest.raises(BadFile, match=reason):
        read_labels(str(file), QUERIES, CORPUS)
