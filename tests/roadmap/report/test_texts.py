from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from tests.roadmap.report.made import report

from limen.roadmap.report import texts
from limen.roadmap.report.model import Held

LINES = {one.id: one for one in report().lines}


def test_a_summary_has_a_row_for_each_phase() -> None:
    assert [one[1:] for one in texts.summary(report())] == [
        ("open", "1", "0", "1"),
        ("open", "0", "0", "1"),
        ("open", "0", "1", "0"),
        ("open", "0", "1", "0"),
    ]


def test_what_held_is_said_with_its_days() -> None:
    day = date(2026, 12, 1)
    assert texts.held(Held(0)) == "not yet"
    assert texts.held(Held(1, day, day)).startswith("1 day,")
    assert "2026-11-16 to 2026-12-01" in texts.held(LINES["I1"].held)


def test_another_figure_in_the_journal_is_said() -> None:
    assert texts.journaled(LINES["I1"]) == ""
    assert texts.journaled(LINES["N1"]) != ""


def test_everything_missing_missed_and_excepted_is_said() -> None:
    assert len(list(texts.details(LINES["I2"], ZoneInfo("UTC")))) == 5
    assert len(list(texts.details(LINES["D1"], ZoneInfo("UTC")))) == 1
    assert texts.part_figure(LINES["D1"].parts[0]) == "unknown"
