"""Interest lists, pledges and snapshots"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interest_lists",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("service_area", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("asks", sa.JSON(), nullable=False),
        sa.Column("asked_supplier", sa.String(), nullable=False),
        sa.Column("wanted_from", sa.Date(), nullable=True),
        sa.Column("wanted_until", sa.Date(), nullable=True),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("prices_close_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("must_haves", sa.JSON(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("runner_name", sa.String(), nullable=False),
        sa.Column("runner_address", sa.String(), nullable=False),
        sa.Column("runner_email", sa.String(), nullable=False),
        sa.Column("runner_identifier", sa.String(), nullable=False),
        sa.Column("runner_role", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed", "open", "closing", "closed", "withdrawn", name="liststate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_reason", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_for_id", sa.Uuid(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=True),
        sa.Column("need_id", sa.Uuid(), nullable=True),
        sa.Column("solution_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("least_councils", sa.Integer(), nullable=False),
        sa.Column("least_changes", sa.Integer(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("is_illustrative", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["publications.id"], name=op.f("fk_interest_lists_challenge_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["accounts.id"], name=op.f("fk_interest_lists_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_interest_lists_event_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["organisations.id"], name=op.f("fk_interest_lists_lead_id")),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_interest_lists_need_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["proposed_for_id"], ["organisations.id"], name=op.f("fk_interest_lists_proposed_for_id")
        ),
        sa.ForeignKeyConstraint(
            ["solution_id"], ["publications.id"], name=op.f("fk_interest_lists_solution_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_lists")),
        sa.UniqueConstraint("key", name=op.f("uq_interest_lists_key")),
    )
    with op.batch_alter_table("interest_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_lists_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_lists_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_lists_proposed_for_id"), ["proposed_for_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_lists_route"), ["route"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_lists_service_area"), ["service_area"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_lists_state"), ["state"], unique=False)

    op.create_table(
        "interest_snapshots",
        sa.Column("interest_list_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("contributions", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interest_list_id"],
            ["interest_lists.id"],
            name=op.f("fk_interest_snapshots_interest_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_snapshots")),
        sa.UniqueConstraint("interest_list_id", "number", name=op.f("uq_interest_snapshots_interest_list_id_number")),
    )
    with op.batch_alter_table("interest_snapshots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_snapshots_interest_list_id"), ["interest_list_id"], unique=False)

    op.create_table(
        "pledges",
        sa.Column("interest_list_id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column(
            "rung",
            sa.Enum(
                "watching",
                "interested",
                "expression_of_interest",
                "letter_of_intent",
                "commitment",
                "withdrawn",
                name="rung",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("is_named_to_suppliers", sa.Boolean(), nullable=False),
        sa.Column("schedule", sa.JSON(), nullable=False),
        sa.Column("current_unit_cost_pence", sa.BigInteger(), nullable=True),
        sa.Column("earliest", sa.String(length=7), nullable=True),
        sa.Column("latest", sa.String(length=7), nullable=True),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["council_id"], ["organisations.id"], name=op.f("fk_pledges_council_id")),
        sa.ForeignKeyConstraint(
            ["interest_list_id"], ["interest_lists.id"], name=op.f("fk_pledges_interest_list_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledges")),
        sa.UniqueConstraint("interest_list_id", "council_id", name=op.f("uq_pledges_interest_list_id_council_id")),
    )
    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledges_council_id"), ["council_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pledges_interest_list_id"), ["interest_list_id"], unique=False)

    op.create_table(
        "pledge_evidence",
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("step_number", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_pledge_evidence_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_pledge_evidence_file_id")),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["pledges.id"], name=op.f("fk_pledge_evidence_pledge_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_evidence")),
    )
    with op.batch_alter_table("pledge_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledge_evidence_pledge_id"), ["pledge_id"], unique=False)

    op.create_table(
        "pledge_steps",
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "rung",
            sa.Enum(
                "watching",
                "interested",
                "expression_of_interest",
                "letter_of_intent",
                "commitment",
                "withdrawn",
                name="rung",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_pledge_steps_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["pledges.id"], name=op.f("fk_pledge_steps_pledge_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_steps")),
        sa.UniqueConstraint("pledge_id", "number", name=op.f("uq_pledge_steps_pledge_id_number")),
    )
    with op.batch_alter_table("pledge_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledge_steps_pledge_id"), ["pledge_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("pledge_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pledge_steps_pledge_id"))

    op.drop_table("pledge_steps")
    with op.batch_alter_table("pledge_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pledge_evidence_pledge_id"))

    op.drop_table("pledge_evidence")
    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pledges_interest_list_id"))
        batch_op.drop_index(batch_op.f("ix_pledges_council_id"))

    op.drop_table("pledges")
    with op.batch_alter_table("interest_snapshots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_snapshots_interest_list_id"))

    op.drop_table("interest_snapshots")
    with op.batch_alter_table("interest_lists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_lists_state"))
        batch_op.drop_index(batch_op.f("ix_interest_lists_service_area"))
        batch_op.drop_index(batch_op.f("ix_interest_lists_route"))
        batch_op.drop_index(batch_op.f("ix_interest_lists_proposed_for_id"))
        batch_op.drop_index(batch_op.f("ix_interest_lists_opened_at"))
        batch_op.drop_index(batch_op.f("ix_interest_lists_lead_id"))

    op.drop_table("interest_lists")
