"""Questions and answers, engagement records, materials, feedback and outcomes"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Entries of a record are never changed, and destroyed only once the record says that it may be.
SQLITE = (
    """CREATE TRIGGER record_entries_unchanged BEFORE UPDATE ON record_entries
    BEGIN SELECT RAISE(ABORT, 'record entries are never changed'); END""",
    """CREATE TRIGGER record_entries_kept BEFORE DELETE ON record_entries
    WHEN (SELECT disposed_at FROM engagement_records WHERE id = OLD.record_id) IS NULL
    BEGIN SELECT RAISE(ABORT, 'record entries are kept'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION keep_record_entries() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION 'record entries are never changed'; END IF;
        IF (SELECT disposed_at FROM engagement_records WHERE id = OLD.record_id) IS NULL
            THEN RAISE EXCEPTION 'record entries are kept'; END IF;
        RETURN OLD;
    END $$""",
    """CREATE TRIGGER record_entries_kept BEFORE UPDATE OR DELETE ON record_entries
    FOR EACH ROW EXECUTE FUNCTION keep_record_entries()""",
)


def upgrade() -> None:
    op.create_table(
        "engagement_questions",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "answered", "withheld", "withdrawn", name="questionstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reworded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withheld_because", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["publications.id"],
            name=op.f("fk_engagement_questions_challenge_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_questions")),
        sa.UniqueConstraint("challenge_id", "number", name=op.f("uq_engagement_questions_challenge_id_number")),
    )
    with op.batch_alter_table("engagement_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engagement_questions_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_engagement_questions_state"), ["state"], unique=False)

    op.create_table(
        "engagement_records",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("tender_on", sa.Date(), nullable=True),
        sa.Column("contract_on", sa.Date(), nullable=True),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("keep_because", sa.String(), nullable=False),
        sa.Column("notice", sa.JSON(), nullable=False),
        sa.Column("no_notice_because", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.Column("disposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["publications.id"], name=op.f("fk_engagement_records_challenge_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement_records")),
        sa.UniqueConstraint("challenge_id", name=op.f("uq_engagement_records_challenge_id")),
    )
    op.create_table(
        "event_reports",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_reports_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_reports")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_reports_event_id")),
    )
    with op.batch_alter_table("event_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_reports_published_at"), ["published_at"], unique=False)

    op.create_table(
        "information_releases",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_from_meeting", sa.Boolean(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_information_releases_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["publications.id"],
            name=op.f("fk_information_releases_challenge_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_information_releases_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_releases")),
    )
    with op.batch_alter_table("information_releases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_information_releases_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_information_releases_released_at"), ["released_at"], unique=False)

    op.create_table(
        "material_rules",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("most_pages", sa.Integer(), nullable=False),
        sa.Column("most_megabytes", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_material_rules_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_rules")),
        sa.UniqueConstraint("event_id", name=op.f("uq_material_rules_event_id")),
    )
    op.create_table(
        "question_followers",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["publications.id"], name=op.f("fk_question_followers_challenge_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_question_followers_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_followers")),
        sa.UniqueConstraint(
            "challenge_id", "organisation_id", name=op.f("uq_question_followers_challenge_id_organisation_id")
        ),
    )
    with op.batch_alter_table("question_followers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_followers_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_followers_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "question_answers",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_question_answers_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["engagement_questions.id"],
            name=op.f("fk_question_answers_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_answers")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_question_answers_question_id_number")),
    )
    with op.batch_alter_table("question_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_answers_answered_at"), ["answered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_answers_question_id"), ["question_id"], unique=False)

    op.create_table(
        "question_askers",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("earlier_wordings", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_question_askers_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_question_askers_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["engagement_questions.id"],
            name=op.f("fk_question_askers_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_askers")),
        sa.UniqueConstraint("question_id", name=op.f("uq_question_askers_question_id")),
    )
    with op.batch_alter_table("question_askers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_askers_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "record_entries",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "record",
                "document",
                "question",
                "response",
                "selection",
                "invitation",
                "attendance",
                "meeting",
                "message",
                "call",
                "conflict",
                "judgement",
                "notice",
                "outcome",
                "other",
                name="entrykind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("released_to", sa.String(), nullable=False),
        sa.Column("corrects", sa.Integer(), nullable=True),
        sa.Column("is_by_hand", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["engagement_records.id"], name=op.f("fk_record_entries_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_entries")),
        sa.UniqueConstraint("record_id", "key", name=op.f("uq_record_entries_record_id_key")),
        sa.UniqueConstraint("record_id", "number", name=op.f("uq_record_entries_record_id_number")),
    )
    with op.batch_alter_table("record_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_entries_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_record_entries_record_id"), ["record_id"], unique=False)

    op.create_table(
        "event_feedback",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_event_feedback_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_event_feedback_candidate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_feedback_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_event_feedback_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_feedback")),
        sa.UniqueConstraint(
            "event_id", "account_id", "about", name=op.f("uq_event_feedback_event_id_account_id_about")
        ),
    )
    with op.batch_alter_table("event_feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_feedback_candidate_id"), ["candidate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_feedback_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_feedback_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "materials",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("rules_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_materials_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_materials_candidate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_materials_file_id")),
        sa.ForeignKeyConstraint(
            ["rules_id"], ["material_rules.id"], name=op.f("fk_materials_rules_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_materials")),
        sa.UniqueConstraint("candidate_id", name=op.f("uq_materials_candidate_id")),
    )
    with op.batch_alter_table("materials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_materials_rules_id"), ["rules_id"], unique=False)

    op.create_table(
        "outcomes",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("none", "pilot", "tender", "contract", name="outcomestate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("value_pence_excluding_vat", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_outcomes_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_outcomes_candidate_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("candidate_id", "months", name=op.f("uq_outcomes_candidate_id_months")),
    )
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outcomes_candidate_id"), ["candidate_id"], unique=False)
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("outcomes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcomes_candidate_id"))

    op.drop_table("outcomes")
    with op.batch_alter_table("materials", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_materials_rules_id"))

    op.drop_table("materials")
    with op.batch_alter_table("event_feedback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_feedback_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_event_feedback_event_id"))
        batch_op.drop_index(batch_op.f("ix_event_feedback_candidate_id"))

    op.drop_table("event_feedback")
    with op.batch_alter_table("record_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_entries_record_id"))
        batch_op.drop_index(batch_op.f("ix_record_entries_kind"))

    op.drop_table("record_entries")
    with op.batch_alter_table("question_askers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_askers_organisation_id"))

    op.drop_table("question_askers")
    with op.batch_alter_table("question_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_answers_question_id"))
        batch_op.drop_index(batch_op.f("ix_question_answers_answered_at"))

    op.drop_table("question_answers")
    with op.batch_alter_table("question_followers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_followers_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_question_followers_challenge_id"))

    op.drop_table("question_followers")
    op.drop_table("material_rules")
    with op.batch_alter_table("information_releases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_information_releases_released_at"))
        batch_op.drop_index(batch_op.f("ix_information_releases_challenge_id"))

    op.drop_table("information_releases")
    with op.batch_alter_table("event_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_reports_published_at"))

    op.drop_table("event_reports")
    op.drop_table("engagement_records")
    with op.batch_alter_table("engagement_questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_engagement_questions_state"))
        batch_op.drop_index(batch_op.f("ix_engagement_questions_challenge_id"))

    op.drop_table("engagement_questions")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION keep_record_entries()")
