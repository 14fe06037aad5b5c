"""Text as parts."""

from __future__ import annotations

from limen.data.documents import Part
from limen.data.extraction.pieces import Inner, lines, part


def test_text_becomes_bytes_whatever_is_in_it() -> None:
    assert part("page 1", "a\ud800ü") == Part("page 1", "a?ü".encode())
    assert list(lines("x", ["a", "", "b"])) == [Part("x", b"a\nb\n")]
    assert list(lines("x", [""])) == []
    assert not Inner("a", b"").is_part
