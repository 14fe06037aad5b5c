"""P2: met, missed by one, and unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.data.houses import NEEDED, SHARES, WELL_REACHED, evidence, misses, of_stores, overview

from limen.data.inventory.controls import Control, Lack, Minimum
from limen.data.inventory.reach import Way, WeakReach
from limen.facts import Label
from limen.roadmap.data.classified import NOTHING_STATED
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.data.proportionate import ASKS_FOR_NOTHING, CONTROL
from limen.roadmap.model import Grade

LACK = Lack("payroll", Control.DEVICE, Label.RESTRICTED, "weak", "mend")
WEAK = WeakReach(Way.WEAKLY, "payroll", frozenset({"p_ben"}), ("finance",))


def test_all_have_what_their_label_needs() -> None:
    found = CONTROL.measured(of_stores())
    assert (found.is_met, found.grade, found.parts[0].denominator) == (True, Grade.MEASURED, 2)


def test_an_app_that_opens_on_any_device_misses_it() -> None:
    assert misses(CONTROL.measured(of_stores(app_lacks={"payroll": (LACK,), "git": ()}))) == ["app:payroll"]


def test_a_store_that_is_reached_weakly_misses_it_whatever_it_is_called() -> None:
    for label in (Label.RESTRICTED, Label.PUBLIC):
        weakly = overview(store=replace(SHARES, label=label), reach=replace(WELL_REACHED, weak=(WEAK,)))
        assert misses(CONTROL.measured(of_stores(stores=(weakly,)))) == ["store:shares"]


@pytest.mark.parametrize("label", [Label.CONFIDENTIAL, Label.RESTRICTED])
@pytest.mark.parametrize("needed", [Minimum(), Minimum(strength=1, healthy=True), Minimum(strength=3)])
def test_a_minimum_that_asks_for_next_to_nothing_is_none(label: Label, needed: Minimum) -> None:
    part = CONTROL.measured(of_stores(minimums={**NEEDED, label: needed})).parts[0]
    assert (part.is_known, part.missing) == (False, ASKS_FOR_NOTHING)


def test_before_anything_was_published_nothing_is_known() -> None:
    assert CONTROL.measured(evidence(DataEvidence())).missing == (NOTHING_STATED,)
