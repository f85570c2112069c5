"""The Tech Innovation Showcase. `create_app()` is the one place where the parts are joined; it holds no logic."""

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from showcase import access, headers, observing, pages, transactions, views
from showcase.config import Settings
from showcase.extensions import csrf, db

ROOT = Path(__file__).parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Return an application with these settings; those of the environment when none are given.

    Raises:
        BadSettings: the environment cannot be used.
    """
    settings = settings or Settings.from_environment()
    app = Flask("showcase", template_folder=str(ROOT / "templates"), instance_path=str(settings.instance_path))
    app.url_map.strict_slashes = False
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        # asked whether it still stands before it is used: the database may have been restarted meanwhile
        SQLALCHEMY_ENGINES={"default": {"url": settings.database_url, "pool_pre_ping": True}},
        SESSION_COOKIE_NAME=settings.cookie_name("showcase"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=25 * 1024 * 1024,  # a file above 10 MB is refused beside its field, the rest kept
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
    )
    if settings.proxy_count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_count, x_proto=settings.proxy_count)  # type: ignore[method-assign]
    db.init_app(app)
    observing.init_app(app)
    headers.init_app(app)  # what it adds must stand on the answers that the next one makes
    transactions.init_app(app)
    csrf.init_app(app)
    access.init_app(app)
    pages.init_app(app)
    views.register(app)
    return app
