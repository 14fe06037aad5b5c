"""Undone text: the same however it is cut, and each place known."""

from __future__ import annotations

from base64 import b64encode
from random import Random

from tests import dial
from tests.data import planted

from limen.data.normalising.undoing import DEEPEST, Undoing, undone

_PIECES = (
    "plain ", "4%31", "&#65;", "&nbsp;", "\\u0041", "４", "\u200b", "раss", "%zz", "&#", "\\u00", "12+34", "Größe",
    "A\0B\0",
    b64encode(b"a letter that is long enough").decode() + " ", "\n", "x" * 70 + "\n",
)  # fmt: skip


_TOKEN = 12
"""Within a run of tokens that are not equally long, a place is known to a token."""


def test_cut_anyhow_it_reads_the_same() -> None:
    random = Random(8)
    for _ in range(dial.size(3_000, 200)):
        whole = "".join(random.choice(_PIECES) for _ in range(random.randrange(1, 40))).encode()
        at_once, by_pieces = Undoing(), Undoing()
        expected = at_once.feed(whole) + at_once.end()
        reads = b"".join(by_pieces.feed(one) for one in planted.cut(random, whole, 30)) + by_pieces.end()
        assert reads == expected
        for at in range(0, len(reads), 7):
            one, other = by_pieces.origins.span(at, at + 1), at_once.origins.span(at, at + 1)
            assert abs(one[0] - other[0]) <= _TOKEN, (one, other)


def test_no_deeper_than_is_said() -> None:
    text = b"a letter that is long enough"
    for _ in range(DEEPEST + 2):
        text = b64encode(text)
    assert b"letter" not in undone(text)


def test_a_run_without_end_is_undone_in_parts() -> None:
    inner = b"nothing of note, " * 30_000
    encoded, undoing = b64encode(inner), Undoing()
    reads = b"".join(undoing.feed(encoded[at : at + 5_000]) for at in range(0, len(encoded), 5_000)) + undoing.end()
    assert reads.strip() == inner.strip()
