"""Signing in with an organisation's own accounts (OpenID Connect): its provider, and whom that provider knows."""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from showcase.models.accounts import Account
from showcase.models.base import Base
from showcase.models.organisations import Organisation


class IdentityProvider(Base):
    """Where the people of one organisation show who they are, such as its Entra ID tenant."""

    __tablename__ = "identity_providers"

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="CASCADE"), unique=True
    )
    issuer: Mapped[str]
    """Address under which the provider publishes its configuration."""
    client_id: Mapped[str]
    client_secret: Mapped[str]
    """As `services.locked_secrets` keeps it: unreadable without the service's key, and shown to nobody."""
    tenants: Mapped[list[str]] = mapped_column(default=list)
    """Ids of the Entra ID tenants that are let in; empty: the issuer serves this organisation alone."""
    has_second_step: Mapped[bool] = mapped_column(default=False)
    """Whether it asks for a second step itself, so that this service need not."""
    is_only_way: Mapped[bool] = mapped_column(default=False)
    """Whether the organisation's people may no longer sign in with a password."""
    organisation: Mapped[Organisation] = relationship()


class ExternalIdentity(Base):
    """That a person is known to a provider under an id that never changes: an e-mail address may."""

    __tablename__ = "external_identities"
    __table_args__ = (sa.UniqueConstraint("provider_id", "subject"),)

    provider_id: Mapped[uuid.UUID] = mapped_column(
        sa.ForeignKey("identity_providers.id", ondelete="CASCADE"), index=True
    )
    subject: Mapped[str]
    """Tenant and object id where the provider gives both (Entra ID), else its subject."""
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    account: Mapped[Account] = relationship()
