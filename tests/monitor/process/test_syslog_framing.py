"""Where messages end on a stream: counted, by newlines, too long, and cut anywhere (RFC 6587)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.monitor.process.syslog_framing import LONGEST, Framing

ONE = b"<13>1 2026-11-24T09:00:00Z wren app - - - one"
TWO = b"<13>Nov 24 09:00:00 wren app: two"


@pytest.mark.parametrize(
    ("stream", "messages"),
    [
        (b"%d %s%d %s" % (len(ONE), ONE, len(TWO), TWO), [ONE, TWO]),
        (ONE + b"\n" + TWO + b"\r\n", [ONE, TWO]),
        (b"%d %s" % (len(ONE), ONE) + TWO + b"\n", [ONE, TWO]),
        (b"\n\n\0\n", []),
        (b"12345678901 is no length\n", [b"12345678901 is no length"]),
        (b"5 a\nb\nc", [b"a\nb\nc"]),
    ],
)
def test_messages_are_told_apart(stream: bytes, messages: list[bytes]) -> None:
    assert Framing().feed(stream) == messages


@given(cuts=st.lists(st.integers(0, 200), max_size=20), counted=st.lists(st.booleans(), min_size=1, max_size=6))
def test_it_does_not_matter_where_the_stream_is_cut(cuts: list[int], counted: list[bool]) -> None:
    texts = [b"<13>message number %d" % number for number in range(len(counted))]
    stream = b"".join(
        b"%d %s" % (len(text), text) if is_counted else text + b"\n"
        for text, is_counted in zip(texts, counted, strict=True)
    )
    framing, found, begin = Framing(), [], 0
    for end in sorted({*(cut for cut in cuts if cut < len(stream)), len(stream)}):
        found += framing.feed(stream[begin:end])
        begin = end
    assert found == texts
    assert not framing.is_within


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_whatever_comes_is_bounded_and_raises_nothing(pieces: list[bytes]) -> None:
    framing = Framing()
    for piece in pieces:
        assert all(0 < len(one) <= LONGEST for one in framing.feed(piece))
    framing.end()


@pytest.mark.parametrize("counted", [False, True])
def test_of_a_message_that_is_too_long_the_beginning_is_taken(*, counted: bool) -> None:
    framing = Framing()
    text = b"<13>" + b"x" * (3 * LONGEST)
    stream = b"%d %s" % (len(text), text) if counted else text + b"\n"
    found = [one for at in range(0, len(stream), 1000) for one in framing.feed(stream[at : at + 1000])]
    assert found == [text[:LONGEST]]
    assert framing.cut == 1
    assert framing.feed(TWO + b"\n") == [TWO]


def test_what_was_begun_when_the_stream_ends_is_not_lost() -> None:
    framing = Framing()
    assert framing.feed(TWO) == []
    assert framing.is_within
    assert framing.end() == [TWO]


def test_an_endless_line_takes_no_memory() -> None:
    framing = Framing()
    assert [len(one) for _ in range(200) for one in framing.feed(b"x" * 10_000)] == [LONGEST]
    assert framing.end() == []
