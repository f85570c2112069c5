"""Processes that write and read texts at the same time, and a judge of what readers saw: no part of the index is asked.

A writer adds, rewrites, shortens, takes down and brings back its own texts, as people do, with a worker beside it. A
reader looks at its process's index again and again. Each notes what it did or saw, with the time of the machine's one
clock. `judge` then goes through the notes by itself: every version of a text has a word of its own in each of its
sentences, so that what a reader holds says which version it is of and whether all of it is there.

Run as `python -m tests.integration.index_checker writer|reader DATABASE_URL FOLDER NUMBER CHANGES`. Each says that it
is ready with a file `writer-0.ready` and so on, begins when there is a file `go`, and notes in `writer-0`. Writers stop
after their changes, readers when there is a file `done`.
"""

import json
import random
import re
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa
from flask import Flask

from matching.embedder import HashEmbedder
from showcase import create_app, worker
from showcase.access import actor_for
from showcase.config import Settings
from showcase.extensions import db
from showcase.models import Account, Membership, Solution, utc_now
from showcase.services import encodings, index, publications
from showcase.transactions import begin_writing

WRITERS = READERS = 3
TEXTS = 6
"""Texts of each writer."""
LONGEST_REST = 0.15
"""Seconds between two changes of a writer, at most."""
LOOK_EVERY = 0.05
AFTERWARDS = 2.0
"""Seconds that all go on after the last change."""
MARK = re.compile(r"w\d+t\d+v\d+")
WORDS = ("damp", "mould", "homes", "winter", "sensors", "repairs", "visits", "bins", "rounds", "letters", "drains")

Note = dict[str, Any]


# --- the processes ----------------------------------------------------------------------------------------------------


def write(app: Flask, number: int, changes: int, notes: TextIO, wait: Callable[[], None]) -> None:
    """Change texts so many times, with a worker in another thread."""
    worker.run_once(app, HashEmbedder())
    wait()
    stop = threading.Event()
    faults: list[Exception] = []
    beside = threading.Thread(target=_work, args=(app, stop, faults))
    beside.start()
    try:
        _change_texts(app, number, changes, notes)
        time.sleep(AFTERWARDS)
    finally:
        stop.set()
        beside.join()
    if faults:
        raise faults[0]


def _change_texts(app: Flask, number: int, changes: int, notes: TextIO) -> None:
    chance = random.Random(number)
    texts: dict[int, tuple[Any, int]] = {}
    for _ in range(changes):
        place = chance.randrange(TEXTS)
        with app.app_context():
            begin_writing(db.session)
            id, version = texts.get(place, (None, 0))
            made, sentences = _change(number, place, id, version + 1, chance)
            texts[place] = (made, version + 1)
            db.session.commit()
            note(notes, text=str(made), version=version + 1, sentences=sentences)
        time.sleep(chance.random() * LONGEST_REST)


def _work(app: Flask, stop: threading.Event, faults: list[Exception]) -> None:
    embedder = HashEmbedder()
    try:
        while not stop.is_set():
            if not worker.run_once(app, embedder):
                stop.wait(worker.PAUSE_SECONDS)
    except Exception as fault:  # a worker would try again: here nothing is to go wrong in the first place
        faults.append(fault)


def _change(number: int, place: int, id: Any, version: int, chance: random.Random) -> tuple[Any, int]:
    """Make a text or change it in one of the ways people do; return its id and how many sentences are public now."""
    owner, staff = (actor_for(_member(name)) for name in (f"Writer {number}", "Sam Staff"))
    now = utc_now()
    text = db.session.get(Solution, id) if id else None
    if text is not None and text.state == "published" and chance.random() < 0.25:
        publications.take_step(text, "archive", by=owner, now=now)
        return text.id, 0
    sentences = chance.choice((1, 2, 7, 13))
    said = _prose(f"w{number}t{place}v{version}", sentences, chance)
    answers = {name: " ".join(said[start:end]) for name, start, end in PARTS}
    if text is None:
        text = publications.create(
            Solution, _member(f"Writer {number}").organisation, {**BASE, **answers}, by=owner, now=now
        )
    else:
        if text.state == "archived":
            publications.take_step(text, "restore", by=owner, now=now)
        publications.save(text, answers, revision=text.revision, by=owner, now=now)
    publications.take_step(text, "submit", by=owner, now=now)
    publications.take_step(text, "publish", by=staff, now=now)
    return text.id, sentences


PARTS = (("summary", 0, 1), ("problem", 1, 7), ("how", 7, 13))
"""Answers, and which sentences each holds: as many as it has room for."""
BASE = {
    "name": "Product",
    "service_areas": ["housing-repairs"],
    "contact_name": "Fay Founder",
    "contact_email": "fay@plain-answers.example",
}


def _prose(mark: str, sentences: int, chance: random.Random) -> list[str]:
    things = (" and the ".join(chance.sample(WORDS, 7)) for _ in range(sentences))
    return [f"It is {mark} that looks after the {one} of r{chance.randrange(10**9)} road." for one in things]


def _member(name: str) -> Membership:
    return db.session.scalars(sa.select(Membership).join(Account).where(Account.name == name)).one()


def read(app: Flask, is_done: Callable[[], bool], notes: TextIO, wait: Callable[[], None]) -> None:
    """Look at this process's index until it is done; note what is other than before, and all of it at the end."""
    with app.app_context():
        assert list(_held()) == []
    wait()
    held: dict[str, Note] = {}
    while not is_done():
        with app.app_context():
            now = {id: seen for id, seen, _ in _held()}
        for id in held.keys() | now.keys():
            if held.get(id) != now.get(id):
                note(notes, text=id, **(now.get(id) or {"marks": {}, "rows": 0}))
        held = now
        time.sleep(LOOK_EVERY)
    with app.app_context():
        for id, _, vectors in _held():
            note(notes, last=id, vectors=vectors)


def _held() -> Iterator[tuple[str, Note, list[list[float]]]]:
    collection = index.live("solution", encodings.in_use()).collection
    for id in collection:
        encoded = collection.get(id)
        marks = {term: count for term, count in encoded.terms.items() if MARK.fullmatch(term)}
        yield id, {"marks": marks, "rows": len(encoded.vectors)}, encoded.vectors.tolist()


def note(notes: TextIO, **told: Any) -> None:
    notes.write(json.dumps({"at": time.monotonic(), **told}) + "\n")
    notes.flush()


# --- the judge --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What the notes say."""

    changes: int
    torn: int
    """Times a reader held a text of which a part was missing or left over from another version."""
    backwards: int
    """Times a reader went back to a version older than one it had held."""
    missed: int
    """Changes that a reader never showed, nor a later one of that text."""
    late: Sequence[float]
    """Seconds from each commit until a reader showed it or a later one, for all readers, rising."""


def judge(written: Sequence[Note], seen_by: Sequence[Sequence[Note]]) -> Verdict:
    """Set what each reader saw against what was written."""
    versions: dict[str, list[Note]] = defaultdict(list)
    for one in sorted(written, key=lambda one: int(one["version"])):
        versions[one["text"]].append(one)
    tally: Counter[str] = Counter()
    late: list[float] = []
    for notes in seen_by:
        seen: dict[str, list[Note]] = defaultdict(list)
        for one in notes:
            if "text" in one:
                seen[one["text"]].append(one)
        for text, changes in versions.items():
            shown = _shown(seen[text], changes, tally)
            for change in changes:
                times = [at for at, version in shown if version >= change["version"]]
                if times:
                    late.append(max(0.0, min(times) - change["at"]))
                else:
                    tally["missed"] += 1
    return Verdict(len(written), tally["torn"], tally["backwards"], tally["missed"], sorted(late))


def _shown(seen: Sequence[Note], changes: Sequence[Note], tally: Counter[str]) -> list[tuple[float, int]]:
    """Return (time, version) of what a reader held of a text one after the other."""
    sentences = {int(change["version"]): int(change["sentences"]) for change in changes}
    taken_down = [version for version, count in sentences.items() if not count]
    if not seen and not changes[-1]["sentences"]:  # held before it was added, and now: nothing
        return [(float(changes[-1]["at"]), int(changes[-1]["version"]))]
    shown: list[tuple[float, int]] = []
    named = [max((int(mark.rpartition("v")[2]) for mark in one["marks"]), default=0) for one in seen]
    for place, (one, version) in enumerate(zip(seen, named, strict=True)):
        newest = shown[-1][1] if shown else 0
        if version:
            marks: Mapping[str, int] = one["marks"]
            tally["torn"] += len(marks) > 1 or sum(marks.values()) != sentences.get(version)
        else:  # it is gone: taken down before what was shown next
            following = next(filter(None, named[place + 1 :]), max(sentences) + 1)
            version = max((taken for taken in taken_down if newest < taken < following), default=0)
        tally["backwards"] += version <= newest
        shown.append((float(one["at"]), version))
    return shown


def main() -> None:
    """Be one of the processes."""
    role, url, place, number, changes = sys.argv[1:]
    folder = Path(place)
    app = create_app(Settings(folder, url, "only-for-tests-" + "0" * 32, embedder_url=None))

    def wait() -> None:
        (folder / f"{role}-{number}.ready").touch()
        while not (folder / "go").exists():
            time.sleep(0.01)

    with (folder / f"{role}-{number}").open("w") as notes:
        if role == "writer":
            write(app, int(number), int(changes), notes, wait)
        else:
            read(app, (folder / "done").exists, notes, wait)


if __name__ == "__main__":
    main()
