"""A pace that all workers share."""

from __future__ import annotations

from limen.clock import SetClock
from limen.storage.kept_briefly import KeptBriefly
from limen.storage.kept_rate_limit import KeptRateLimit


async def test_so_many_at_once_then_one_after_each_pause_at_all_workers_together() -> None:
    clock = SetClock(1_000_000)
    kept = KeptBriefly.in_memory(clock)
    here, there = (KeptRateLimit("letters", every=100, at_once=3) for _ in range(2))

    async def admitted(key: str, times: int) -> int:
        return [await kept.do(lambda rows, one=one: one.admits(rows, key)) for one in (here, there) * times].count(True)

    assert [await admitted("a", 5), await admitted("b", 5)] == [3, 3]
    clock.forward(99)
    assert await admitted("a", 1) == 0
    clock.forward(1)
    assert await admitted("a", 1) == 1
    clock.forward(10_000)
    assert await admitted("a", 5) == 3
