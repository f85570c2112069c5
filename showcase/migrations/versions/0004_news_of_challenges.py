"""Who is told of new challenges; leads who cannot sign in lead no more"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "memberships", sa.Column("is_told_of_challenges", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    memberships = sa.table("memberships", sa.column("is_procurement_lead", sa.Boolean()), sa.column("account_id"))
    accounts = sa.table("accounts", sa.column("id"), sa.column("deactivated_at"))
    locked_out = sa.select(accounts.c.id).where(accounts.c.deactivated_at.is_not(None))
    op.execute(
        sa.update(memberships).where(memberships.c.account_id.in_(locked_out)).values(is_procurement_lead=sa.false())
    )


def downgrade() -> None:
    op.drop_column("memberships", "is_told_of_challenges")
