"""What those who run the service can watch: an id for each request, a log line of JSON, figures for Prometheus.

Nothing here holds personal data: a line names the route's pattern and not the address, because addresses may hold
names, words that were searched for, or secrets.
"""

import hmac
import json
import logging
import os
import re
import time
import uuid

from flask import Flask, Response, abort, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

from showcase.access import public
from showcase.extensions import settings
from showcase.failures import traced
from showcase.models import utc_now
from showcase.services import reviews

GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
TEXT = "text/plain; version=0.0.4; charset=utf-8"
log = logging.getLogger("showcase.requests")


class Figures:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("showcase_requests", "Requests answered", labels, registry=self.registry)
        self.seconds = Histogram(
            "showcase_request_seconds",
            "Time to answer a request",
            ("route",),
            buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10),
            registry=self.registry,
        )


def init_app(app: Flask) -> None:
    """Join request ids, the log and the page of figures to an application."""
    figures = Figures()
    app.extensions["figures"] = figures
    app.before_request(_begin)
    app.after_request(lambda response: _end(response, figures))
    app.add_url_rule("/metrics", "metrics", public(lambda: _metrics(figures)))
    app.add_url_rule("/alive", "alive", public(lambda: {"status": "ok"}))


def set_up_log() -> None:
    """Write the log of requests, and warnings of every part, to standard error as lines of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    log.setLevel(logging.INFO)


class JsonLines(logging.Formatter):
    """Writes each record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": utc_now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = traced(record.exc_info[1]) if record.exc_info[1] else ""
        return json.dumps(line, ensure_ascii=False)


def _begin() -> None:
    g.began = time.perf_counter()
    given = request.headers.get("X-Request-ID", "") if settings().proxy_count else ""
    g.request_id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex


def _end(response: Response, figures: Figures) -> Response:
    route = str(request.url_rule or "none")
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    figures.requests.labels(request.method, route, response.status_code).inc()
    figures.seconds.labels(route).observe(seconds)
    request_id = g.get("request_id", "")
    response.headers["X-Request-ID"] = request_id
    fields = {
        "request_id": request_id,
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
    }
    log.info("request", extra={"fields": fields})
    return response


def _metrics(figures: Figures) -> ResponseReturnValue:
    """Give the figures to whoever has the token; to others the page does not exist."""
    token = settings().metrics_token
    given = request.headers.get("Authorization", "")
    if token is None or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        abort(404)
    registry = figures.registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # several web processes: each keeps its figures in that folder
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry) + generate_latest(_state()), content_type=TEXT)


def _state() -> CollectorRegistry:
    """Return what the database says of the work that waits."""
    state = reviews.machinery()
    registry = CollectorRegistry()
    seen = -1.0 if state.worker_seen_at is None else (utc_now() - state.worker_seen_at).total_seconds()
    for name, words, value in (
        ("showcase_texts_waiting", "Texts that wait to be embedded", state.texts_waiting),
        ("showcase_messages_waiting", "E-mails that wait to be sent", state.messages_waiting),
        ("showcase_messages_failed", "E-mails whose last try failed", state.messages_failed),
        ("showcase_worker_seconds", "Seconds since a worker was last seen; -1: never", seen),
    ):
        Gauge(name, words, registry=registry).set(value)
    return registry
