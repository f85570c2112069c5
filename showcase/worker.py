"""The worker: looks for what is not yet done and does it. Safe to kill at any moment and to run many times over.

It also holds the one language model of its machine and answers the web processes' embedding calls on loopback.
"""

import logging
import signal
import threading
import time
from urllib.parse import urlsplit

from flask import Flask

from matching.embedder import Embedder, EmbedderUnavailable
from matching.model import BUNDLED, BUNDLED_NAME, ModelEmbedder
from matching.remote import HttpEmbedder, serve_embeddings
from showcase.config import Settings
from showcase.extensions import db, settings
from showcase.models import utc_now
from showcase.services import accounts, heartbeats, index, mail, need_groups, vectors

PAUSE_SECONDS = 0.5
"""How long it rests when there was nothing to do: an edit is picked up within this time."""
TIDY_EVERY_SECONDS = 600
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
log = logging.getLogger("showcase.worker")


def run_once(app: Flask, embedder: Embedder | None) -> int:
    """Do everything that is due once; return how many things were done."""
    with app.app_context():
        _beat()
        done = _embed(embedder)
        done += mail.send_due(now=utc_now())
        return done


def forever(app: Flask) -> None:
    """Work until told to stop by SIGTERM or SIGINT."""
    stop = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stop.set())
    embedder = find_embedder(app.config["SETTINGS"])
    tidied_at = 0.0
    while not stop.is_set():
        try:
            done = run_once(app, embedder)
            if time.monotonic() - tidied_at > TIDY_EVERY_SECONDS:
                with app.app_context():
                    accounts.forget_expired(now=utc_now())
                    db.session.commit()
                tidied_at = time.monotonic()
        except Exception:  # a full disk or a database that is away must not end the worker: it tries again
            log.exception("this round failed; trying again")
            done = 0
            stop.wait(5)
        if not done:
            stop.wait(PAUSE_SECONDS)


def find_embedder(chosen: Settings) -> Embedder | None:
    """Return the machine's embedder: the model itself, served on loopback for the others, or the one that is served.

    None when there is no model: matching then goes by words alone until the worker is started again with one.
    """
    if chosen.embedder_url is None:
        return None
    address = urlsplit(chosen.embedder_url)
    if address.hostname not in LOOPBACK:
        return HttpEmbedder(chosen.embedder_url, name=chosen.model_name, timeout=30)
    embedder = load_model(chosen)
    if embedder is None:
        return None
    try:
        serve_embeddings(embedder, address.hostname or "127.0.0.1", address.port or 8100)
    except OSError:
        log.warning("another worker on this machine serves embeddings at %s already", chosen.embedder_url)
    return embedder


def load_model(chosen: Settings) -> Embedder | None:
    """Return the language model, loaded and ready; None, with a warning in the log, when it cannot be."""
    embedder = ModelEmbedder(BUNDLED if chosen.model_name == BUNDLED_NAME else chosen.model_name)
    try:
        embedder.embed_queries(["ready"])  # loads the model now, so that the first person does not wait
    except EmbedderUnavailable as error:
        log.warning("no language model: matching goes by words alone (%s)", error)
        return None
    return embedder


def _beat() -> None:
    heartbeats.beat(heartbeats.WORKER, now=utc_now())


def _embed(embedder: Embedder | None) -> int:
    model = settings().model_name
    try:
        done = vectors.refresh(embedder, model=model, told=lambda _: _beat())
    except EmbedderUnavailable as error:
        log.warning("the embedder does not answer: %s", error)
        return 0
    done += index.recalibrate(model=model)
    return done + need_groups.refresh(model=model)
