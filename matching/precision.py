"""Choosing the number format a model computes in: what this processor does fastest, as long as vectors stay the same.

Both ways of running a model (`compiled_model`, `torch_model`) ask here once, when they are loaded, on real sentences.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from matching.embedder import Vectors

Precision = Literal["float32", "bfloat16"]
Encode = Callable[[Sequence[str]], Vectors]

LEAST_COSINE = 0.999
"""Reduced precision is used only where every probe text stays at least so close to full precision."""

_SENTENCES = (
    "Residents report damp and mould faster than housing officers can visit.",
    "The service reads scanned letters, proposes the right team and leaves the decision to a person.",
    "£1.2m a year",
    "How might we help a family with a disabled child get to school on time, without five phone calls a term?",
)
PROBES = (*_SENTENCES, " ".join(_SENTENCES * 4))
"""Short texts, where rounding shows most, and one of about 256 tokens, which decides the time."""


def fastest(ways: Mapping[Precision, Encode]) -> Precision:
    """Return the quickest of the ways whose vectors of the probe texts agree with those of the way in float32.

    Takes a fraction of a second: each way encodes the probes four times, in turn with the others, and the best counts.
    """
    full = ways["float32"](PROBES)
    agreeing = {
        name: encode for name, encode in ways.items() if (encode(PROBES) * full).sum(axis=1).min() >= LEAST_COSINE
    }
    if len(agreeing) == 1:
        return "float32"
    seconds = dict.fromkeys(agreeing, float("inf"))
    for _ in range(3):
        for name, encode in agreeing.items():
            started = time.perf_counter()
            encode(PROBES)
            seconds[name] = min(seconds[name], time.perf_counter() - started)
    return min(seconds, key=lambda name: seconds[name])
