"""Pages of signing in with an organisation's own accounts, and of setting that up."""

import time
import uuid
from typing import Any

from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from joserfc.errors import JoseError
from requests import RequestException

from showcase.access import current_actor, public, requires
from showcase.errors import DomainError
from showcase.extensions import db
from showcase.forms.accounts import EmailForm
from showcase.forms.base import Form, errors_on
from showcase.forms.organisations import ProviderForm
from showcase.models import IdentityProvider, Organisation, utc_now
from showcase.policies import Permission
from showcase.services import identities, locked_secrets, messages, sessions
from showcase.views.signing_in import go_on, sign_in_as

bp = Blueprint("identities", __name__)
CLAIMS = "claims"
AGAIN = "again"
"""What the browser's cookie calls that somebody signed in already is to show once more who they are."""
SECONDS = 600
"""How long someone may take between the provider's word and going on."""


@bp.route("/sign-in/organisation", methods=["GET", "POST"])
@public
def find() -> ResponseReturnValue:
    """Ask for the address at work, which tells where to sign in."""
    form = EmailForm()
    providers: list[IdentityProvider] = []
    if form.validate_on_submit():
        providers = identities.serving(form.email.data)
        if not providers:
            form.refuse(DomainError("No organisation with this address has set this up. Use a password"), "email")
    return render_template("accounts/find_provider.html", form=form, providers=providers), form.status


@bp.get("/sign-in/organisation/<uuid:provider_id>")
@public
def go(provider_id: uuid.UUID) -> ResponseReturnValue:
    """Lead to an organisation's sign-in. A link and no form: the page's policy lets forms lead nowhere else."""
    provider = db.session.get(IdentityProvider, provider_id)
    if provider is None:
        return _start_again("This way to sign in is no longer there.")
    address = messages.link(url_for(".back", provider_id=provider.id))
    try:
        session[AGAIN] = "again" in request.args and current_user.is_authenticated
        wish = {"prompt": "login"} if session[AGAIN] else {}
        answer: ResponseReturnValue = _client(provider).authorize_redirect(address, **wish)
    except (AuthlibBaseError, RequestException, ValueError):
        return _start_again(f"The sign-in of {provider.organisation.name} does not answer. Try again later.")
    except DomainError as error:
        return _start_again(f"{error}.")
    return answer


@bp.get("/sign-in/organisation/<uuid:provider_id>/back")
@public
def back(provider_id: uuid.UUID) -> ResponseReturnValue:
    """Hear the provider's word, check it, and ask the person to go on; nothing is written yet."""
    provider = db.session.get(IdentityProvider, provider_id)
    if provider is None:
        return _start_again("This way to sign in is no longer there.")
    try:
        token = _client(provider).authorize_access_token()
        claims = token["userinfo"]
        subject = identities.who(provider, claims)
    except (AuthlibBaseError, JoseError, RequestException, KeyError, ValueError):
        return _start_again(f"{provider.organisation.name} did not let us know who you are. Try again.")
    except DomainError as error:
        return _start_again(f"{error}.")
    if session.pop(AGAIN, False) and current_user.is_authenticated:
        return _confirm(provider, subject)
    session[CLAIMS] = {
        "provider": provider.id.hex,
        "subject": subject,
        "email": str(claims.get("email") or claims.get("preferred_username") or ""),
        "name": str(claims.get("name") or ""),
        "until": int(time.time()) + SECONDS,
    }
    return redirect(url_for(".finish"))


def _confirm(provider: IdentityProvider, subject: str) -> ResponseReturnValue:
    """Note that the person at hand has shown once more who they are, if it is they."""
    if not identities.is_known_as(current_user.account, provider, subject):
        raise DomainError("You are signed in here as somebody else.")
    sessions.confirm(current_user.session, by=current_actor(), now=utc_now())
    return render_template("accounts/confirmed.html")


@bp.route("/sign-in/organisation/finish", methods=["GET", "POST"])
@public
def finish() -> ResponseReturnValue:
    """Sign in the person whom the provider named."""
    claims: dict[str, Any] = session.get(CLAIMS) or {}
    provider = db.session.get(IdentityProvider, uuid.UUID(claims["provider"])) if claims else None
    if provider is None or claims["until"] < time.time():
        return _start_again("It took too long. Sign in again.")
    form = Form()
    if form.validate_on_submit():
        with errors_on(form):
            membership = identities.come_in(
                provider, claims["subject"], email=claims["email"], name=claims["name"], now=utc_now()
            )
            session.pop(CLAIMS)
            if provider.has_second_step and len(membership.account.memberships) == 1:
                sign_in_as(membership)
                return redirect("/")
            return go_on(membership)  # what the provider asked for counts for its own organisation alone
    return render_template("accounts/finish_provider.html", form=form, claims=claims, provider=provider), form.status


@bp.route("/organisations/<uuid:organisation_id>/sign-in", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE, Organisation)
def set_up(organisation: Organisation) -> ResponseReturnValue:
    """Set how an organisation's people sign in with its own accounts."""
    provider = identities.find(organisation)
    form = ProviderForm(obj=provider, tenant_lines="\n".join(provider.tenants) if provider else "")
    if form.validate_on_submit():
        with errors_on(form, "issuer"):
            wanted = identities.Wanted(
                issuer=form.issuer.data,
                client_id=form.client_id.data,
                client_secret=form.secret.data or "",
                tenants=(form.tenant_lines.data or "").split(),
                has_second_step=bool(form.has_second_step.data),
                is_only_way=bool(form.is_only_way.data),
            )
            identities.set_up(organisation, wanted, by=current_actor(), now=utc_now())
            flash(f"People of {organisation.name} can sign in with its own accounts.", "success")
            return redirect(url_for("organisations.show", organisation_id=organisation.id))
    return (
        render_template(
            "organisations/provider.html",
            form=form,
            organisation=organisation,
            provider=provider,
            back_address=messages.link(url_for(".back", provider_id=provider.id)) if provider else None,
        ),
        form.status,
    )


@bp.post("/organisations/<uuid:organisation_id>/sign-in/remove")
@requires(Permission.ORGANISATION_MANAGE, Organisation)
def remove(organisation: Organisation) -> ResponseReturnValue:
    """Have an organisation's people sign in with passwords again."""
    provider = identities.find(organisation)
    if provider is not None:
        identities.remove(provider, by=current_actor())
        flash(f"People of {organisation.name} sign in with a password again.", "success")
    return redirect(url_for("organisations.show", organisation_id=organisation.id))


class _Session(OAuth2Session):  # type: ignore[misc]  # Authlib carries no types
    """Follows no redirect: a provider's addresses are those that it names itself."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.max_redirects = 0


class _App(FlaskOAuth2App):  # type: ignore[misc]
    client_cls = _Session


class _Registry(OAuth):  # type: ignore[misc]
    oauth2_client_cls = _App


def _client(provider: IdentityProvider):  # type: ignore[no-untyped-def]
    return _Registry(current_app).register(
        provider.id.hex,
        client_id=provider.client_id,
        client_secret=locked_secrets.unlock(provider.client_secret),
        server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "timeout": 10},
    )


def _start_again(words: str) -> ResponseReturnValue:
    session.pop(CLAIMS, None)
    flash(words, "info")
    return redirect(url_for("accounts.sign_in"))
