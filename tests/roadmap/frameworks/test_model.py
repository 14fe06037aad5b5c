"""The 41 controls, known before they are all measured."""

from __future__ import annotations

from limen.roadmap.catalogue import BY_ID, CONTROLS
from limen.roadmap.frameworks.model import CONTROL_IDS
from limen.roadmap.model import Phase


def test_every_control_that_is_measured_is_one_of_the_41() -> None:
    assert len(CONTROL_IDS) == 41
    assert set(BY_ID) <= CONTROL_IDS
    measured = {one.phase for one in CONTROLS}
    if measured == set(Phase):
        assert set(BY_ID) == CONTROL_IDS
