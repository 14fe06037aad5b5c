"""The tables of findings, alerts, cases and suppressions."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from limen.storage.tables import metadata, rows_called

findings = Table(
    "findings",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("alert_id", String(40), nullable=False, index=True),
    Column("rule", String(120), nullable=False),
    Column("entity", String(200), nullable=False),
    Column("person_id", String(40), nullable=False, index=True),
    Column("device_id", String(40), nullable=False),
    Column("session", String(40), nullable=False),
    Column("subject_kind", String(10), nullable=False),
    Column("subject_id", String(40), nullable=False),
    Column("level", String(20), nullable=False),
    Column("confidence", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("taken_at", BigInteger, nullable=False, index=True),
    Column("is_proven", Boolean, nullable=False),
    Column("may_be_explained", Boolean, nullable=False),
    Column("explained_at", BigInteger, nullable=False),
    Column("released_at", BigInteger, nullable=False),
    Column("suppressed_by", String(40), nullable=False),
    Column("body", Text, nullable=False),
    info=rows_called("finding of a detection", "findings of detections"),
)
"""`body` is the whole finding (`Hit`) as JSON. One that is suppressed has no alert, and counts for nobody."""
Index("ix_findings_subject_kind", findings.c.subject_kind, findings.c.subject_id, findings.c.at)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("rule", String(120), nullable=False),
    Column("title", String(200), nullable=False),
    Column("level", String(20), nullable=False),
    Column("entity", String(200), nullable=False),
    Column("person_id", String(40), nullable=False, index=True),
    Column("device_id", String(40), nullable=False),
    Column("session", String(40), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False, index=True),
    Column("since", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("says", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("is_proven", Boolean, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    Column("closed_by", String(40), nullable=False),
    Column("why", String(500), nullable=False),
    info=rows_called("alert", "alerts"),
)
Index("ix_alerts_rule", alerts.c.rule, alerts.c.entity, alerts.c.closed_at)

cases = Table(
    "alert_cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("level", String(20), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False, index=True),
    Column("closed_at", BigInteger, nullable=False),
    Column("taken_by", String(40), nullable=False),
    Column("taken_at", BigInteger, nullable=False),
)

suppressions = Table(
    "alert_suppressions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("rule", String(120), nullable=False),
    Column("entity", String(200), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("why", String(500), nullable=False),
    Column("by", String(40), nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("ended_by", String(40), nullable=False),
    Column("count", Integer, nullable=False),
)
TABLES: Final = (findings, alerts, cases, suppressions)
