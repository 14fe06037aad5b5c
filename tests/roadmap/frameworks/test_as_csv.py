"""The answers as CSV: a row for each item, and no formula."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO

from tests.roadmap.frameworks.made import AT, OPEN, framework, full, part, shown
from tests.web.roadmap.controls import control, unknown

from limen.roadmap.frameworks.as_csv import COLUMNS, as_csv
from limen.roadmap.frameworks.questionnaire import questionnaire


def rows(*items: object) -> list[dict[str, str]]:
    made = framework(*items)  # type: ignore[arg-type]
    return list(csv.DictReader(StringIO(as_csv(made, questionnaire(made, shown()), AT))))


def test_each_item_is_a_row_with_its_answer_and_where_it_comes_from() -> None:
    yes, partly, silent, open_ = rows(full("I1"), part("D2"), full("N1"), replace(OPEN, is_unchecked=True))
    assert set(yes) == set(COLUMNS)
    assert [one["answer"] for one in (yes, partly, silent, open_)] == ["yes", "partly", "no", "open"]
    assert [one["cover"] for one in (yes, partly, silent, open_)] == ["met", "measured", "planned", "open"]
    assert (yes["figures"], yes["grade"], yes["how_far"]) == ("I1: 2 of 2", "measured", "full")
    assert (partly["missed"], partly["excepted"]) == ("1", "1")
    assert (silent["figures"], silent["grade"]) == ("N1: unknown", "unknown")
    assert (open_["open_to"], open_["unchecked"], yes["unchecked"]) == ("The caretaker.", "yes", "no")
    assert yes["measured_at"].startswith("2026-12-02")


def test_no_cell_is_a_formula_and_nobody_is_named() -> None:
    made = framework(replace(full("N1"), title="=HYPERLINK(1)"))
    silent = shown([control("N1", unknown("@SUM(1)"))])
    text = as_csv(made, questionnaire(made, silent), AT)
    (row,) = csv.DictReader(StringIO(text))
    assert not [cell for cell in row.values() if cell.startswith(("=", "@", "+", "-"))]
