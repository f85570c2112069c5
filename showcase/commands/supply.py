"""Lists what the service is made of: packages with their licences, as a table or as a bill of materials (CycloneDX).

Read from what is installed beside the project (Python) and from `package-lock.json` (what browsers are served, and two
tools for tests). What only tests, checks and measurements need is told apart.
"""

import base64
import json
import re
import tomllib
import uuid
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import click

PROJECT = "showcase"
ROOT = Path(__file__).parent.parent.parent
NPM_LOCK = ROOT / "package-lock.json"
TOOLS = {PROJECT, "pip"}
"""Installed beside the packages, and none of them."""
UNKNOWN = "not said"
_CLASSIFIER = "License :: "
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*(?:\[(?P<extras>[^]]*)])?")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)""")


@dataclass(frozen=True)
class Package:
    """One package that is installed."""

    ecosystem: str
    """As package addresses name it: "pypi" or "npm"."""
    name: str
    version: str
    licence: str
    is_needed: bool
    """Whether the service needs it to run; otherwise only tests, checks and measurements do."""
    needs: tuple[str, ...] = ()
    """Addresses of the packages that it needs, as far as they are installed."""
    sha512: str = ""
    """Of the file, in hex, where the lock names one; those of Python's files stand in `requirements.lock`."""

    @property
    def purl(self) -> str:
        """Return its address (https://github.com/package-url/purl-spec)."""
        return _purl(self.ecosystem, self.name, self.version)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def licences(as_json: bool) -> None:
    """List the packages that the service is made of, with their licences."""
    found = packages()
    if as_json:
        rows = [{key: getattr(one, key) for key in ("purl", "licence", "is_needed")} for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(
            f"{one.ecosystem:<6}{one.name:<42}{one.version:<20}{'run' if one.is_needed else 'test':<6}{one.licence}"
        )


@click.command()
def sbom() -> None:
    """Write the software bill of materials, as CycloneDX 1.6 in JSON, to standard output."""
    click.echo(json.dumps(bill(packages(), now=datetime.now(UTC)), ensure_ascii=False, indent=2))


def packages() -> list[Package]:
    """Return every package that is installed for the project, by ecosystem and name."""
    found = [*_python(), *_npm()]
    return sorted(found, key=lambda one: (one.ecosystem, one.name.lower()))


def bill(found: list[Package], *, now: datetime) -> dict[str, Any]:
    """Return the bill of materials; the same packages always have the same serial number."""
    own = {"type": "application", "bom-ref": PROJECT, "name": PROJECT, "version": _project()["version"]}
    contents = "\n".join(one.purl for one in found)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, contents)}",
        "version": 1,
        "metadata": {"timestamp": now.isoformat(timespec="seconds"), "component": own},
        "components": [_component(one) for one in found],
        "dependencies": [
            {"ref": PROJECT, "dependsOn": [one.purl for one in found if one.purl in _direct(found)]},
            *({"ref": one.purl, "dependsOn": list(one.needs)} for one in found),
        ],
    }


def _component(one: Package) -> dict[str, Any]:
    group, _, name = one.name.rpartition("/")
    return {
        "type": "library",
        "bom-ref": one.purl,
        **({"group": group} if group else {}),
        "name": name,
        "version": one.version,
        "scope": "required" if one.is_needed else "excluded",
        "licenses": [{"license": {"name": one.licence}}],
        "purl": one.purl,
        **({"hashes": [{"alg": "SHA-512", "content": one.sha512}]} if one.sha512 else {}),
    }


def _purl(ecosystem: str, name: str, version: str) -> str:
    return f"pkg:{ecosystem}/{name.replace('@', '%40')}@{version.replace('+', '%2B')}"


def _direct(found: list[Package]) -> set[str]:
    names = {name for name, _ in _named(_project()["dependencies"], frozenset())}
    served = set(json.loads(NPM_LOCK.read_text())["packages"][""]["dependencies"])
    return {one.purl for one in found if one.name in (names if one.ecosystem == "pypi" else served)}


# --- Python -----------------------------------------------------------------------------------------------------------


def _python() -> list[Package]:
    everything = {_plain(one.metadata["Name"]): one for one in metadata.distributions()}
    installed = {name: one for name, one in everything.items() if name not in TOOLS}
    needed = _closure(installed)
    purls = {name: _purl("pypi", name, one.version) for name, one in installed.items()}
    return [
        Package(
            "pypi",
            name,
            one.version,
            _licence(one),
            name in needed,
            tuple(sorted({purls[o] for o, _ in _required(name, needed.get(name, frozenset())) if o in purls})),
        )
        for name, one in installed.items()
    ]


def _closure(installed: Mapping[str, metadata.Distribution]) -> dict[str, frozenset[str]]:
    """Return what the service needs to run, however far beneath it: the extras that are used, by name."""
    found: dict[str, frozenset[str]] = {}
    waiting = list(_named(_project()["dependencies"], frozenset()))
    while waiting:
        name, extras = waiting.pop()
        known = found.get(name)
        if name not in installed or (known is not None and extras <= known):
            continue
        found[name] = extras | (known or frozenset())
        waiting += _required(name, found[name])
    return found


def _required(name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    return _named(metadata.requires(name) or (), extras)


def _named(lines: Iterable[str], extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the packages that requirements name, and with which extras; markers other than extras are not weighed."""
    for line in lines:
        extra = _EXTRA.search(line)
        found = _REQUIREMENT.match(line)
        if found is not None and (extra is None or extra[1] in extras):
            asked = frozenset(part.strip() for part in (found["extras"] or "").split(",") if part.strip())
            yield _plain(found["name"]), asked


def _project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def _plain(name: str) -> str:
    """Return a name as package addresses write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(one: metadata.Distribution) -> str:
    """Return what a package says of its licence: its expression, else a short name, else its classifiers."""
    said, named = ((one.metadata.get_all(field) or [""])[0] for field in ("License-Expression", "License"))
    classified = [
        each.rpartition(" :: ")[2] for each in one.metadata.get_all("Classifier") or () if _CLASSIFIER in each
    ]
    short = named.rpartition(":: ")[2] if len(named) < 60 and "\n" not in named else ""
    return said or short or "; ".join(classified) or UNKNOWN


# --- npm --------------------------------------------------------------------------------------------------------------


def _npm() -> list[Package]:
    rows = {path: row for path, row in json.loads(NPM_LOCK.read_text())["packages"].items() if path}
    purls = {path: _purl("npm", _npm_name(path), row["version"]) for path, row in rows.items()}
    return [
        Package(
            "npm",
            _npm_name(path),
            row["version"],
            row.get("license", UNKNOWN),
            not row.get("dev", False),
            tuple(sorted(purls[_npm_path(path, name, purls)] for name in row.get("dependencies", ()))),
            base64.b64decode(row["integrity"].removeprefix("sha512-")).hex(),
        )
        for path, row in rows.items()
    ]


def _npm_name(path: str) -> str:
    return path.rpartition("node_modules/")[2]


def _npm_path(path: str, name: str, known: Container[str]) -> str:
    """Return where the package stands that one means by a name: within its own folder, or beside it."""
    within = f"{path}/node_modules/{name}"
    return within if within in known else f"node_modules/{name}"
