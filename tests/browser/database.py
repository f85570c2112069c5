"""The database of a running demo, for what a test cannot do in the browser: give people, let time pass."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from showcase import create_app
from showcase.config import Settings
from showcase.extensions import db
from showcase.transactions import begin_writing
from tests.browser.conftest import Demo

Found = TypeVar("Found")


def in_database(demo: Demo, work: Callable[[], Found]) -> Found:
    """Do something in the demo's database and commit; in another thread, because Playwright holds this one's loop."""
    database = f"sqlite:///{demo.folder / 'showcase.sqlite'}"
    settings = Settings(demo.folder, database, "only-for-states" * 4, is_demo=True)

    def run() -> Found:
        with create_app(settings).test_request_context():
            begin_writing(db.session)  # the worker writes meanwhile: wait for it, do not collide with it
            found = work()
            db.session.commit()
            return found

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()
