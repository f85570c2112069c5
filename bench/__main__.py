"""Runs the measurements: `python -m bench` runs all, `python -m bench serving --json` runs one, `--list` lists them.

A measurement is a module of this folder that can be run; each has a process of its own, so that none is measured with
what another left in memory.
"""

import ast
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent


def measurements() -> Mapping[str, str]:
    """Return what each measurement is, in its own words, by name."""
    found = {}
    for file in sorted(FOLDER.glob("[!_]*.py")):
        source = file.read_text(encoding="utf-8")
        if '\nif __name__ == "__main__":' in source:
            found[file.stem] = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    return found


def main(arguments: Sequence[str]) -> int:
    """Run the measurement that is named, or all of them; return 0 when all of them did."""
    known = measurements()
    if arguments and arguments[0] not in known:
        print("Usage: python -m bench [MEASUREMENT [OPTIONS]]")
        print("".join(f"  {name:<12}{about}\n" for name, about in known.items()), end="")
        return 0 if arguments[0] in {"--list", "--help", "-h"} else 2
    if arguments:
        return run(*arguments)
    codes = []
    for name, about in known.items():
        print(f"\n{name}: {about}\n", flush=True)
        codes.append(run(name))
    return max(codes, default=0)


def run(name: str, *options: str) -> int:
    """Run one measurement; return its exit code."""
    return subprocess.run([sys.executable, "-m", f"bench.{name}", *options], cwd=FOLDER.parent, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
