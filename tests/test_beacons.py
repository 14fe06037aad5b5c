"""How equal intervals are, and that nobody's connections take the room of others'."""

from __future__ import annotations

from hypothesis import given, strategies as st

from limen.beacons import LONGEST, MOST_MACHINES, MOST_OF_ONE, MOST_SHARED, SHORTEST, Beacons, are_equal
from limen.clock import HOUR, MINUTE

NOW = 1_800_000_000_000


def test_who_connects_to_very_much_hides_no_beacon_of_their_own_and_memory_is_bounded() -> None:
    one = Beacons()
    for number in range(MOST_SHARED + 5_000):
        one.connected("10.10.0.66", f"1.1.{number >> 8}.{number & 255} 443", NOW + number)
    found = []
    for number in range(200):
        at = NOW + HOUR + number * 5 * MINUTE
        for other in range(MOST_OF_ONE // 4):
            one.connected("10.10.0.66", f"8.{number}.1.{other} 443", at)
        found.append(one.connected("10.10.0.66", "45.155.205.9 443", at))
    (beacon,) = [each for each in found if each is not None]
    assert (beacon.every, beacon.since) == (5 * MINUTE, NOW + HOUR)
    for number in range(MOST_MACHINES + 10):
        one.connected(f"10.9.{number >> 8}.{number & 255}", "1.1.1.1 443", NOW)
    memory = one._memory
    assert MOST_MACHINES // 2 < len(memory.machines) <= MOST_MACHINES
    assert max(map(len, memory.machines.values())) <= MOST_OF_ONE
    assert len(memory.shared) <= MOST_SHARED


@given(st.integers(SHORTEST, LONGEST), st.lists(st.floats(0, 0.09), min_size=23, max_size=23), st.booleans())
def test_nearly_equal_intervals_are_equal_and_too_short_or_long_ones_never(
    every: int, off: list[float], is_short: bool
) -> None:
    assert are_equal([every] * 23)
    assert are_equal([every * (1 + one) for one in off]) or every * 1.09 > LONGEST
    assert not are_equal([(SHORTEST - 1) if is_short else (LONGEST + 1)] * 23)
