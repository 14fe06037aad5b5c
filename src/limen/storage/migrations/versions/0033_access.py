"""Requests for access, who approved them, and what was granted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "access_requests",
        _text("id", 40),
        _text("person_id", 40),
        _text("app", 80),
        _text("actions", 120),
        _instant("length_ms"),
        _text("reason", 500),
        _text("ticket", 60),
        _text("rule", 60),
        _instant("asked_at"),
        _instant("expires_at"),
        _long("steps"),
        _long("asked_as"),
        _text("device_id", 40),
        _text("extends", 40),
        _instant("escalates_at"),
        _long("escalates_to"),
        _instant("escalated_at"),
        _text("state", 10),
        _instant("decided_at"),
        _text("decided_by", 40),
        _text("why", 500),
        sa.PrimaryKeyConstraint("id", name="pk_access_requests"),
    )
    op.create_index("ix_access_requests_person_id", "access_requests", ["person_id"])
    op.create_index("ix_access_requests_state", "access_requests", ["state", "expires_at"])
    op.create_table(
        "access_approvals",
        _text("request_id", 40),
        _text("approver_id", 40),
        sa.Column("step", sa.Integer(), nullable=False),
        _instant("at"),
        sa.PrimaryKeyConstraint("request_id", "approver_id", name="pk_access_approvals"),
    )
    op.create_index("ix_access_approvals_step", "access_approvals", ["request_id", "step"], unique=True)
    op.create_table(
        "access_grants",
        _text("id", 40),
        _text("request_id", 40),
        _text("person_id", 40),
        _text("app", 80),
        _text("actions", 120),
        _instant("since"),
        _instant("until"),
        _text("rule", 60),
        _long("approvers"),
        _long("asked_as"),
        _text("device_id", 40),
        _instant("ended_at"),
        _text("ended_by", 40),
        _text("why_ended", 500),
        sa.PrimaryKeyConstraint("id", name="pk_access_grants"),
    )
    op.create_index("ix_access_grants_request_id", "access_grants", ["request_id"])
    op.create_index("ix_access_grants_person_id", "access_grants", ["person_id"])
    op.create_index("ix_access_grants_ended_at", "access_grants", ["ended_at", "until"])
