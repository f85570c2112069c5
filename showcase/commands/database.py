"""Commands over the database: bring it to the newest shape, load the seeds."""

import click


def upgrade_database() -> None:
    """Make the database, or bring it to the newest shape."""
    from showcase import create_app
    from showcase.extensions import db
    from showcase.services import database

    with create_app().app_context():
        database.upgrade(db.engine)
        database.note_sizes(db.engine)


def load_seeds() -> None:
    """Load the seeds; what is there already stays as it is."""
    import seeds
    from showcase import create_app, extensions
    from showcase.models import utc_now
    from showcase.transactions import begin_writing

    with create_app().app_context():
        begin_writing(extensions.db.session)
        loaded = seeds.load(now=utc_now())
        extensions.db.session.commit()
    click.echo(f"Seeds: {loaded}.")


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Make the database, or bring it to the newest shape."""
    upgrade_database()
    click.echo("The database has the newest shape.")


@click.command()
def seed() -> None:
    """Load councils, demo firms, challenges and solutions; loading twice changes nothing."""
    upgrade_database()
    load_seeds()
