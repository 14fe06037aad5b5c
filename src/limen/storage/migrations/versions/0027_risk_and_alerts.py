"""What detections found and whose risk it is, alerts and cases, what was done about them, and who is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "findings",
        _text("id", 120),
        _text("alert_id", 40),
        _text("rule", 120),
        _text("entity", 200),
        _text("person_id", 40),
        _text("device_id", 40),
        _text("session", 40),
        _text("subject_kind", 10),
        _text("subject_id", 40),
        _text("level", 20),
        sa.Column("confidence", sa.Integer(), nullable=False),
        _instant("at"),
        _instant("taken_at"),
        sa.Column("is_proven", sa.Boolean(), nullable=False),
        sa.Column("may_be_explained", sa.Boolean(), nullable=False),
        _instant("explained_at"),
        _instant("released_at"),
        _text("suppressed_by", 40),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    op.create_index("ix_findings_subject_kind", "findings", ["subject_kind", "subject_id", "at"])
    for name in ("alert_id", "person_id", "taken_at"):
        op.create_index(f"ix_findings_{name}", "findings", [name])
    op.create_table(
        "alerts",
        _text("id", 40),
        _text("case_id", 40),
        _text("rule", 120),
        _text("title", 200),
        _text("level", 20),
        _text("entity", 200),
        _text("person_id", 40),
        _text("device_id", 40),
        _text("session", 40),
        _instant("opened_at"),
        _instant("last_at"),
        _instant("since"),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("is_proven", sa.Boolean(), nullable=False),
        _text("verdict", 20),
        _instant("closed_at"),
        _text("closed_by", 40),
        _text("why", 500),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_rule", "alerts", ["rule", "entity", "closed_at"])
    for name in ("case_id", "person_id", "last_at"):
        op.create_index(f"ix_alerts_{name}", "alerts", [name])
    op.create_table(
        "alert_cases",
        _text("id", 40),
        _text("title", 200),
        _text("level", 20),
        _instant("opened_at"),
        _instant("last_at"),
        _instant("closed_at"),
        _text("taken_by", 40),
        _instant("taken_at"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_cases"),
    )
    op.create_index("ix_alert_cases_last_at", "alert_cases", ["last_at"])
    op.create_table(
        "alert_suppressions",
        _text("id", 40),
        _text("rule", 120),
        _text("entity", 200),
        _instant("since"),
        _instant("until"),
        _text("why", 500),
        _text("by", 40),
        _instant("ended_at"),
        _text("ended_by", 40),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_suppressions"),
    )
    op.create_table(
        "alert_responses",
        _text("id", 40),
        _text("case_id", 40),
        _text("kind", 20),
        _text("subject_kind", 10),
        _text("subject_id", 40),
        _instant("at"),
        _instant("until"),
        _text("by", 40),
        _text("playbook", 40),
        _instant("ended_at"),
        _text("ended_by", 40),
        sa.PrimaryKeyConstraint("id", name="pk_alert_responses"),
    )
    op.create_index("ix_alert_responses_case_id", "alert_responses", ["case_id"])
    op.create_index("ix_alert_responses_subject_kind", "alert_responses", ["subject_kind", "subject_id"])
    op.create_table(
        "notify_channels",
        _text("name", 40),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _instant("made_at"),
        sa.PrimaryKeyConstraint("name", name="pk_notify_channels"),
    )
    op.create_table(
        "notices",
        _text("id", 40),
        _text("channel", 40),
        _text("case_id", 40),
        _text("sort", 20),
        _text("level", 20),
        _text("state", 10),
        _instant("queued_at"),
        _instant("next_try_at"),
        _instant("expires_at"),
        sa.Column("tries", sa.Integer(), nullable=False),
        _text("problem", 60),
        _instant("done_at"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_state", "notices", ["state", "next_try_at"])
    op.create_index("ix_notices_channel", "notices", ["channel", "queued_at"])
