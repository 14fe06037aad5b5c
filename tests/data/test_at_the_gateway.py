"""What the gateway asks is answered by data protection."""

from __future__ import annotations

from tests.web.conftest import House, house

from limen.data.documents import WhyNot
from limen.data.findings.service import Findings
from limen.data.protection import DataProtection

__all__ = ["house"]


async def test_the_gateway_asks_data_protection(house: House) -> None:
    offers, guard = house.limen.core.offers, house.limen.enforcement.gateway.guard
    assert guard is not None
    checks, protection = guard.looking.checks, offers.take(DataProtection)
    assert checks.judge == protection.judge
    assert checks.dialogue is offers.take(Findings)
    assert checks.not_inspected("broken").why_not == {WhyNot.BROKEN}
