"""What tests say of a workload whose terms they are not about."""

from __future__ import annotations

from limen.clock import DAY, Instant
from limen.identity.model import Terms


def terms(now: Instant, days: float = 365) -> Terms:
    return Terms("p_owner", "Whatever the test needs", now + round(days * DAY))
