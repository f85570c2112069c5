"""The encoding in use, what sentences carry, and fairness as last measured"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("vector_counter", sa.Column("encoding", sa.String(), nullable=True))
    op.add_column("vector_counter", sa.Column("encoding_since", sa.DateTime(timezone=True), nullable=True))
    # What is there goes on being used until everything has been encoded in today's way.
    vectors = sa.table("vectors", sa.column("model"))
    most = (
        sa.select(vectors.c.model).group_by(vectors.c.model).order_by(sa.func.count().desc(), vectors.c.model).limit(1)
    )
    op.execute(sa.update(sa.table("vector_counter", sa.column("encoding"))).values(encoding=most.scalar_subquery()))
    op.create_table(
        "remainders",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_remainders_publication_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remainders")),
        sa.UniqueConstraint("publication_id", "model", name=op.f("uq_remainders_publication_id_model")),
    )
    op.create_index(op.f("ix_remainders_model"), "remainders", ["model"])
    op.create_table(
        "fairness_reports",
        sa.Column("made_from", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fairness_reports")),
    )


def downgrade() -> None:
    op.drop_table("fairness_reports")
    op.drop_table("remainders")
    op.drop_column("vector_counter", "encoding_since")
    op.drop_column("vector_counter", "encoding")
