from __future__ import annotations

from pathlib import Path

import pytest

from limen.data.doors.looking_anew import FILE, ask, take


def test_what_was_asked_for_is_taken_once(tmp_path: Path) -> None:
    assert take(tmp_path) == frozenset()
    ask(tmp_path, ["sales"])
    ask(tmp_path, ["hr", "sales"])
    assert take(tmp_path) == {"hr", "sales"}
    assert take(tmp_path) == frozenset()


@pytest.mark.parametrize("written", ["", "7", "{", "null"])
def test_what_is_no_list_asks_for_nothing(tmp_path: Path, written: str) -> None:
    (tmp_path / FILE).write_text(written)
    assert take(tmp_path) == frozenset()
    assert not (tmp_path / FILE).exists()
