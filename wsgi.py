"""The application, for a WSGI server: `gunicorn wsgi:app`."""

from showcase import create_app

app = create_app()
