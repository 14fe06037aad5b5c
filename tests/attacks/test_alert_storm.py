"""Ten thousand findings at once: one case, quickly, and whoever is told is told once."""

from __future__ import annotations

import time

from tests.devices.laptops import agent, harbor, ida
from tests.monitor.over_harbor import SPRAY, alerts_of, hit, take
from tests.web.conftest import House

__all__ = ["agent", "harbor", "ida"]
MOST_SECONDS = 60
"""On a machine that does other things as well; alone it takes some seconds."""


async def test_ten_thousand_findings_are_one_case(harbor: House) -> None:
    storm = [hit(harbor, n, rule=SPRAY, entity=f"address:10.{n >> 8}.{n & 255}.1") for n in range(10_000)]
    began = time.monotonic()
    taken = await take(harbor, *storm)
    took = time.monotonic() - began
    print(f"10,000 findings took {took:.1f} s")
    assert taken.new == len(storm)
    (case,) = await alerts_of(harbor).cases()
    assert sum(alert.count for alert in case.alerts) == len(storm)
    assert len(case.alerts) <= 25
    assert took < MOST_SECONDS
