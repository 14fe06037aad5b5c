"""How a control stands, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.web.roadmap.controls import control, measured, people, unknown

from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.holding import Standing
from limen.roadmap.model import Part, Phase
from limen.roadmap.roadmap import Shown
from limen.web.roadmap.words import MONTHS, State, asked_of, figure_of, first_of, lead_of, mark_of, state_of

LEFT_OUT = RoadmapException("rx_1", "I1", "", "we have no office", "nobody comes", 9, "p_ada", 1)


def shown(*parts: Part, closed: bool = False) -> Shown:
    found = measured(1_000, [control("I1", *parts)]).shown[0]
    return replace(found, standing=Standing("I1", 500 if closed else 0))


def test_a_state_is_what_was_measured_and_how_long_it_held() -> None:
    met, missed = people("Mia", met=1), people("Mia")
    assert state_of(shown(met, closed=True)) is State.CLOSED
    assert state_of(shown(missed, closed=True)) is State.SLIPPING
    assert state_of(shown(met)) is State.HOLDING
    assert state_of(shown(missed)) is State.MISSED
    assert state_of(shown(met, unknown())) is State.UNKNOWN
    assert state_of(replace(shown(missed), left_out=LEFT_OUT)) is State.LEFT_OUT
    assert state_of(replace(shown(met), left_out=LEFT_OUT)) is State.HOLDING
    words = {mark_of(one).word for one in (shown(met), shown(missed), shown(missed, closed=True), shown(unknown()))}
    assert len(words) == 4


def test_what_is_unknown_has_no_figure_and_says_what_to_connect() -> None:
    assert figure_of(unknown()) == figure_of(None) == "unknown"
    assert first_of(shown(unknown("connect it"))) == "connect it"
    assert first_of(shown(Part("nothing", ())))
    assert first_of(shown(people("Mia"))) == ""
    assert figure_of(people("Mia", "Tom", met=1)) == "1 of 2"
    assert (asked_of(people("Mia")), "80" in asked_of(people("Mia", at_least=0.8))) == ("all", True)


@pytest.mark.parametrize(
    "page",
    [
        "",
        "javascript:alert(1)",
        "//evil.example",
        "https://evil.example/console/",
        "/sign-out",
        "/console\\evil",
        "/console/ x",
    ],
)
def test_a_row_leads_nowhere_but_into_the_console(page: str) -> None:
    assert lead_of(page) == ""
    assert lead_of("/console/people/p_1") == "/console/people/p_1"


def test_every_phase_is_called_something() -> None:
    assert {*MONTHS} == {*Phase}
