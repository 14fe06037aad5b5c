"""What tries come to together."""

from __future__ import annotations

import pytest

from limen.probes.model import Outcome, Try, longest, outcome_of

HELD, AWAY, OPEN = (
    Try("a", held=True, took=3),
    Try("b", held=None, why="away"),
    Try("c", held=False, took=9, why="open"),
)


@pytest.mark.parametrize(
    ("tries", "outcome", "names"),
    [
        ((HELD,), Outcome.HELD, ""),
        ((HELD, AWAY), Outcome.COULD_NOT_RUN, "b"),
        ((HELD, AWAY, OPEN), Outcome.DID_NOT_HOLD, "c"),
        ((), Outcome.COULD_NOT_RUN, "t"),
    ],
)
def test_what_is_open_outweighs_what_was_not_tried_and_that_what_held(
    tries: tuple[Try, ...], outcome: Outcome, names: str
) -> None:
    found, why = outcome_of(tries)
    assert (found, why[:1]) == (outcome, names)


def test_the_longest_is_told_and_none_where_nothing_was_timed() -> None:
    assert (longest((HELD, OPEN)), longest((AWAY,)), longest(())) == (9, -1, -1)
