from __future__ import annotations

from limen.roadmap.devices.past_access import Refusal, Standing


def test_the_worst_standings_are_of_devices_that_nobody_knows() -> None:
    assert [one for one in Standing if not one.is_known] == [Standing.UNRECORDED, Standing.UNKNOWN]
    assert [one for one in Standing if not one.value] == [Standing.HEALTHY]


def test_what_lasts_has_no_length() -> None:
    assert Refusal("p_ada", "wiki", "view", 10).lasted_ms is None
    assert Refusal("p_ada", "wiki", "view", 10, 25).lasted_ms == 15
