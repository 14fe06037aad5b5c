"""What goes through a stream comes out as it went in, and nothing else comes out."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.connectors.nats.stream import ID
from limen.monitor.outgrown.transit import MOST_BYTES, MOST_LINES, SIGNED, packed, unpacked

KEY, EARLIER, OTHER = b"k" * 32, b"e" * 32, b"o" * 32
LINES = st.lists(st.binary(min_size=1, max_size=50).map(lambda line: line.replace(b"\n", b"-")), min_size=1)


@given(LINES)
def test_lines_come_out_as_they_went_in(lines: list[bytes]) -> None:
    assert [line for data, headers in packed(lines, KEY) for line in unpacked(data, headers, [KEY]) or ()] == lines


def test_messages_are_bounded_and_known_by_what_they_hold() -> None:
    lines = [b"%06d" % number + b"x" * 2_000 for number in range(3 * MOST_LINES)]
    messages = list(packed(lines, KEY))
    assert all(len(data) < MOST_BYTES + 4_000 and data.count(b"\n") < MOST_LINES for data, _ in messages)
    assert len({headers[ID] for _, headers in messages}) == len(messages)
    assert messages == list(packed(lines, KEY))


def test_what_was_signed_under_an_earlier_master_key_is_taken() -> None:
    ((data, headers),) = packed([b"a"], EARLIER)
    assert unpacked(data, headers, [KEY, EARLIER]) == [b"a"]


@pytest.mark.parametrize("signature", ["", "0" * 64, "é" * 64, None])
def test_what_no_node_signed_is_nothing(signature: str | None) -> None:
    ((data, headers),) = packed([b"a"], KEY)
    assert unpacked(data + b"b", headers, [KEY]) is None
    assert unpacked(data, headers, [OTHER]) is None
    assert unpacked(data, {} if signature is None else {SIGNED: signature}, [KEY]) is None
