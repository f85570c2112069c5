"""The title of a version beside its content: lists and searches had to read every text for it"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("versions", sa.Column("title", sa.String(), nullable=False, server_default=""))
    versions = sa.table("versions", sa.column("title", sa.String()), sa.column("content", sa.JSON()))
    # A challenge is named by its "title", a solution by its "name".
    within = sa.func.coalesce(versions.c.content["title"].as_string(), versions.c.content["name"].as_string(), "")
    op.execute(sa.update(versions).values(title=within))


def downgrade() -> None:
    op.drop_column("versions", "title")
