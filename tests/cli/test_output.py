"""Whatever a command prints, stored text never steers the terminal."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from limen.cli.output import Filtered, at, console, counted, print_rows, progress, progress_bars, write_new
from limen.errors import LimenError

HOSTILE = "a\x1b[2Jb\x1b]0;owned\x07c\u202ed\x9be"
SEEN = r"a\u001b[2Jb\u001b]0;owned\u0007c\u202ed\u009be"


def test_escapes_are_written_as_such() -> None:
    raw = io.StringIO()
    with redirect_stdout(Filtered(raw)):
        print(HOSTILE, "\tfine")
    assert raw.getvalue() == f"{SEEN} \tfine\n"


def test_lines_at_once_are_filtered_too() -> None:
    raw = io.StringIO()
    Filtered(raw).writelines([HOSTILE, "\n"])
    assert raw.getvalue() == SEEN + "\n"


def test_the_rest_of_the_stream_is_as_it_was() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert Filtered(Terminal()).isatty()


def test_rich_writes_its_own_colours_and_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    raw = io.StringIO()
    with redirect_stdout(Filtered(raw)):
        out = console()
        out.print(Text("no", "red"))
        table = Table("x", box=None)
        table.add_row(Text(HOSTILE))
        out.print(table)
    written = raw.getvalue()
    assert "\x1b[31mno\x1b[0m" in written
    assert "\x1b[2J" not in written
    assert "\x1b]0" not in written
    assert not {"\x07", "\u202e", "\x9b"} & set(written)


def test_a_hint_names_the_folder_as_a_shell_reads_it() -> None:
    assert at(Path()) == at(Path()) == ""
    assert at(Path("harbor")) == " harbor"
    assert at(Path("our company")) == " 'our company'"


def test_numbers_are_said_as_people_do() -> None:
    assert [counted(number, "request") for number in (0, 1, 2)] == ["0 requests", "1 request", "2 requests"]
    assert counted(2, "policy", "policies") == "2 policies"


def test_rows_are_a_line_each_and_none_is_said_to_people_alone(capsys: pytest.CaptureFixture[str]) -> None:
    for rows, as_json in (([1, 2], False), ([1], True), ([], False), ([], True)):
        print_rows(rows, str, lambda row: {"row": row}, "none", as_json=as_json)
    assert capsys.readouterr().out.splitlines() == ["1", "2", '{"row": 1}', "none"]


def test_no_bar_is_drawn_where_errors_go_to_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Working") as told:
        assert told is None
    assert capsys.readouterr().err == ""


def test_two_bars_share_a_display_and_neither_is_shown_as_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    raw = Terminal()
    monkeypatch.setattr("sys.stderr", Filtered(raw))
    with progress_bars("Replaying", "Looking ahead") as (told, ahead):
        assert told is not None
        assert ahead is not None
        told(1, 2)
        ahead(0.5)
    written = raw.getvalue()
    assert "Replaying" in written
    assert "Looking ahead" in written
    assert "\x1b[" in written
    assert "u001b" not in written


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "network.yaml"
    write_new(file, "zones:\n")
    with pytest.raises(LimenError):
        write_new(file, "flows:\n")
    assert file.read_text() == "zones:\n"
