"""The audit trail is sealed into a hash chain"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("claims", sa.String(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seals_entry_id")),
        sa.UniqueConstraint("number", name=op.f("uq_audit_seals_number")),
    )
    op.add_column("audit_entries", sa.Column("is_sealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("audit_entries", sa.Column("salt", sa.String(), nullable=True))
    op.add_column("audit_entries", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_audit_entries_unsealed",
        "audit_entries",
        ["created_at"],
        sqlite_where=sa.text("NOT is_sealed"),
        postgresql_where=sa.text("NOT is_sealed"),
    )


def downgrade() -> None:
    op.drop_index("ix_audit_entries_unsealed", "audit_entries")
    op.drop_column("audit_entries", "erased_at")
    op.drop_column("audit_entries", "salt")
    op.drop_column("audit_entries", "is_sealed")
    op.drop_table("audit_seals")
