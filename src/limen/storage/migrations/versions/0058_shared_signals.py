"""Streams of security events to other services, what each is to be told, and the tokens by which they call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

_Sequence = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")


def _at(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def upgrade() -> None:
    op.create_table(
        "signal_streams",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("receiver", sa.String(40), nullable=False),
        _at("made_at"),
        sa.Column("events", sa.Text, nullable=False),
        _text("endpoint", 1_000),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        _text("description", 300),
        _text("status", 10),
        _text("reason", 300),
        _text("changed_by", 20),
        _at("changed_at"),
        _at("asked_at"),
        _at("heard_at"),
        _at("polled_at"),
        _at("due_at"),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        _at("failing_since"),
        _text("error", 300),
        _at("busy_until"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_streams")),
    )
    op.create_index(op.f("ix_signal_streams_receiver"), "signal_streams", ["receiver"])
    op.create_table(
        "signal_left_out",
        sa.Column("stream_id", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "person_id", name=op.f("pk_signal_left_out")),
    )
    op.create_index(op.f("ix_signal_left_out_person_id"), "signal_left_out", ["person_id"])
    op.create_table(
        "signal_tokens",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("receiver", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        _at("used_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signal_tokens_token_hash")),
    )
    op.create_index(op.f("ix_signal_tokens_receiver"), "signal_tokens", ["receiver"])
    op.create_table(
        "signal_changes",
        sa.Column("seq", _Sequence, nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_signal_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_signal_changes_person_id"), "signal_changes", ["person_id"])
    op.create_table(
        "signal_sets",
        sa.Column("seq", _Sequence, nullable=False),
        sa.Column("jti", sa.String(40), nullable=False),
        sa.Column("stream_id", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("claims", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_signal_sets")),
        sa.UniqueConstraint("jti", name=op.f("uq_signal_sets_jti")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_signal_sets_person_id"), "signal_sets", ["person_id"])
    op.create_index("ix_signal_sets_stream_id_seq", "signal_sets", ["stream_id", "seq"])
