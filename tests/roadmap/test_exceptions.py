"""Exceptions: bounded, with a reason and what is done instead; they change no figure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.clock import DAY
from limen.errors import LimenError
from limen.roadmap.exceptions import RoadmapException, chosen_not_to, excepted, refuse_unfit
from limen.roadmap.model import Row

FIT = RoadmapException("rx_1", "D3", "d_1", "waits for a spare part", "kept off the network", 31 * DAY, "p_ada", DAY)
WHOLE = replace(FIT, id="rx_2", row_id="", until=300 * DAY)


@pytest.mark.parametrize(
    "unfit",
    [
        replace(FIT, why="short"),
        replace(FIT, why=" " * 40),
        replace(FIT, compensation=""),
        replace(FIT, why="x" * 301),
        replace(FIT, until=DAY),
        replace(FIT, until=92 * DAY),
        replace(WHOLE, until=400 * DAY),
    ],
)
def test_what_is_unfit_is_refused(unfit: RoadmapException) -> None:
    with pytest.raises(LimenError):
        refuse_unfit(unfit)


def test_what_is_fit_is_not() -> None:
    refuse_unfit(FIT)
    refuse_unfit(WHOLE)


def test_it_counts_for_a_missed_row_of_its_control_until_it_ends() -> None:
    rows = (Row("d_1", "laptop", is_met=False), Row("d_2", "laptop", is_met=False))
    known = (FIT, WHOLE)
    assert excepted(rows, "D3", known, 2 * DAY) == {"d_1": 31 * DAY}
    assert excepted(rows, "D4", known, 2 * DAY) == {}
    assert excepted(rows, "D3", known, 31 * DAY) == {}
    assert excepted(rows, "D3", (replace(FIT, ended_at=2 * DAY),), 3 * DAY) == {}
    assert excepted((Row("d_1", "laptop", is_met=True),), "D3", known, 2 * DAY) == {}


def test_a_whole_control_is_left_out_by_somebody() -> None:
    assert chosen_not_to("D3", (FIT, WHOLE), 2 * DAY) == WHOLE
    assert chosen_not_to("D3", (FIT,), 2 * DAY) is None
    assert chosen_not_to("D3", (FIT, WHOLE), 300 * DAY) is None
