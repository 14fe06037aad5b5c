"""The laws of every control: what nobody knows of is never a good figure."""

from __future__ import annotations

import pytest

from limen.roadmap.catalogue import BY_ID, CONTROLS
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Phase

PREFIX = {Phase.IDENTITY: "I", Phase.DEVICES: "D", Phase.NETWORK: "N", Phase.DATA: "P"}


def test_ids_are_unique_in_order_and_those_of_their_phase() -> None:
    assert len(BY_ID) == len(CONTROLS)
    assert [(one.phase, int(one.id[1:])) for one in CONTROLS] == sorted(
        (one.phase, int(one.id[1:])) for one in CONTROLS
    )
    assert all(one.id[0] == PREFIX[one.phase] for one in CONTROLS)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda one: one.id)
def test_an_empty_company_meets_nothing(control: Control) -> None:
    found = control.measured(Evidence(at=1_000))
    assert found.parts
    assert (found.is_met, found.share, found.grade) == (False, 0.0, Grade.UNKNOWN)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda one: one.id)
def test_what_it_says_is_whole(control: Control) -> None:
    said = (control.demands, control.figure, control.closes, control.why, control.how)
    assert all(said)
    assert control.page.startswith("/console/")
    assert 1 <= control.weight <= 5
    assert 0 < control.minutes <= 60 * 24


@pytest.mark.parametrize("control", CONTROLS, ids=lambda one: one.id)
def test_whatever_is_unknown_says_what_to_do(control: Control) -> None:
    found = control.measured(Evidence(at=1_000))
    assert all(one.missing for one in found.parts)
    assert not any(one.endswith(".") for one in found.missing)
