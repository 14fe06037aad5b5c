"""Rows as CSV: nobody's name unless asked for, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

from tests.web.roadmap.controls import control, measured, people

from limen.roadmap.model import Part, Row
from limen.roadmap.roadmap import Shown
from limen.web.roadmap.rows_csv import COLUMNS, csv_of


def rows(shown: Shown, *, with_names: bool = False) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(shown, with_names=with_names))))


def shown(*parts: Part) -> Shown:
    return measured(1_000, [control("I2", *parts)]).shown[0]


def test_people_are_counted_and_not_named_unless_asked_for() -> None:
    part = people("Mia", "Tom", met=1)
    unnamed, named = rows(shown(part)), rows(shown(part), with_names=True)
    assert [(one["id"], one["name"], one["page"], one["is_met"]) for one in unnamed] == [
        ("", "", "", "yes"),
        ("", "", "", "no"),
    ]
    assert [one["name"] for one in named] == ["Mia", "Tom"]
    assert tuple(unnamed[0]) == COLUMNS


def test_no_cell_is_a_formula() -> None:
    evil = "=cmd|' /C calc'!A0"
    part = Part(evil, (Row(evil, "@SUM(1)", False, "+1", "-page", 2), Row("\t=1", "\r=1", False)))
    for one in rows(shown(part)):
        assert not [cell for cell in one.values() if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
