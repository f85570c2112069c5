"""The extension objects, and the settings of the application at hand. `create_app()` joins them to an application."""

from typing import cast

from flask import current_app
from flask_login import LoginManager
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect

from showcase.config import Settings

db = SQLAlchemy()
login_manager = LoginManager()
csrf = CSRFProtect()


def settings() -> Settings:
    """Return the settings of the application that is running."""
    return cast(Settings, current_app.config["SETTINGS"])
