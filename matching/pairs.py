"""Every query against every document: the best documents of each, for planning where many meet many.

Queries are ranked one after the other as they come, each exactly as if it were asked alone, and each ranking is let go
before the next: memory does not grow with the number of queries, and reading the first need not wait for the last.
"""

from collections.abc import Iterable, Iterator

from matching.encoding import Encoded
from matching.ranker import Ranker, Scored


def best_of_each(
    ranker: Ranker, queries: Iterable[tuple[str, Encoded]], top: int
) -> Iterator[tuple[str, tuple[Scored, ...]]]:
    """Yield each query's id and its best `top` documents, in the order of the queries."""
    for id, query in queries:
        yield id, ranker.rank(query, top).matches
