"""The ingredients of a score that go by meaning, for documents of a collection and for texts that are not in it.

Every one is CSLS (Conneau and others 2018): twice the similarity to the query, less how near the document is to
everything. A profile so general that it is near to every challenge gains nothing by that.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from matching.calibration import Background, Calibration, PassageBackground
from matching.vectors import Rows, Slots

KINDS = ("passages", "gist", "whole")
"""The ingredients that go by meaning, in the order of the columns of `hubness`."""


def hubness(calibration: Calibration, ids: Sequence[str], meanings: tuple[Rows, Rows, Rows], starts: Slots) -> Rows:
    """Return float32 [texts, 3]: how near each text is to everything, by the ingredients of `KINDS`.

    `meanings` are the passages of one text after another, beginning at `starts`, and each text's gist and whole vector.
    A vector of noughts is near to nothing.
    """
    passages, gists, wholes = meanings
    found = np.empty((len(ids), len(KINDS)), np.float32)
    found[:, 0] = calibration.passages.hubness(passages, starts, ids)
    for column, background, vectors in ((1, calibration.gists, gists), (2, calibration.wholes, wholes)):
        found[:, column] = background.hubness(background.centred(vectors), ids) * np.any(vectors != 0, axis=1)
    return found


def score(background: Background, query: Rows, id: str, vector: Rows) -> Rows:
    """Return float32 [1]: what a whole vector or gist that would stand under that id scores."""
    found = 2 * background.similarities(query, vector[None, :])
    return found - background.hubness(background.centred(vector[None, :]), [id])


def sample_scores(background: Background, query: Rows, exclude: Collection[str]) -> Rows:
    """Return the same for the texts of the calibration's sample."""
    found: Rows = 2 * (background.sample @ background.centred(query[None, :])[0]) - background.sample_hubness
    return without(found, background.ids, exclude)


def passage_scores(background: PassageBackground, queries: Rows, id: str, rows: Rows) -> Rows:
    """Return float32 [1]: how well passages that would stand under that id answer the query's, on average."""
    found: Rows = 2 * (rows @ queries.T).max(axis=0).mean(keepdims=True)
    return found - background.hubness(rows, np.zeros(1, np.int64), [id])


def passage_sample_scores(background: PassageBackground, queries: Rows, exclude: Collection[str]) -> Rows:
    """Return the same for the texts of the calibration's sample."""
    if not len(background.starts):
        return np.zeros(0, np.float32)
    nearest = np.maximum.reduceat(background.rows @ queries.T, background.starts, axis=0)
    return without(2 * nearest.mean(axis=1) - background.sample_hubness, background.ids, exclude)


def without(scores: Rows, places: Mapping[str, int], exclude: Collection[str]) -> Rows:
    """Return the scores less those of the excluded ids."""
    gone = [places[id] for id in exclude if id in places]
    return np.delete(scores, gone) if gone else scores
