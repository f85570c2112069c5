"""The application, for a WSGI server: `gunicorn wsgi:app`."""

import os
import sys
import threading

from showcase import create_app, observing
from showcase.services import index

if os.environ.get("LOG") == "json":
    observing.set_up_log()
# A thread that waits for the interpreter waits a fifth as long: pages of many short queries pass one long ranking
sys.setswitchinterval(0.001)
app = create_app()


def _load_ahead() -> None:
    with app.app_context():
        index.load_ahead()


threading.Thread(target=_load_ahead, name="index", daemon=True).start()
