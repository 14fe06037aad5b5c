from __future__ import annotations

from limen.data.inventory.reach import Reach, Way


def test_nothing_is_said_of_a_store_that_nobody_reaches() -> None:
    assert (Reach().people, Reach().weakest, Reach().weak) == (frozenset(), None, ())
    assert {str(one) for one in Way} == {"strength", "device", "session"}
