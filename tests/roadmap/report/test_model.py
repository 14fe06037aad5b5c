from __future__ import annotations

from tests.roadmap.report.made import found, report

from limen.roadmap.looking import figures_of
from limen.roadmap.model import Phase
from limen.roadmap.report.model import current_figures, figures_by_control


def test_figures_of_the_journal_are_read_by_control() -> None:
    assert figures_by_control("") == {}
    assert figures_by_control("I1=9/10 imported, I3=unknown") == {"I1": "9/10 imported", "I3": "unknown"}


def test_current_figures_are_those_that_the_journal_would_have() -> None:
    assert figures_of(found(), Phase.IDENTITY) == "I1=2/2 imported, I2=0/1 measured"
    assert current_figures(found())["D1"] == "unknown"


def test_each_phase_has_a_title() -> None:
    assert len({phase.title for phase in Phase}) == len(Phase)
    assert "2026-12-02" in report().title
