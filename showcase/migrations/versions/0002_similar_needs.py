"""Similar needs"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "needs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("central_id", sa.Uuid(), nullable=True),
        sa.Column("likeness", sa.Double(), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_because", sa.String(), nullable=False),
        sa.Column("joined_into_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["central_id"], ["publications.id"], name=op.f("fk_needs_central_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["joined_into_id"], ["needs.id"], name=op.f("fk_needs_joined_into_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
    )
    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_needs_joined_into_id"), ["joined_into_id"], unique=False)

    op.create_table(
        "need_members",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("is_fixed", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["publications.id"], name=op.f("fk_need_members_challenge_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_members_need_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_members")),
        sa.UniqueConstraint("challenge_id", name=op.f("uq_need_members_challenge_id")),
    )
    with op.batch_alter_table("need_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_members_need_id"), ["need_id"], unique=False)

    op.create_table(
        "need_refusals",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["publications.id"], name=op.f("fk_need_refusals_challenge_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_refusals_need_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_refusals")),
        sa.UniqueConstraint("challenge_id", "need_id", name=op.f("uq_need_refusals_challenge_id_need_id")),
    )
    with op.batch_alter_table("need_refusals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_refusals_need_id"), ["need_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("need_refusals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_refusals_need_id"))

    op.drop_table("need_refusals")
    with op.batch_alter_table("need_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_members_need_id"))

    op.drop_table("need_members")
    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_needs_joined_into_id"))

    op.drop_table("needs")
