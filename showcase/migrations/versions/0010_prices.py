"""Contracts, indicative prices, plans, packs and closings"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contracts",
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("service_area", sa.String(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("notice_months", sa.Integer(), nullable=True),
        sa.Column("extension_months", sa.Integer(), nullable=True),
        sa.Column("annual_cost_pence", sa.BigInteger(), nullable=True),
        sa.Column("exit_terms", sa.String(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_illustrative", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["publications.id"], name=op.f("fk_contracts_challenge_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["council_id"], ["organisations.id"], name=op.f("fk_contracts_council_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("council_id", "identity", name=op.f("uq_contracts_council_id_identity")),
    )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contracts_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_council_id"), ["council_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_ends_on"), ["ends_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_contracts_service_area"), ["service_area"], unique=False)

    op.create_table(
        "list_closings",
        sa.Column("interest_list_id", sa.Uuid(), nullable=False),
        sa.Column(
            "route",
            sa.Enum(
                "joint_contract",
                "framework",
                "separate_contracts",
                "existing_supplier",
                "did_not_go",
                name="marketroute",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("went_on", sa.Date(), nullable=True),
        sa.Column("notice_reference", sa.String(), nullable=False),
        sa.Column("unit_price_pence", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interest_list_id"],
            ["interest_lists.id"],
            name=op.f("fk_list_closings_interest_list_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_closings")),
        sa.UniqueConstraint("interest_list_id", name=op.f("uq_list_closings_interest_list_id")),
    )
    op.create_table(
        "plans",
        sa.Column("interest_list_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("solve_id", sa.Uuid(), nullable=False),
        sa.Column("rungs", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["accounts.id"], name=op.f("fk_plans_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["interest_list_id"], ["interest_lists.id"], name=op.f("fk_plans_interest_list_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["solve_id"], ["solves.id"], name=op.f("fk_plans_solve_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("interest_list_id", "number", name=op.f("uq_plans_interest_list_id_number")),
    )
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plans_interest_list_id"), ["interest_list_id"], unique=False)

    op.create_table(
        "price_offers",
        sa.Column("interest_list_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interest_list_id"],
            ["interest_lists.id"],
            name=op.f("fk_price_offers_interest_list_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["organisations.id"], name=op.f("fk_price_offers_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_offers")),
        sa.UniqueConstraint(
            "interest_list_id", "supplier_id", name=op.f("uq_price_offers_interest_list_id_supplier_id")
        ),
    )
    with op.batch_alter_table("price_offers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_offers_interest_list_id"), ["interest_list_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_price_offers_supplier_id"), ["supplier_id"], unique=False)

    op.create_table(
        "list_savings",
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.Column("council_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("cost_before_pence", sa.BigInteger(), nullable=True),
        sa.Column("claimed_pence", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_pence", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["closing_id"], ["list_closings.id"], name=op.f("fk_list_savings_closing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["council_id"], ["organisations.id"], name=op.f("fk_list_savings_council_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_savings")),
        sa.UniqueConstraint("closing_id", "council_id", name=op.f("uq_list_savings_closing_id_council_id")),
    )
    with op.batch_alter_table("list_savings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_list_savings_closing_id"), ["closing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_list_savings_council_id"), ["council_id"], unique=False)

    op.create_table(
        "packs",
        sa.Column("interest_list_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("recommendation", sa.String(), nullable=False),
        sa.Column("risks", sa.String(), nullable=False),
        sa.Column("engagement", sa.String(), nullable=False),
        sa.Column("notice", sa.JSON(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interest_list_id"], ["interest_lists.id"], name=op.f("fk_packs_interest_list_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_packs_plan_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packs")),
        sa.UniqueConstraint("interest_list_id", name=op.f("uq_packs_interest_list_id")),
    )
    op.create_table(
        "price_versions",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tiers", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("earliest", sa.String(length=7), nullable=False),
        sa.Column("latest", sa.String(length=7), nullable=False),
        sa.Column("includes", sa.String(), nullable=False),
        sa.Column("meets", sa.JSON(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_price_versions_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["price_offers.id"], name=op.f("fk_price_versions_offer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_versions")),
        sa.UniqueConstraint("offer_id", "number", name=op.f("uq_price_versions_offer_id_number")),
    )
    with op.batch_alter_table("price_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_versions_offer_id"), ["offer_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("price_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_price_versions_offer_id"))

    op.drop_table("price_versions")
    op.drop_table("packs")
    with op.batch_alter_table("list_savings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_list_savings_council_id"))
        batch_op.drop_index(batch_op.f("ix_list_savings_closing_id"))

    op.drop_table("list_savings")
    with op.batch_alter_table("price_offers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_price_offers_supplier_id"))
        batch_op.drop_index(batch_op.f("ix_price_offers_interest_list_id"))

    op.drop_table("price_offers")
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plans_interest_list_id"))

    op.drop_table("plans")
    op.drop_table("list_closings")
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contracts_service_area"))
        batch_op.drop_index(batch_op.f("ix_contracts_ends_on"))
        batch_op.drop_index(batch_op.f("ix_contracts_council_id"))
        batch_op.drop_index(batch_op.f("ix_contracts_challenge_id"))

    op.drop_table("contracts")
