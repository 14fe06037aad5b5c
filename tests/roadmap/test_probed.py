"""What a run says to a control."""

from __future__ import annotations

import pytest
from tests.roadmap.probes import run_of

from limen.probes.model import Try
from limen.roadmap.evidence import Evidence
from limen.roadmap.probed import fresh, tries_of, why_not

HELD = Try("a", held=True, took=7)


def test_a_run_counts_for_so_long_and_none_of_the_future_does() -> None:
    for ended_at, counts in ((10, True), (5, True), (4, False), (11, False)):
        assert bool(fresh(Evidence(at=10, probes=run_of("edr", ended_at, HELD)), "edr", 5)) is counts
    assert fresh(Evidence(at=10), "edr", 5) is None
    assert fresh(Evidence(at=10, probes=run_of("edr", 9, HELD)), "leaver", 5) is None
    assert tries_of(None) == {}
    assert tries_of(run_of("edr", 9, HELD)["edr"]) == {"a": HELD}


@pytest.mark.parametrize(
    ("tried", "within", "is_met"),
    [
        (HELD, -1, True),
        (HELD, 7, True),
        (HELD, 6, False),
        (Try("a", held=True), 7, False),
        (Try("a", held=True), -1, True),
        (Try("a", held=False), -1, False),
        (Try("a", held=None), -1, False),
        (None, -1, False),
    ],
)
def test_only_what_held_in_time_misses_nothing(tried: Try | None, within: int, is_met: bool) -> None:
    assert (why_not(tried, untried="not tried", within=within) == "") is is_met
