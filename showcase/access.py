"""The guard of every route: who is asking, load the thing (404), ask the policy (403), hand it over.

A thing that the asker may not see answers exactly like a thing that does not exist. Someone who is not signed in is
asked to sign in, whether or not the thing exists.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user
from sqlalchemy.orm import Session, joinedload

from showcase.errors import NoLongerPublished, NotAllowed, NotFound
from showcase.extensions import db, login_manager, settings
from showcase.models import Account, Base, Challenge, Membership, Organisation, SignInSession, Version, utc_now
from showcase.policies import PUBLIC, Actor, Permission, can, visible_to
from showcase.transactions import afterwards

View = Callable[..., ResponseReturnValue]
SEEN_EVERY = timedelta(minutes=5)
"""How exactly `last_seen_at` is kept: writing it at every request would make each read a write."""


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login carries no types
    """What Flask-Login holds for a request: the session row, its account and the actor that the services are told."""

    def __init__(self, session: SignInSession, token: str) -> None:
        self.session = session
        self.account: Account = session.membership.account
        self.organisation: Organisation = session.membership.organisation
        self.token = token
        self.actor = actor_for(session.membership)

    def get_id(self) -> str:
        """Return the token that the browser's cookie carries."""
        return self.token


def init_app(app: Flask) -> None:
    """Join sign-in to an application."""
    login_manager.init_app(app)
    login_manager.session_protection = None
    login_manager.user_loader(_load)


def actor_for(membership: Membership) -> Actor:
    """Return the actor that a member of an organisation is."""
    organisation = membership.organisation
    return Actor(
        account_id=membership.account_id,
        name=membership.account.name,
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        is_organisation_active=organisation.is_active,
        is_administrator=membership.is_administrator,
        is_procurement_lead=membership.is_procurement_lead,
    )


def current_actor() -> Actor:
    """Return who makes this request."""
    return current_user.actor if current_user.is_authenticated else PUBLIC


def hash_token(token: str) -> str:
    """Return what the database keeps of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


def public(view: View) -> View:
    """Mark a route that anyone may use."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def requires(permission: Permission, model: type[Base] | None = None) -> Callable[[View], View]:
    """Guard a route by a permission, over the object named in the address when `model` is given.

    The address must then have a part `<uuid:…_id>` named after the model, and the view receives the object under the
    model's name: `/challenges/<uuid:challenge_id>` gives `challenge`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> ResponseReturnValue:
            actor = current_actor()
            subject = None
            if model is not None:
                name = model.__name__.lower()
                subject_id = values.pop(f"{name}_id")
                subject = load(model, subject_id, actor)
                values[name] = subject
                if subject is None and permission is Permission.PUBLICATION_SEE and _was_public(subject_id):
                    raise NoLongerPublished
            if (model is not None and subject is None) or not can(actor, permission, subject):
                if not actor.is_signed_in:
                    return ask_to_sign_in()
                if subject is None and model is not None:
                    raise NotFound
                raise NotAllowed(_why_not(actor, permission, subject), permission=permission)
            return view(**values)

        guarded.guard = permission  # type: ignore[attr-defined]
        guarded.guard_model = model  # type: ignore[attr-defined]
        return guarded

    return decorate


def load(model: type[Base], id: uuid.UUID, actor: Actor) -> Any:
    """Return the object of that id if the actor may see it, else None.

    One query whether it is hidden or does not exist, so that the time of the answer does not tell the two apart.
    """
    query = sa.select(model).where(model.id == id, visible_to(actor, model))
    return db.session.scalar(query.options(*model.loaded_with()))


def _was_public(id: uuid.UUID) -> bool:
    """Tell whether it is a challenge that anyone could once read: to say that it is gone tells nothing new."""
    query = sa.select(Version.id).join(Challenge, Challenge.id == Version.publication_id)
    found = db.session.scalar(query.where(Challenge.id == id, Version.published_at.is_not(None)).limit(1))
    return found is not None


def _why_not(actor: Actor, permission: Permission, subject: object) -> str:
    """Say that it is the organisation's standing which stops a person, where it is that."""
    if not actor.is_signed_in or not can(replace(actor, is_organisation_active=True), permission, subject):
        return NotAllowed.WORDS
    organisation = current_user.organisation
    if organisation.approved_at is not None:
        return f"{organisation.name} is suspended at present. The e-mail about it says why."
    if organisation.suspended_at is not None:
        return f"LGA staff have not approved {organisation.name}. The e-mail about it says why."
    return f"{organisation.name} still waits for approval by LGA staff. You can do this once it is approved."


def ask_to_sign_in() -> ResponseReturnValue:
    """Lead to sign-in and from there back to the page at hand; a script is only told."""
    if request.accept_mimetypes.best == "application/json":
        return {"message": "You are signed out."}, 401
    flash(
        "Sign in to go on." if request.method == "POST" else "Sign in to see this page, if it is yours.",
        "info",
    )
    adapter = current_app.create_url_adapter(request)
    is_page = adapter is not None and "GET" in adapter.allowed_methods(request.path)
    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?") if is_page else None))


def _load(token: str) -> SignedIn | None:
    if g.get("is_bare"):
        return None
    row = db.session.scalar(
        sa.select(SignInSession)
        .where(SignInSession.token_hash == hash_token(token), SignInSession.expires_at > utc_now())
        .options(
            joinedload(SignInSession.membership).joinedload(Membership.account),
            joinedload(SignInSession.membership).joinedload(Membership.organisation),
        )
    )
    if row is None or row.membership.account.deactivated_at or _is_refused(row.membership.account):
        return None
    if row.is_over(utc_now()):
        return None
    _note_seen(row)
    return SignedIn(row, token)


def _is_refused(account: Account) -> bool:
    return account.is_demo and not settings().is_demo


def _note_seen(row: SignInSession) -> None:
    now = utc_now()
    if now - row.last_seen_at < SEEN_EVERY:
        return
    update = sa.update(SignInSession).where(SignInSession.id == row.id).values(last_seen_at=now)

    def write(session: Session) -> None:
        session.execute(update)

    afterwards(write, is_needed=False)
