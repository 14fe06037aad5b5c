"""What the company's `monitor.yaml` says about risk, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from limen.clock import DAY, Milliseconds


@dataclass(frozen=True, slots=True)
class RiskRules:
    """After `half_life_ms` a finding counts for half. What rests on sources that can't prove themselves comes to no
    more than `unproven_at_most`: below what the baseline refuses at (70), so that nobody is locked out by log lines
    that anybody can send, and above what it asks again at (40).
    """

    half_life_ms: Milliseconds = DAY
    unproven_at_most: int = 60
