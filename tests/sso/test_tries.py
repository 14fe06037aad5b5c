from __future__ import annotations

from itertools import pairwise

from limen.clock import DAY
from limen.sso.tries import PAUSES


def test_each_pause_is_longer_than_the_one_before_and_none_is_a_day() -> None:
    assert all(shorter < longer for shorter, longer in pairwise(PAUSES))
    assert PAUSES[-1] < DAY
