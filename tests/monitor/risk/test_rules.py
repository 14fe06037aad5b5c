from __future__ import annotations

from limen.monitor.risk.projection import RAISED
from limen.monitor.risk.rules import RiskRules


def test_what_nobody_proves_stays_below_what_raises() -> None:
    assert RiskRules().unproven_at_most == RAISED - 1
