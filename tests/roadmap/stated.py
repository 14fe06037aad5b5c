"""Statements for tests: made an hour ago by Ada, for a month."""

from __future__ import annotations

from typing import Any

from limen.clock import DAY, HOUR, Instant
from limen.roadmap.statements import Statement


def statement(area: str = "cloud", subject: str = "", *, at: Instant, **otherwise: Any) -> Statement:
    """Seen from `at`."""
    told = {"until": at + 30 * DAY, "said_by": "p_ada", "said_at": at - HOUR, **otherwise}
    return Statement(f"rs_{area}", area, subject, "the bill of each month shows it", **told)
