"""Councils by the names that people give them: reads typed names as GSS codes, and codes as names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import sqlalchemy as sa

from showcase.extensions import db
from showcase.models import Council

_KIND = re.compile(r"\b(?:county|city|royal|metropolitan|district|unitary|borough|council|combined|authority|of|the)\b")
"""Words that say what kind of council it is."""
NO_COUNCIL = frozenset({"", "london"})
"""What is left of some names without them, and is the name of no one council."""


@dataclass(frozen=True)
class CouncilNames:
    """The register, as far as names go."""

    by_code: Mapping[str, str]
    """Full name by GSS code."""
    codes: Mapping[str, str]
    """GSS code by each name (also without the kind of council), short name and code, in plain lower case.

    A name that two councils share is left out."""

    def read(self, text: str) -> tuple[list[str], list[str]]:
        """Return the GSS codes of the councils named (one a line, or between semicolons), and what is wrong."""
        found: dict[str, None] = {}
        faults = []
        for line in re.split(r"[\n;]", text):
            name = line.strip(" \t\r,")
            if not name:
                continue
            if code := self.codes.get(_plain(name)):
                found[code] = None
            else:
                faults.append(self._unknown(name))
        return list(found), faults

    def write(self, codes: Iterable[str]) -> str:
        """Return the names of councils, one a line."""
        return "\n".join(self.by_code.get(code, code) for code in codes)

    def _unknown(self, name: str) -> str:
        close = get_close_matches(_plain(name), self.codes, n=3, cutoff=0.6)
        names = dict.fromkeys(self.by_code[self.codes[match]] for match in close)
        meant = f" Did you mean {' or '.join(names)}?" if names else " Use its full name or its GSS code."
        return f"“{name}” is not a council that we know.{meant}"


def load() -> CouncilNames:
    """Return the names of every council in the register."""
    rows = db.session.execute(
        sa.select(Council.gss_code, Council.name, Council.short_name).order_by(Council.name, Council.gss_code)
    ).all()
    codes: dict[str, str] = {}
    bare: dict[str, str] = {}
    shared: set[str] = set()
    doubtful = set(NO_COUNCIL)
    for code, full, short in rows:
        if code:
            for name in {_plain(name) for name in (code, full, short) if name}:
                if codes.setdefault(name, code) != code:
                    shared.add(name)
            for name in {_bare(full), _bare(short or "")}:
                if bare.setdefault(name, code) != code:
                    doubtful.add(name)
    return CouncilNames(
        {code: name for code, name, _ in rows if code},
        {name: code for name, code in bare.items() if name not in doubtful}
        | {name: code for name, code in codes.items() if name not in shared},
    )


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of some councils by GSS code."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    rows = db.session.execute(sa.select(Council.gss_code, Council.name).where(Council.gss_code.in_(wanted)))
    return {code: name for code, name in rows if code}


def _bare(name: str) -> str:
    """Return what people call a place: its name without what kind of council it has."""
    return " ".join(_KIND.sub(" ", _plain(name)).split())


def _plain(name: str) -> str:
    return " ".join(
        re.sub(r"[^\w\s]", " ", name.lower().replace("&", " and ").replace("’", "").replace("'", "")).split()
    )
