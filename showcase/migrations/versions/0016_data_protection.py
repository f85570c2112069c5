"""When accounts were last used and erased; when a session last showed who it is"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

ACCOUNT = ("last_signed_in_at", "warned_at", "erased_at")


def upgrade() -> None:
    for name in ACCOUNT:
        op.add_column("accounts", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("sign_in_sessions", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_audit_entries_not_erased",
        "audit_entries",
        ["action", "created_at"],
        sqlite_where=sa.text("erased_at IS NULL"),
        postgresql_where=sa.text("erased_at IS NULL"),
    )
    # Nobody is to be erased on the day of the upgrade: the time without use runs from then.
    op.execute("UPDATE accounts SET last_signed_in_at = CURRENT_TIMESTAMP")


def downgrade() -> None:
    op.drop_index("ix_audit_entries_not_erased", "audit_entries")
    op.drop_column("sign_in_sessions", "confirmed_at")
    for name in ACCOUNT:
        op.drop_column("accounts", name)
