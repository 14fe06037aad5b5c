"""Sheets: rows, numbers as typed, hidden ones, strings that no cell shows."""

from __future__ import annotations

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from tests.data.extraction import made

from limen.data.extraction.sheets import as_typed


def test_numbers_hidden_rows_and_hidden_sheets_are_read() -> None:
    book = openpyxl.Workbook()
    book.active.append([4111111111111111, 0.5])
    book.active["C7"] = made.SECRET
    book.active.row_dimensions[7].hidden = True
    other = book.create_sheet("Second")
    other.sheet_state = "veryHidden"
    other.append([made.CARD])
    texts = made.text_of(made.saved(book))
    assert texts["sheet Sheet, row 1"] == "4111111111111111 0.5\n"
    assert texts["sheet Sheet, row 7"] == f"{made.SECRET}\n"
    assert texts["sheet Second (hidden), row 1"] == f"{made.CARD}\n"


def test_formulas_names_and_lists_to_choose_from_are_read() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = f'=IF(1,"{made.CARD}","")'
    book.active["A2"].number_format = f'"{made.CARD}"0'
    choice = DataValidation(type="list", formula1=f'"{made.SECRET}"')
    choice.add("A3")
    book.active.add_data_validation(choice)
    found = made.finds(made.inspected(made.saved(book)))
    assert {what for what, where in found if where.startswith("sheet Sheet")} == {"card", "account"}
    assert {what for what, where in found if where.startswith("xl/styles.xml")} == {"card"}


def test_strings_that_no_cell_shows_are_read_once_each() -> None:
    package = made.zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": '<a><sheet name="One" id="r1"/></a>',
            "xl/_rels/workbook.xml.rels": '<a><Relationship Id="r1" Target="worksheets/sheet1.xml"/></a>',
            "xl/sharedStrings.xml": f"<sst><si><t>shown</t></si><si><r><t>{made.CARD[:5]}</t></r><r><t>"
            f"{made.CARD[5:]}</t></r><rPh><t>read aloud</t></rPh></si></sst>",
            "xl/worksheets/sheet1.xml": '<worksheet><row><c t="s"><v>0</v></c><c t="s"><v>9</v></c>'
            '<c t="s"><v>x</v></c></row></worksheet>',
        }
    )
    texts = made.text_of(package)
    assert texts["sheet One, row 1"].split() == ["shown", "x"]
    assert texts["unused strings"] == f"{made.CARD}\n"
    assert texts["strings"].strip() == "read aloud"


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("4.111111111111111E+15", "4111111111111111"),
        ("1E-3", "0.001"),
        ("12", "12"),
        ("Ende", "Ende"),
        ("1E+999999999", "1E+999999999"),
    ],
)
def test_numbers_are_as_somebody_types_them(stored: str, typed: str) -> None:
    assert as_typed(stored) == typed


def test_remarks_and_margins_are_lines_of_their_own() -> None:
    """Without a letter or digit of what stands before and behind them, nor of the codes of how they look."""
    book = openpyxl.Workbook()
    for row, said in enumerate((made.CARD, made.SECRET, made.CARD), 1):
        book.active.cell(row, 1, "x").comment = Comment(said, "me")
    book.active.oddHeader.center.text = made.SECRET
    texts = made.text_of(made.saved(book))
    assert texts["comments"].split("\n")[:3] == [made.CARD, made.SECRET, made.CARD]
    [printed] = [text for where, text in texts.items() if "header" in where]
    assert made.SECRET in printed.split("\n")
