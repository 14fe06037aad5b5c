"""The controls of this phase, and what holds of each: nothing known is nothing met, and less is no more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.roadmap.network.houses import PROBED, SILENT, evidence, measured, network, state

from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control
from limen.roadmap.network.controls import CONTROLS
from limen.roadmap.network.evidence import EndedDoor, Foothold

OF = network()
FULL: dict[str, Any] = {
    "footholds": (Foothold("office", "office", "/console/network/zones/office", is_person=False),),
    "doors": (EndedDoor("no_1", "erp", 1, 2, 2),),
}
WHOLE = evidence(OF, **FULL)
LESS: dict[str, Any] = {
    "network": None,
    "proved": None,
    "firewalls": (),
    "probed": (),
    "seen": None,
    "lately": None,
    "alerts": None,
    "footholds": None,
}
"""What each source gives where it is silent."""


def test_they_stand_in_their_order() -> None:
    assert [one.id for one in CONTROLS] == [f"N{number}" for number in range(1, 10)]
    assert all(one.page.startswith("/console/") and one.is_must for one in CONTROLS)


@pytest.mark.parametrize("control", CONTROLS)
def test_an_empty_company_meets_nothing(control: Control) -> None:
    found = measured(control, SILENT)
    assert (found.is_met, found.share, bool(found.missing)) == (False, 0.0, True)


@settings(max_examples=60)
@given(st.sampled_from(CONTROLS), st.sets(st.sampled_from(sorted(LESS))))
def test_a_source_that_falls_silent_raises_no_figure(control: Control, silent: set[str]) -> None:
    less: Evidence = evidence(OF, **{**FULL, **{name: LESS[name] for name in silent}})
    assert measured(control, less).share <= measured(control, WHOLE).share


@settings(max_examples=60)
@given(st.sampled_from(CONTROLS), st.integers(0, len(PROBED)), st.booleans())
def test_what_is_heard_of_less_raises_no_figure(control: Control, probes: int, is_heard: bool) -> None:
    firewalls = tuple(state(OF, one.name, **({} if is_heard else {"heard_at": 0})) for one in OF.firewalls)
    less = evidence(OF, **{**FULL, "probed": PROBED[:probes], "firewalls": firewalls})
    assert measured(control, less).share <= measured(control, WHOLE).share
