from __future__ import annotations

from string import Formatter
from uuid import UUID

import pytest

from limen.monitor.detections.rule import About
from limen.monitor.detections.usual.about import (
    BEFORE_LEAVING,
    COUNTS,
    FIRST_SEEN,
    HIDDEN,
    ODD_HOUR,
    TAKEN_BEFORE_LEAVING,
    USUAL,
)
from limen.monitor.detections.usual.measures import MEASURES, SIGHTS

SAYS = {
    **{one.id: {"count", "low", "high", "usual", "median", "days", "against"} for one in COUNTS.values()},
    **{one.id: {"count", "low", "high", "last_day"} for one in BEFORE_LEAVING.values()},
    TAKEN_BEFORE_LEAVING.id: {"days", "leaves", "leaves_de", "what", "what_de"},
    **{one.id: {"value", "usual", "days"} for one in FIRST_SEEN.values()},
    ODD_HOUR.id: {"date", "hour", "usual"},
    HIDDEN.id: {"address", "lists"},
}


def test_everything_that_is_counted_or_seen_has_its_rule() -> None:
    assert set(COUNTS) == {one.name for one in MEASURES if one.is_told}
    assert set(BEFORE_LEAVING) == {one.name for one in MEASURES if one.is_worse_of_leavers}
    assert set(FIRST_SEEN) == {one.name for one in SIGHTS}


@pytest.mark.parametrize("about", USUAL, ids=lambda one: one.name)
def test_a_rule_says_what_it_found_in_both_languages(about: About) -> None:
    assert UUID(about.id).version == 5
    for sentence in (about.sentence, about.sentence_de):
        named = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        assert "who" in named
        assert named <= {*SAYS[about.id], "who"}
    assert about.next_step
    assert about.next_step_de
    assert all(tag.startswith("attack.") for tag in about.tags)
