from __future__ import annotations

from limen.clock import SetClock
from limen.storage.kept_briefly import KeptBriefly
from limen.web.console.groups_before import LIVES, GroupsBefore


async def test_the_groups_before_are_there_for_the_session_that_changed_them_and_for_a_while() -> None:
    clock = SetClock(0)
    kept = KeptBriefly.in_memory(clock)
    await GroupsBefore(kept).keep("s1", "ana", frozenset({"staff", "sales"}))
    elsewhere = GroupsBefore(kept)
    assert await elsewhere.of("s1", "ana") == {"staff", "sales"}
    assert [await elsewhere.of(*other) for other in (("s2", "ana"), ("s1", "ben"))] == [None, None]
    await elsewhere.keep("s1", "ana", frozenset())
    assert await GroupsBefore(kept).of("s1", "ana") == frozenset()
    clock.forward(LIVES)
    assert await elsewhere.of("s1", "ana") is None
