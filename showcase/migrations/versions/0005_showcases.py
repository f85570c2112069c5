"""Showcase sessions: events, their selections and invitations"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "announced", "finished", "cancelled", name="eventstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("cancelled_because", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("travel", sa.String(), nullable=False),
        sa.Column("pitch_minutes", sa.Integer(), nullable=False),
        sa.Column("in_person_places", sa.Integer(), nullable=False),
        sa.Column("online_places", sa.Integer(), nullable=False),
        sa.Column("registration_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hides_names", sa.Boolean(), nullable=False),
        sa.Column("names_shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("copied_from_id", sa.Uuid(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("is_illustrative", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["copied_from_id"], ["events.id"], name=op.f("fk_events_copied_from_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["accounts.id"], name=op.f("fk_events_created_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("key", name=op.f("uq_events_key")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_starts_at"), ["starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_state"), ["state"], unique=False)

    op.create_table(
        "criteria",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("help", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("number", "rating", "yes_no", name="criterionkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_criteria_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_criteria_event_id_name")),
    )
    with op.batch_alter_table("criteria", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criteria_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_breaks",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_breaks_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_breaks")),
    )
    with op.batch_alter_table("event_breaks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_breaks_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_calls",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("short_because", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_calls_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_calls")),
    )
    with op.batch_alter_table("event_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_calls_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_rooms",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("stream_url", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_rooms_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_rooms")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_event_rooms_event_id_name")),
    )
    with op.batch_alter_table("event_rooms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_rooms_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_tracks",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_tracks_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_event_tracks_need_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_tracks")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_event_tracks_event_id_name")),
    )
    with op.batch_alter_table("event_tracks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_tracks_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_challenges",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["publications.id"], name=op.f("fk_event_challenges_challenge_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_challenges_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["event_tracks.id"], name=op.f("fk_event_challenges_track_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_challenges")),
        sa.UniqueConstraint("event_id", "challenge_id", name=op.f("uq_event_challenges_event_id_challenge_id")),
    )
    with op.batch_alter_table("event_challenges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_challenges_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_challenges_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_challenges_track_id"), ["track_id"], unique=False)

    op.create_table(
        "candidates",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("solution_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("was_put_forward", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "considered",
                "chosen",
                "reserve",
                "not_chosen",
                "withdrawn",
                name="candidatestate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("reserve_place", sa.Integer(), nullable=True),
        sa.Column("feedback", sa.JSON(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["accounts.id"], name=op.f("fk_candidates_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["event_challenges.id"], name=op.f("fk_candidates_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["solution_id"], ["publications.id"], name=op.f("fk_candidates_solution_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_candidates_version_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidates")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_candidates_entry_id_number")),
        sa.UniqueConstraint("entry_id", "solution_id", name=op.f("uq_candidates_entry_id_solution_id")),
    )
    with op.batch_alter_table("candidates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidates_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_candidates_solution_id"), ["solution_id"], unique=False)

    op.create_table(
        "interest_declarations",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("is_of_staff", sa.Boolean(), nullable=False),
        sa.Column("has_conflict", sa.Boolean(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("steps", sa.String(), nullable=False),
        sa.Column("is_let_in", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_interest_declarations_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["event_challenges.id"], name=op.f("fk_interest_declarations_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_declarations")),
        sa.UniqueConstraint("entry_id", "account_id", name=op.f("uq_interest_declarations_entry_id_account_id")),
    )
    with op.batch_alter_table("interest_declarations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_declarations_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_declarations_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "event_invitations",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("sent", "accepted", "declined", "withdrawn", name="invitationstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("speaker_name", sa.String(), nullable=False),
        sa.Column("speaker_email", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_event_invitations_candidate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_invitations_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_event_invitations_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_invitations")),
        sa.UniqueConstraint(
            "event_id",
            "organisation_id",
            "candidate_id",
            name=op.f("uq_event_invitations_event_id_organisation_id_candidate_id"),
        ),
    )
    with op.batch_alter_table("event_invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_invitations_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_invitations_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "uq_event_invitations_council",
            ["event_id", "organisation_id"],
            unique=True,
            sqlite_where=sa.text("candidate_id IS NULL"),
            postgresql_where=sa.text("candidate_id IS NULL"),
        )

    op.create_table(
        "event_sessions",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("candidate_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind", sa.Enum("pitch", "talk", "panel", name="sessionkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("audience", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_event_sessions_candidate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["event_challenges.id"], name=op.f("fk_event_sessions_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_sessions_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["event_tracks.id"], name=op.f("fk_event_sessions_track_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_sessions")),
        sa.UniqueConstraint("candidate_id", name=op.f("uq_event_sessions_candidate_id")),
    )
    with op.batch_alter_table("event_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_sessions_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_sessions_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_sessions_track_id"), ["track_id"], unique=False)

    op.create_table(
        "scores",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_scores_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_scores_candidate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_scores_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
        sa.UniqueConstraint("candidate_id", "account_id", name=op.f("uq_scores_candidate_id_account_id")),
    )
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scores_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scores_candidate_id"), ["candidate_id"], unique=False)

    op.create_table(
        "event_speakers",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("available_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("available_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_event_speakers_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_event_speakers_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["event_sessions.id"], name=op.f("fk_event_speakers_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_speakers")),
    )
    with op.batch_alter_table("event_speakers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_speakers_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_speakers_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_speakers_session_id"), ["session_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("event_speakers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_speakers_session_id"))
        batch_op.drop_index(batch_op.f("ix_event_speakers_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_event_speakers_account_id"))

    op.drop_table("event_speakers")
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scores_candidate_id"))
        batch_op.drop_index(batch_op.f("ix_scores_account_id"))

    op.drop_table("scores")
    with op.batch_alter_table("event_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_sessions_track_id"))
        batch_op.drop_index(batch_op.f("ix_event_sessions_event_id"))
        batch_op.drop_index(batch_op.f("ix_event_sessions_entry_id"))

    op.drop_table("event_sessions")
    with op.batch_alter_table("event_invitations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_event_invitations_council",
            sqlite_where=sa.text("candidate_id IS NULL"),
            postgresql_where=sa.text("candidate_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_event_invitations_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_event_invitations_event_id"))

    op.drop_table("event_invitations")
    with op.batch_alter_table("interest_declarations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_declarations_entry_id"))
        batch_op.drop_index(batch_op.f("ix_interest_declarations_account_id"))

    op.drop_table("interest_declarations")
    with op.batch_alter_table("candidates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidates_solution_id"))
        batch_op.drop_index(batch_op.f("ix_candidates_entry_id"))

    op.drop_table("candidates")
    with op.batch_alter_table("event_challenges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_challenges_track_id"))
        batch_op.drop_index(batch_op.f("ix_event_challenges_event_id"))
        batch_op.drop_index(batch_op.f("ix_event_challenges_challenge_id"))

    op.drop_table("event_challenges")
    with op.batch_alter_table("event_tracks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_tracks_event_id"))

    op.drop_table("event_tracks")
    with op.batch_alter_table("event_rooms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_rooms_event_id"))

    op.drop_table("event_rooms")
    with op.batch_alter_table("event_calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_calls_event_id"))

    op.drop_table("event_calls")
    with op.batch_alter_table("event_breaks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_breaks_event_id"))

    op.drop_table("event_breaks")
    with op.batch_alter_table("criteria", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_criteria_event_id"))

    op.drop_table("criteria")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_state"))
        batch_op.drop_index(batch_op.f("ix_events_starts_at"))

    op.drop_table("events")
