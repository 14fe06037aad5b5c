"""What the company's `monitor.yaml` says about risk, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from limen.clock import DAY, Milliseconds


@dataclass(frozen=True, slots=True)
class RiskRules:
    """After `half_life_ms` a finding counts for half. What rests on sources that can't prove themselves comes to no
    more than `unproven_at_most`: below the lowest score that the baseline looks at (40), so that log lines that anybody
    can send change none of its decisions. Whoever has no passkey is out of most apps from there on.
    """

    half_life_ms: Milliseconds = DAY
    unproven_at_most: int = 39
