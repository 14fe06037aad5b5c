from __future__ import annotations

from string import Formatter
from uuid import UUID

import pytest

from limen.monitor.detections.rule import About
from limen.monitor.detections.usual.about import COUNTS, FIRST_SEEN, HIDDEN, ODD_HOUR, USUAL
from limen.monitor.detections.usual.measures import MEASURES, SIGHTS

SAYS = {
    **{one.id: {"count", "low", "high", "usual", "median", "days", "against"} for one in COUNTS.values()},
    **{one.id: {"value", "usual", "days"} for one in FIRST_SEEN.values()},
    ODD_HOUR.id: {"date", "hour", "usual"},
    HIDDEN.id: {"address", "lists"},
}


def test_everything_that_is_counted_or_seen_has_its_rule() -> None:
    assert set(COUNTS) == {one.name for one in MEASURES}
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
