"""What the event collector is sent: events one behind the other, packed, and with mistakes."""

from __future__ import annotations

import gzip
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, strategies as st

from limen.monitor.sources import hec
from limen.monitor.sources.hec import HecError, events_of, token_of, unpacked

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 53), 1 << 53) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(max_size=5), values, min_size=1, max_size=4), min_size=1, max_size=5))
def test_events_are_told_apart_however_they_are_put_together(events: list[dict[str, object]]) -> None:
    envelopes = [msgspec.json.encode({"event": event}) for event in events]
    for between in (b"", b"\n", b" \r\n\t"):
        assert [msgspec.json.decode(one) for one in events_of(between.join(envelopes))] == events


def test_what_is_around_an_event_does_not_overrule_it() -> None:
    body = b'{"time": 1, "host": "a", "fields": {"user": "x", "host": "y", "b": 1}, "event": {"user": "ida"}}'
    (event,) = [msgspec.json.decode(one) for one in events_of(body)]
    assert event == {"user": "ida", "time": 1, "host": "a", "b": 1}


def test_a_text_and_a_number_are_messages() -> None:
    assert events_of(b'{"event": "a"} {"event": 7} {"event": [1]}') == [
        b'{"message":"a"}',
        b'{"message":"7"}',
        b'{"message":"[1]"}',
    ]


@pytest.mark.parametrize(
    ("body", "code", "number"),
    [
        (b"", 5, -1),
        (b" \n", 5, -1),
        (b"nonsense", 6, 0),
        (b'{"event": 1} nonsense', 6, 1),
        (b'{"event": 1}{"event": "', 6, 1),
        (b"[]", 6, 0),
        (b'{"event": 1}{"a": 1}', 12, 1),
        (b'{"event": null}', 13, 0),
    ],
)
def test_a_mistake_is_told_with_its_number(body: bytes, code: int, number: int) -> None:
    with pytest.raises(HecError) as error:
        events_of(body)
    assert (error.value.code, error.value.number) == (code, number)


@given(st.binary(max_size=200))
def test_whatever_comes_raises_nothing_else(body: bytes) -> None:
    for encoding in ("", "gzip"):
        with suppress(HecError):
            assert all(events_of(unpacked(body, encoding)))


def test_a_packed_body_is_bounded_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hec, "MOST_UNPACKED", 1_000)
    assert unpacked(gzip.compress(b"x" * 1_000), "gzip") == b"x" * 1_000
    for wrong, status in (
        (gzip.compress(b"x" * 1_001), 413),
        (gzip.compress(b"x")[:-1], 400),
        (gzip.compress(b"x") + b"y", 400),
        (b"x", 400),
    ):
        with pytest.raises(HecError) as error:
            unpacked(wrong, "gzip")
        assert error.value.status == status


def test_tokens_come_in_their_header() -> None:
    assert [token_of(given) for given in ("Splunk abc", "splunk  abc ", "Bearer abc")] == ["abc"] * 3
    for wrong, code in (("", 2), ("abc", 3), ("Basic abc", 3), ("Splunk ", 3)):
        with pytest.raises(HecError) as error:
            token_of(wrong)
        assert error.value.code == code
