"""Bundles: an engagement record as one ZIP for the tender file, and the check that nothing in one was changed.

A bundle holds its files as they are, uncompressed, and a manifest with the SHA-256 of each. It is written so that the
same content always gives the same bytes: the check makes it again and compares, so no byte can differ unnoticed. The
manifest's own hash stands in the record, where the platform keeps it. Making and checking touch no database.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from showcase.services import record_chain

FORMAT = "engagement-record-bundle/1"
MANIFEST = "manifest.json"
RECORD = "record.json"


@dataclass(frozen=True)
class Verdict:
    """What a check of a bundle found."""

    faults: list[str]
    manifest_hash: str = ""
    """To be compared with the record's own entry about the bundle."""
    entries: int = 0
    last_hash: str = ""


def as_json(value: Any) -> bytes:
    """Return a value as JSON that people can read, always the same for the same value."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def make(files: Mapping[str, bytes], *, challenge: str, now: datetime) -> bytes:
    """Return the bundle of these files, of which `RECORD` is one; `challenge` is the title that the manifest says."""
    entries = json.loads(files[RECORD])["entries"]
    manifest = {
        "format": FORMAT,
        "challenge": challenge,
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "entries": len(entries),
        "last_hash": entries[-1]["hash"] if entries else record_chain.START,
        "files": {name: {"bytes": len(data), "sha256": _hash(data)} for name, data in sorted(files.items())},
    }
    return _zipped({**files, MANIFEST: as_json(manifest)})


def manifest_hash_of(bundle: bytes) -> str:
    """Return the SHA-256 of a bundle's manifest."""
    with ZipFile(BytesIO(bundle)) as archive:
        return _hash(archive.read(MANIFEST))


def check(bundle: bytes) -> Verdict:
    """Say what is wrong with a bundle, naming each file; no faults when it is as it was made."""
    try:
        with ZipFile(BytesIO(bundle)) as archive:
            faults, files = _read(archive)
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        return Verdict([f"this is no bundle that can be read: {error}"])
    if MANIFEST not in files:
        return Verdict([*faults, f"{MANIFEST} is missing"])
    try:
        manifest = json.loads(files[MANIFEST])
        expected: dict[str, Any] = dict(manifest["files"])
        is_known = manifest["format"] == FORMAT
    except (ValueError, KeyError, TypeError):
        return Verdict([*faults, f"{MANIFEST} was changed: it cannot be read"])
    if not is_known:
        return Verdict([*faults, f"{MANIFEST} is of a form that this version does not know"])
    broken = {fault.split(" ")[0] for fault in faults}
    for name, said in expected.items():
        if name not in files:
            faults += [] if name in broken else [f"{name} is missing"]
        elif not isinstance(said, dict) or _hash(files[name]) != said.get("sha256"):
            faults.append(f"{name} was changed")
    faults += [f"{name} was added" for name in files if name not in expected and name != MANIFEST]
    faults += _faults_of_record(files.get(RECORD), manifest)
    if not faults and _zipped(files) != bundle:
        faults.append("the ZIP file itself was changed, outside the files in it")
    return Verdict(faults, _hash(files[MANIFEST]), int(manifest.get("entries", 0)), str(manifest.get("last_hash", "")))


def _read(archive: ZipFile) -> tuple[list[str], dict[str, bytes]]:
    """Return what cannot be read, and the content of what can."""
    faults: list[str] = []
    files: dict[str, bytes] = {}
    for info in archive.infolist():
        if info.filename in files:
            faults.append(f"{info.filename} is in it twice")
        elif info.file_size > 200 * 1024 * 1024 or info.compress_type != ZIP_STORED:
            faults.append(f"{info.filename} was changed: it is not stored as bundles store it")
        else:
            try:
                files[info.filename] = archive.read(info)
            except (BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError):
                faults.append(f"{info.filename} was changed")
    return faults, files


def _faults_of_record(data: bytes | None, manifest: Mapping[str, Any]) -> list[str]:
    if data is None:
        return []
    try:
        entries = json.loads(data)["entries"]
        hashes = [entry["hash"] for entry in entries]
        plains = [{name: value for name, value in entry.items() if name != "hash"} for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [f"{RECORD} cannot be read"]
    faults = [f"{RECORD}: {fault}" for fault in record_chain.faults_of(plains, hashes)]
    if len(hashes) != manifest.get("entries") or (hashes and hashes[-1] != manifest.get("last_hash")):
        faults.append(f"{RECORD} does not end where {MANIFEST} says")
    return faults


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of files in the order of their names, with no times, no compression and nothing of this machine."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for name in sorted(files):
            assert not PurePosixPath(name).is_absolute()
            info = ZipInfo(name)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, files[name])
    return made.getvalue()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
