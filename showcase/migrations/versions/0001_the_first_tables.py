"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeats")),
        sa.UniqueConstraint("name", name=op.f("uq_heartbeats_name")),
    )
    op.create_table(
        "messages",
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_next_try_at"), ["next_try_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_to"), ["to"], unique=False)

    op.create_table(
        "organisations",
        sa.Column(
            "kind",
            sa.Enum("host", "council", "supplier", name="organisationkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_illustrative", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gss_code", sa.String(length=9), nullable=True),
        sa.Column("short_name", sa.String(), nullable=True),
        sa.Column("council_type", sa.String(), nullable=True),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("county_code", sa.String(), nullable=True),
        sa.Column("combined_authority_code", sa.String(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_year", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("successor_codes", sa.JSON(), nullable=True),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("website", sa.String(), nullable=True),
        sa.Column("companies_house_number", sa.String(length=8), nullable=True),
        sa.Column("ppon", sa.String(), nullable=True),
        sa.Column("staff", sa.Integer(), nullable=True),
        sa.Column("turnover_pence", sa.BigInteger(), nullable=True),
        sa.Column("balance_sheet_pence", sa.BigInteger(), nullable=True),
        sa.Column("figures_on", sa.Date(), nullable=True),
        sa.Column("is_vcse", sa.Boolean(), nullable=True),
        sa.Column("founded_year", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("gss_code", name=op.f("uq_organisations_gss_code")),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_council_type"), ["council_type"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_region"), ["region"], unique=False)

    op.create_table(
        "ranker_versions",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("calibration", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranker_versions")),
        sa.UniqueConstraint("kind", "model", "number", name=op.f("uq_ranker_versions_kind_model_number")),
    )
    op.create_table(
        "throttles",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttles")),
        sa.UniqueConstraint("key", name=op.f("uq_throttles_key")),
    )
    with op.batch_alter_table("throttles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_throttles_window_ends_at"), ["window_ends_at"], unique=False)

    op.create_table(
        "vector_counter",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vector_counter")),
    )
    op.create_table(
        "vectors",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vectors")),
        sa.UniqueConstraint("publication_id", "model", name=op.f("uq_vectors_publication_id_model")),
    )
    with op.batch_alter_table("vectors", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vectors_kind_model_seq"), ["kind", "model", "seq"], unique=False)
        batch_op.create_index(batch_op.f("ix_vectors_publication_id"), ["publication_id"], unique=False)

    op.create_table(
        "audit_entries",
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("acting_for_id", sa.Uuid(), nullable=True),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["acting_for_id"], ["organisations.id"], name=op.f("fk_audit_entries_acting_for_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_audit_entries_by_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_acting_for_id"), ["acting_for_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "email_domains",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_email_domains_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_domains")),
        sa.UniqueConstraint("domain", "organisation_id", name=op.f("uq_email_domains_domain_organisation_id")),
    )
    with op.batch_alter_table("email_domains", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_email_domains_domain"), ["domain"], unique=False)
        batch_op.create_index(batch_op.f("ix_email_domains_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("is_procurement_lead", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_memberships_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("account_id", "organisation_id", name=op.f("uq_memberships_account_id_organisation_id")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_memberships_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "publications",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "with_lead",
                "in_review",
                "changes_requested",
                "published",
                "closed",
                "archived",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("published_version_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("is_illustrative", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["accounts.id"], name=op.f("fk_publications_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_publications_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["accounts.id"], name=op.f("fk_publications_updated_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("key", name=op.f("uq_publications_key")),
    )
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publications_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_publications_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_publications_published_at"), ["published_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_publications_published_version_id"), ["published_version_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_publications_state"), ["state"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "join_council",
                "register_supplier",
                "accept_invitation",
                "reset_password",
                name="ticketpurpose",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("invited_by_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["accounts.id"], name=op.f("fk_tickets_invited_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_tickets_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tickets_token_hash")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("shortlisted", "not_for_us", name="verdict", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("ranker", sa.String(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_decisions_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["publications.id"], name=op.f("fk_decisions_challenge_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["solution_id"], ["publications.id"], name=op.f("fk_decisions_solution_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["accounts.id"], name=op.f("fk_decisions_undone_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_solution_id"), ["solution_id"], unique=False)

    op.create_table(
        "facets",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_facets_publication_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facets")),
        sa.UniqueConstraint("publication_id", "name", "value", name=op.f("uq_facets_publication_id_name_value")),
    )
    with op.batch_alter_table("facets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facets_name_value"), ["name", "value"], unique=False)
        batch_op.create_index(batch_op.f("ix_facets_publication_id"), ["publication_id"], unique=False)

    op.create_table(
        "responses",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "considered",
                "invited",
                "not_this_time",
                "withdrawn",
                name="responsestate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_responses_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["publications.id"], name=op.f("fk_responses_challenge_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["solution_id"], ["publications.id"], name=op.f("fk_responses_solution_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
        sa.UniqueConstraint("challenge_id", "solution_id", name=op.f("uq_responses_challenge_id_solution_id")),
    )
    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_responses_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_responses_solution_id"), ["solution_id"], unique=False)

    op.create_table(
        "sign_in_sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_sign_in_sessions_membership_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_sessions_token_hash")),
    )
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_sessions_membership_id"), ["membership_id"], unique=False)

    op.create_table(
        "versions",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["accounts.id"], name=op.f("fk_versions_created_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_versions_publication_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
        sa.UniqueConstraint("publication_id", "number", name=op.f("uq_versions_publication_id_number")),
    )
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_versions_publication_id"), ["publication_id"], unique=False)

    op.create_table(
        "state_changes",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "draft",
                "with_lead",
                "in_review",
                "changes_requested",
                "published",
                "closed",
                "archived",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "draft",
                "with_lead",
                "in_review",
                "changes_requested",
                "published",
                "closed",
                "archived",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("acting_for_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["acting_for_id"], ["organisations.id"], name=op.f("fk_state_changes_acting_for_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_state_changes_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_state_changes_publication_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_state_changes_version_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_changes")),
    )
    with op.batch_alter_table("state_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_state_changes_publication_id"), ["publication_id"], unique=False)

    # publications and versions point at each other, so one of the two links comes once both tables are there
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.create_foreign_key(
            op.f("fk_publications_published_version_id"), "versions", ["published_version_id"], ["id"]
        )


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first tables")
