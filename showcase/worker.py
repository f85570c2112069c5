"""The worker: looks for what is not yet done and does it. Safe to kill at any moment and to run many times over.

It also holds the language model of its machine and answers the web processes' embedding calls on loopback. While the
model is changed it holds the former one too, so that what is edited and asked meanwhile is understood as before.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask

from matching.embedder import Embedder, EmbedderUnavailable
from matching.model import BUNDLED, BUNDLED_NAME, ModelEmbedder
from matching.remote import EmbeddingServer, HttpEmbedder, serve_embeddings
from showcase.config import Settings
from showcase.extensions import db
from showcase.failures import traced
from showcase.models import utc_now
from showcase.services import (
    accounts,
    attendee_needs,
    encodings,
    fairness_reports,
    feedback_messages,
    heartbeats,
    index,
    invitations,
    mail,
    materials,
    meeting_plans,
    need_groups,
    outcomes,
    places,
    pledge_reminders,
    price_reminders,
    radar_bands,
    registration_messages,
    remainders,
    retention,
    sealing,
    showcase_reminders,
    snapshots,
    solve_runner,
    vectors,
)
from showcase.transactions import begin_writing

PAUSE_SECONDS = 0.5
"""How long it rests when there was nothing to do: an edit is picked up within this time."""
TIDY_EVERY_SECONDS = 600
TELL_EVERY_SECONDS = 10
"""How often the log says how far a change of the model is."""
SLOW_STEPS: tuple[Callable[..., object], ...] = (
    accounts.forget_expired,
    registration_messages.remind,
    attendee_needs.forget,
    meeting_plans.offer_due,
    pledge_reminders.remind,
    price_reminders.tell,
    snapshots.take_due,
    radar_bands.take_due,
    showcase_reminders.tell,
    materials.remind,
    feedback_messages.ask_due,
    outcomes.remind,
    retention.forget_due,
)
"""What is done that often, each in a transaction of its own: called with `now`, and harmless when done twice."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
log = logging.getLogger("showcase.worker")


class Models:
    """The language models of this machine by name, each loaded when it is first needed."""

    def __init__(self, chosen: Settings, load: Callable[[str], Embedder | None]) -> None:
        """Take the settings, and what loads a model of a name."""
        self.started_at = utc_now()
        self.told_at = 0.0
        """When the log last heard how far a change is, on the clock of `time.monotonic`."""
        self._chosen = chosen
        self._load = load
        self._known: dict[str, Embedder | None] = {}
        self._server: EmbeddingServer | None = None

    def of(self, encoding: str) -> Embedder | None:
        """Return what embeds for an encoding; None when it cannot be had here."""
        name = encodings.model_of(encoding)
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def keep_only(self, encoding: str) -> None:
        """Let go of every model but that of an encoding."""
        name = encodings.model_of(encoding)
        self._known = {known: embedder for known, embedder in self._known.items() if known == name}
        if self._server is not None:
            self._server.others.clear()

    def _find(self, name: str) -> Embedder | None:
        if self._chosen.embedder_url is None:
            return None
        address = urlsplit(self._chosen.embedder_url)
        if address.hostname not in LOOPBACK:
            return self._remote(self._chosen.embedder_url, name)
        embedder = self._load(name)
        if embedder is not None:
            port = 8100 if address.port is None else address.port
            self._serve(embedder, address.hostname or "127.0.0.1", port)
        return embedder

    def _remote(self, url: str, name: str) -> Embedder | None:
        embedder = HttpEmbedder(url, name=name, timeout=30)
        if name != self._chosen.model_name:  # a service of one model has no other, which only asking tells
            try:
                embedder.embed_queries(["ready"])
            except EmbedderUnavailable:
                return None
        return embedder

    def _serve(self, embedder: Embedder, host: str, port: int) -> None:
        if self._server is not None:
            self._server.others[embedder.name] = embedder
            return
        try:
            self._server = serve_embeddings(embedder, host, port)
        except OSError:
            log.warning("another worker on this machine serves embeddings at %s already", self._chosen.embedder_url)


def run_once(app: Flask, embedder: Embedder | None, models: Models | None = None) -> int:
    """Do everything that is due once, and a step of what takes long; return how many things were done.

    `embedder` is of the wanted encoding; `models` finds that of the encoding in use while that is another.
    """
    with app.app_context():
        _beat()
        done = _embed(embedder, models)
        done += _give_free_places() + _remind_invited()
        done += mail.send_due(now=utc_now())
        return done + sealing.seal_due(now=utc_now())


def forever(app: Flask, load: Callable[[str], Embedder | None] | None = None) -> None:
    """Work until told to stop by SIGTERM or SIGINT; `load` finds a language model by its name."""
    stop = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stop.set())
    models = Models(app.config["SETTINGS"], load or load_model)
    with app.app_context():
        embedder = models.of(encodings.wanted())
    solving = threading.Thread(target=_solve, args=(app, stop), daemon=True)
    solving.start()
    tidied_at = 0.0
    while not stop.is_set():
        try:
            done = run_once(app, embedder, models)
            if time.monotonic() - tidied_at > TIDY_EVERY_SECONDS:
                done += _tidy(app)
                tidied_at = time.monotonic()
        except Exception as error:  # a full disk or a database that is away must not end the worker: it tries again
            log.error("this round failed; trying again\n%s", traced(error))
            done = 0
            stop.wait(5)
        if not done:
            stop.wait(PAUSE_SECONDS)
    solving.join(timeout=5)


def _solve(app: Flask, stop: threading.Event) -> None:
    """Have queued problems solved and fairness measured, beside the worker's other duties, which must not wait."""
    while not stop.is_set():
        try:
            with app.app_context():
                done = solve_runner.run_due(now=utc_now(), should_stop=stop.is_set)
                done += fairness_reports.refresh(now=utc_now())
        except Exception as error:
            log.error("solving failed; trying again\n%s", traced(error))
            done = 0
            stop.wait(5)
        if not done:
            stop.wait(PAUSE_SECONDS)


def load_model(name: str) -> Embedder | None:
    """Return a language model, loaded and ready; None, with a warning in the log, when it cannot be."""
    embedder = ModelEmbedder(BUNDLED if name == BUNDLED_NAME else name)
    try:
        embedder.embed_queries(["ready"])  # loads the model now, so that the first person does not wait
    except EmbedderUnavailable as error:
        log.warning("no language model %s: matching goes by words alone (%s)", name, error)
        return None
    return embedder


def _tidy(app: Flask) -> int:
    with app.app_context():
        for step in SLOW_STEPS:
            db.session.rollback()
            begin_writing(db.session)
            step(now=utc_now())
            db.session.commit()
        return encodings.forget_former(now=utc_now()) + encodings.forget_versions()


def _give_free_places() -> int:
    """Let people move up from waiting lists where places were added."""
    db.session.rollback()
    if not places.is_fill_due(now=utc_now()):  # an idle worker must not keep taking SQLite's write lock
        return 0
    db.session.rollback()
    begin_writing(db.session)
    done = places.fill_due(now=utc_now())
    db.session.commit()
    return done


def _remind_invited() -> int:
    """Remind those invited to a showcase who have not answered."""
    db.session.rollback()
    if not invitations.is_reminder_due(now=utc_now()):
        return 0
    db.session.rollback()
    begin_writing(db.session)
    done = invitations.remind_due(now=utc_now())
    db.session.commit()
    return done


def _beat() -> None:
    heartbeats.beat(heartbeats.WORKER, now=utc_now())


def _embed(embedder: Embedder | None, models: Models | None) -> int:
    in_use = encodings.in_use()
    is_changing = in_use != encodings.wanted()
    current = (models.of(in_use) if models else None) if is_changing else embedder
    done = 0
    try:
        done += vectors.refresh_changed(current, model=in_use, told=lambda _: _beat())
        if is_changing and embedder is not None:
            done += _change(embedder, models)
        elif embedder is not None and not done:
            done += remainders.refresh(embedder, model=in_use)
    except EmbedderUnavailable as error:
        log.warning("the embedder does not answer: %s", error)
        return 0
    in_use = encodings.in_use()
    done += index.recalibrate(model=in_use)
    return done + need_groups.refresh(model=in_use)


def _change(embedder: Embedder, models: Models | None) -> int:
    """Go a step towards the wanted encoding; not after a worker with newer settings has changed it."""
    if models is None:
        return vectors.advance(embedder, now=utc_now())
    if not encodings.may_change(started_at=models.started_at):
        return 0
    done = vectors.advance(embedder, now=utc_now())
    change = encodings.change()
    if change is None:
        log.info("from now on texts are ranked by %s", encodings.in_use())
        models.keep_only(encodings.in_use())
    elif time.monotonic() - models.told_at > TELL_EVERY_SECONDS:
        log.info("changing to %s: %d of %d texts are encoded", change.to, change.done, change.total)
        models.told_at = time.monotonic()
    return done
