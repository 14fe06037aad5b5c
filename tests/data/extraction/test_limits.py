"""Whatever comes out is counted, and one too many ends it."""

from __future__ import annotations

import pytest

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget, Limits, UnreadableError


def test_bytes_members_and_time_end() -> None:
    budget = Budget(Limits(most_bytes=10, most_members=2))
    budget.take(10)
    budget.member()
    budget.member()
    for one_more, why in ((lambda: budget.take(1), WhyNot.TOO_LARGE), (budget.member, WhyNot.TOO_MANY)):
        with pytest.raises(UnreadableError) as error:
            one_more()
        assert error.value.why_not is why
    with pytest.raises(UnreadableError) as error:
        Budget(Limits(seconds=0)).tick()
    assert error.value.why_not is WhyNot.TIMED_OUT


def test_a_ratio_counts_once_it_is_worth_it() -> None:
    unpacking = Budget(Limits(most_ratio=10, ratio_from=100)).unpacking(5)
    unpacking.take(100)
    with pytest.raises(UnreadableError) as error:
        unpacking.take(1)
    assert error.value.why_not is WhyNot.TOO_LARGE
