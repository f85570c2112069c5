"""The application, for a WSGI server: `gunicorn wsgi:app`."""

import os

from showcase import create_app, observing

if os.environ.get("LOG") == "json":
    observing.set_up_log()
app = create_app()
