"""So many in a second on and on, some more in one go, and nobody at another's cost."""

from __future__ import annotations

from limen.enforcement.allowance import Allowance

NOW = 1_795_000_000_000


def test_so_many_in_one_go_then_so_many_in_a_second() -> None:
    allowance = Allowance(per_second=2, at_once=4)
    assert [allowance.take("batch", 1, NOW) for _ in range(5)] == [True, True, True, True, False]
    assert not allowance.take("batch", 1, NOW + 499)
    assert allowance.take("batch", 1, NOW + 500)
    assert [allowance.take("batch", 1, NOW + 60_000) for _ in range(5)] == [True, True, True, True, False]


def test_what_is_too_much_takes_nothing() -> None:
    allowance = Allowance(per_second=2, at_once=4)
    assert not allowance.take("batch", 5, NOW)
    assert allowance.take("batch", 4, NOW)


def test_each_has_their_own() -> None:
    allowance = Allowance(per_second=1, at_once=1)
    assert allowance.take("batch", 1, NOW)
    assert allowance.take("other", 1, NOW)


def test_a_clock_that_goes_back_gives_nothing_and_keeps_nobody_waiting() -> None:
    allowance = Allowance(per_second=1, at_once=1)
    assert allowance.take("batch", 1, NOW)
    assert not allowance.take("batch", 1, NOW - 60_000)
    assert not allowance.take("batch", 1, NOW - 59_001)
    assert allowance.take("batch", 1, NOW - 59_000)
