"""Weights of the ranking and their adoption"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "weight_sets",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("ranker", sa.String(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_sets")),
        sa.UniqueConstraint("number", name=op.f("uq_weight_sets_number")),
    )
    op.create_table(
        "weight_adoptions",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("weight_set_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_weight_adoptions_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["weight_set_id"], ["weight_sets.id"], name=op.f("fk_weight_adoptions_weight_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weight_adoptions")),
        sa.UniqueConstraint("number", name=op.f("uq_weight_adoptions_number")),
    )


def downgrade() -> None:
    op.drop_table("weight_adoptions")
    op.drop_table("weight_sets")
