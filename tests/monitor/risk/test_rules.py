from __future__ import annotations

from limen.monitor.risk.projection import RAISED
from limen.monitor.risk.rules import RiskRules


def test_what_nobody_proves_asks_and_never_refuses() -> None:
    assert RAISED < RiskRules().unproven_at_most < 70
