"""A story in the terminal: each row with its answer, and nothing that a page or a log wrote steers the terminal."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from limen.cli.story_table import StoryTable


@dataclass
class Told:
    who: str = "Ada"
    does: str = "looks"
    answer: str = "deny"
    reason: str = "because"
    remedy: str = "wait"
    response: str = ""
    milliseconds: float = 12.4


def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *rows: Told) -> str:
    monkeypatch.setenv("COLUMNS", "140")
    table = StoryTable()
    with table.shown():
        for one in rows:
            table.add(one)
    return capsys.readouterr().out


def test_every_row_is_there_with_its_time(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    said = printed(capsys, monkeypatch, Told(), Told("Ben", answer="permit", remedy="", response="Ended sessions"))
    assert [said.count(word) for word in ("Ada", "Ben", "12 ms", "→ wait", "Ended sessions")] == [1, 1, 2, 1, 1]


def test_what_was_told_while_it_broke_off_is_printed_all_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    table = StoryTable()

    def tell() -> None:
        with table.shown():
            table.add(Told())
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        tell()
    assert "Ada" in capsys.readouterr().out


def test_what_others_wrote_does_not_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = printed(capsys, monkeypatch, Told(reason="\x1b[2J\u202egone", does="\x1b]0;title\x07"))
    assert not {"\x1b", "\u202e", "\x07"} & set(said)
