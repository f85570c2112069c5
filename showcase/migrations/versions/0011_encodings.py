"""The encoding in use, what sentences carry, and fairness as last measured"""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("vector_counter", sa.Column("encoding", sa.String(), nullable=True))
    op.add_column("vector_counter", sa.Column("encoding_since", sa.DateTime(timezone=True), nullable=True))
    # Until now every text was cut in the first way, which was not part of the name.
    for table in ("vectors", "ranker_versions", "weight_sets"):
        op.execute(f"UPDATE {table} SET model = model || ', cut 1'")
    op.execute("UPDATE decisions SET ranker = replace(ranker, ', hybrid-', ', cut 1, hybrid-')")
    op.execute("UPDATE need_members SET method = replace(method, ', groups-', ', cut 1, groups-')")
    # The counter's row is there from the start: two workers would both have made the first one.
    counter = sa.table(
        "vector_counter",
        sa.column("id", sa.Uuid()),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("number", sa.Integer()),
    )
    if op.get_bind().scalar(sa.select(counter.c.id)) is None:
        op.bulk_insert(counter, [{"id": uuid.UUID(int=0), "created_at": datetime.now(UTC), "number": 0}])
    # What most vectors are of is in use.
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
    for table in ("vectors", "ranker_versions", "weight_sets"):
        op.execute(f"UPDATE {table} SET model = replace(model, ', cut 1', '')")
    op.execute("UPDATE decisions SET ranker = replace(ranker, ', cut 1, hybrid-', ', hybrid-')")
    op.execute("UPDATE need_members SET method = replace(method, ', cut 1, groups-', ', groups-')")
    op.drop_column("vector_counter", "encoding_since")
    op.drop_column("vector_counter", "encoding")
