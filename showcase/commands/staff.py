"""The command that lets the first LGA staff in: everyone else is invited on the page of their organisation."""

import click


@click.command()
@click.argument("email")
def invite_staff(email: str) -> None:
    """Invite EMAIL to act for the LGA, as an administrator. Exits with 1 when they do so already."""
    from showcase import create_app
    from showcase.errors import DomainError
    from showcase.extensions import db, settings
    from showcase.models import utc_now
    from showcase.models.enums import OrganisationKind
    from showcase.policies import Actor
    from showcase.services import members, organisations
    from showcase.transactions import begin_writing

    by = Actor(name="Command line", organisation_kind=OrganisationKind.HOST)
    with create_app().app_context():
        begin_writing(db.session)
        host = organisations.host(now=utc_now())
        try:
            ticket = members.invite(host, email, is_administrator=True, by=by, now=utc_now())
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        db.session.commit()
        folder = settings().instance_path / "mail"
        kept = "" if settings().smtp_url else f" It keeps it, for want of a mail server, in {folder}."
    if ticket is None:
        click.echo(f"{email} is invited already; the link in that e-mail works for 14 days.")
    else:
        click.echo(f"The worker sends {email} a link that works for 14 days.{kept}")
