"""What councils were told of the contract radar"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "radar_bands",
        sa.Column("service_area", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("councils", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_radar_bands")),
        sa.UniqueConstraint(
            "service_area", "starts_on", "number", name=op.f("uq_radar_bands_service_area_starts_on_number")
        ),
    )
    with op.batch_alter_table("radar_bands", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_radar_bands_starts_on"), ["starts_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("radar_bands", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_radar_bands_starts_on"))

    op.drop_table("radar_bands")
