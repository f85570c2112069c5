"""The process in which one problem is solved: `python -m showcase.services.solve_child MODULE:FUNCTION`.

It reads {"problem", "seconds", "work"} as the first line of standard input and prints lines of JSON: {"progress": …}
any number of times, then {"answer": …}. Its standard input stays open for as long as somebody waits for the answer:
when that ends, killed or not, so does this. Whatever a solver's library prints goes to standard error.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

from showcase.failures import traced

NICENESS = 10
"""Solving gives way to pages and to everything else that somebody waits for."""


def main(name: str) -> None:
    """Solve what standard input asks for with the function of this name."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_when_nobody_waits, daemon=True).start()

    def say(line: dict[str, Any]) -> None:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
        out.flush()

    module, _, function = name.partition(":")
    run: Callable[..., dict[str, Any]] = getattr(import_module(module), function)
    answer = run(
        asked["problem"],
        seconds=asked["seconds"],
        work=asked["work"],
        tell=lambda progress: say({"progress": progress}),
    )
    say({"answer": answer})


def _end_when_nobody_waits() -> None:
    os.read(0, 1)  # nothing is ever sent: this returns when the other end is closed
    os._exit(1)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Exception as failure:
        sys.exit(traced(failure))
