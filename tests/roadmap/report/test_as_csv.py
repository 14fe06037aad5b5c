from __future__ import annotations

import csv
from io import StringIO

from tests.roadmap.report.made import HEAD, report

from limen.roadmap.report.as_csv import COLUMNS, as_csv


def rows(*, has_names: bool = False) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(as_csv(report(has_names=has_names)).decode(), newline="")))


def test_each_control_is_a_row_with_its_figure() -> None:
    controls = {one["control"]: one for one in rows() if one["row"] == "control"}
    assert list(controls) == ["I1", "I2", "D1", "N1", "P1"]
    assert (controls["I1"]["answer"], controls["I1"]["figure"], controls["I1"]["held_days"]) == (
        "yes",
        "2/2 imported",
        "16",
    )
    assert (controls["D1"]["grade"], controls["D1"]["missing"]) == ("unknown", "connect Fleet first")
    assert tuple(controls["I1"]) == COLUMNS


def test_the_journal_s_heads_are_whole() -> None:
    assert [one["checkpoint"] for one in rows() if one["row"] == "journal"] == [HEAD.checkpoint]


def test_no_cell_is_a_formula() -> None:
    assert [one["name"] for one in rows() if one["row"] == "missed" and one["control"] == "P1"] == ["'=Customers <b>"]
    assert not [cell for row in rows() for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
