from __future__ import annotations

import pytest

from limen.admission import Limits


@pytest.mark.parametrize("descriptors", [256, 1_024, 4_096, 65_536, 1_048_576])
def test_whatever_may_be_open_there_is_enough_left_to_decide(descriptors: int) -> None:
    limits = Limits.within(descriptors)
    kept_back = descriptors - 2 * limits.connections
    assert kept_back >= limits.of_the_fronts + limits.backlog
    assert 0 < limits.of_a_source <= limits.of_strangers // 2
    assert limits.of_strangers <= limits.connections // 2
    assert 0 < limits.of_an_owner <= limits.connections // 4


def test_with_many_descriptors_the_limits_are_those_that_are_written_down() -> None:
    limits = Limits.within(65_536)
    assert (limits.of_a_source, limits.of_strangers, limits.of_an_owner) == (128, 1_024, 256)
    assert (limits.of_the_fronts, limits.backlog, limits.connections) == (1_024, 1_024, 30_720)
