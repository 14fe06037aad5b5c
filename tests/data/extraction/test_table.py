"""Tables as text."""

from __future__ import annotations

import pytest
from tests.data.extraction import made

from limen.data.extraction.table import read_table, separator_of


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a;b\n1;2\n", ";"),
        ("a,b\n1,2", ","),
        ('a\tb\n"x\ty"\t2', "\t"),
        ("a|b\n1|2", "|"),
        ("a, b\nc", ""),
        ("a,b", ""),
    ],
)
def test_what_separates_cells(text: str, separator: str) -> None:
    assert separator_of(text) == separator


def test_cells_of_a_row_stand_together_and_rows_are_numbered() -> None:
    rows = "\n".join(["n;a;b", *(f"{number};x;y" for number in range(1_200)), "4111;1111;1111 1111"])
    found = made.finds(made.inspected(rows.encode()))
    assert found == {("card", "line 1202")}


def test_a_large_table_is_read_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.data.extraction.table._LARGE", 99)
    rows = "n;a;b;c;d\n" * 50 + 'x;"4111";"1111";1111;1111\n'
    assert made.finds(made.inspected(rows.encode())) == {("card", "line 51")}


def test_a_quote_that_never_ends_and_cells_without_end_are_read() -> None:
    assert made.SEEN in "".join(made.read_by(read_table, f'a;b\n1;"{made.SEEN}'.encode())[0].values())
    assert "card" in {
        what for what, _ in made.finds(made.inspected(b"a;b\n1;2\n" + b"x" * 3_000_000 + made.SEEN.encode()))
    }
