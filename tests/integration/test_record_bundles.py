"""The bundle of an engagement record: whole, the same for the same content, and no change to it goes unnoticed."""

import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from showcase.access import actor_for
from showcase.commands import main
from showcase.models import Challenge, utc_now
from showcase.services import (
    bundles,
    questions,
    record_chain,
)
from tests.integration.conftest import CheckedClient, People
from tests.integration.engagement_story import ASKED, asked, entries_of, open_challenge, put_forward


@pytest.fixture
def challenge(people: People) -> Challenge:
    return open_challenge(people)


@pytest.fixture
def bundle(client: CheckedClient, people: People, challenge: Challenge) -> bytes:
    put_forward(people, challenge)
    question = asked(challenge, people.other_founder)
    questions.answer(question, "Yes.", by=actor_for(people.officer), now=utc_now())
    client.sign_in(people.officer)
    answer = client.post(f"/challenges/{challenge.id}/record/bundle")
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    return answer.data


def test_a_bundle_holds_the_record_and_is_noted_in_it(
    people: People, challenge: Challenge, bundle: bytes, tmp_path: Path
) -> None:
    verdict = bundles.check(bundle)
    assert verdict.faults == []
    assert verdict.manifest_hash in entries_of(challenge)[-1].words
    with ZipFile(BytesIO(bundle)) as archive:
        assert archive.namelist() == [
            "manifest.json",
            "questions.json",
            "record.json",
            "record.pdf",
            "uk2-draft.json",
        ]
        plain = json.loads(archive.read("record.json"))
        pdf = PdfReader(BytesIO(archive.read("record.pdf")))
        text = "\n".join(page.extract_text() for page in pdf.pages)
        everything = b"".join(archive.read(name) for name in archive.namelist() if name != "record.pdf").decode()
    assert len(plain["entries"]) == verdict.entries == 4
    assert plain["people"][str(people.officer.account_id)] == "Olive Officer"
    assert "Dry Rooms" in text
    assert ASKED in everything
    for trace in ("Quiet Roads", "Finn", str(people.other_founder.organisation_id)):
        assert trace not in everything + text + str(pdf.metadata)
    file = tmp_path / "bundle.zip"
    file.write_bytes(bundle)
    said = CliRunner().invoke(main, ["record", "verify", str(file)])
    assert (said.exit_code, said.output.startswith("Nothing was changed. 4 entries")) == (0, True)


def test_the_same_content_gives_the_same_bundle(bundle: bytes) -> None:
    with ZipFile(BytesIO(bundle)) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != bundles.MANIFEST}
        manifest = json.loads(archive.read(bundles.MANIFEST))
    made_at = datetime.fromisoformat(manifest["made_at"])
    assert bundles.make(files, challenge=manifest["challenge"], now=made_at) == bundle


def test_a_changed_byte_is_named(bundle: bytes, tmp_path: Path) -> None:
    with ZipFile(BytesIO(bundle)) as archive:
        places = {info.filename: info.header_offset + 30 + len(info.filename) for info in archive.infolist()}
    for name, start in places.items():
        changed = bytearray(bundle)
        changed[start + 5] ^= 1
        faults = bundles.check(bytes(changed)).faults
        assert any(fault.startswith(name) for fault in faults), (name, faults)
    file = tmp_path / "bundle.zip"
    file.write_bytes(bytes(changed))
    said = CliRunner().invoke(main, ["record", "verify", str(file), "--json"])
    assert said.exit_code == 1
    assert json.loads(said.output)["is_unchanged"] is False


def test_no_byte_anywhere_changes_unnoticed(bundle: bytes) -> None:
    step = max(1, len(bundle) // 400)
    for place in range(0, len(bundle), step):
        changed = bytearray(bundle)
        changed[place] ^= 0x20
        assert bundles.check(bytes(changed)).faults, place
    assert bundles.check(bundle[:-1]).faults
    assert bundles.check(bundle + b"0").faults


def test_files_rewritten_with_their_manifest_are_told_by_the_record(bundle: bytes) -> None:
    """Whoever rewrites an entry and every hash after it makes a bundle whose manifest the record does not know."""
    before = bundles.check(bundle)
    with ZipFile(BytesIO(bundle)) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != bundles.MANIFEST}
    plain = json.loads(files[bundles.RECORD])
    plain["entries"][1]["words"] = "Nothing."
    half = bundles.make({**files, bundles.RECORD: bundles.as_json(plain)}, challenge="Damp", now=utc_now())
    assert any("entry 2 was changed" in fault for fault in bundles.check(half).faults)
    previous = record_chain.START
    for entry in plain["entries"]:
        entry.pop("hash")
        entry["previous_hash"] = previous
        previous = entry["hash"] = record_chain.hash_of(entry)
    whole = bundles.check(
        bundles.make({**files, bundles.RECORD: bundles.as_json(plain)}, challenge="Damp", now=utc_now())
    )
    assert whole.faults == []
    assert whole.manifest_hash != before.manifest_hash
    assert whole.last_hash != before.last_hash


def test_what_is_no_bundle_is_said_so(tmp_path: Path) -> None:
    assert "no bundle" in bundles.check(b"not a zip").faults[0]
    empty = BytesIO()
    with ZipFile(empty, "w"):
        pass
    assert bundles.check(empty.getvalue()).faults == ["manifest.json is missing"]
    said = CliRunner().invoke(main, ["record", "verify", str(tmp_path / "none.zip")])
    assert said.exit_code == 2
