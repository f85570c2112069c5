"""The demo data: everything in it says that it is illustrative, and loading it twice changes nothing."""

import sqlalchemy as sa
from flask import Flask

import seeds
from showcase.extensions import db
from showcase.models import Message, Publication, utc_now


def test_loading_twice_changes_nothing_and_every_text_is_marked(own_app: Flask) -> None:
    with own_app.app_context():
        seeds.load(now=utc_now())
        db.session.commit()
        texts = db.session.scalars(sa.select(Publication)).all()
        keys = {text.key for text in texts}
        assert len(keys) == len(texts) > 100
        assert None not in keys
        assert all(text.is_illustrative for text in texts)
        again = seeds.load(now=utc_now())
        db.session.commit()
        assert (again.councils, again.suppliers, again.challenges, again.solutions, again.people) == (0, 0, 0, 0, 0)
        assert len(db.session.scalars(sa.select(Publication.id)).all()) == len(texts)
        assert db.session.scalars(sa.select(Message)).all() == []
