"""What is wrong with a running or a stopped set-up, and the fix: each examination looks, and changes nothing."""

from __future__ import annotations

from limen.doctor.examine import EXAMINATIONS, examine
from limen.doctor.finding import Finding, State

__all__ = ["EXAMINATIONS", "Finding", "State", "examine"]
