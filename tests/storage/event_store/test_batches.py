from __future__ import annotations

import io

import pytest
from hypothesis import given, strategies as st

from limen.storage.event_store import batches as module
from limen.storage.event_store.batches import WRITER, Batch, Broken, closed, follow, header, portions, whole_batches
from limen.storage.segments.link import Signer, start_of
from limen.storage.segments.name import Name

SIGNER = Signer(WRITER, (b"e" * 32,))
START = start_of(WRITER)
LEAD = header(Name(1, 1_800_000_000_000), START)


def segment(*batches: list[bytes]) -> bytes:
    data, link = b"", START
    for lines in batches:
        written, link = closed(lines, b"" if data else LEAD, link, SIGNER)
        data += written
    return data


def followed(data: bytes) -> list[Batch | Broken]:
    return list(follow(io.BytesIO(data), START, SIGNER))


@given(
    st.lists(st.lists(st.binary(max_size=40).map(lambda x: b'{"a":"%s"}' % x.hex().encode()), min_size=1), min_size=1)
)
def test_what_was_closed_follows_and_is_numbered_without_gaps(written: list[list[bytes]]) -> None:
    found = followed(segment(*written))
    assert [[line.removesuffix(b"\n") for line in batch.lines] for batch in found] == written
    assert [batch.first_n for batch in found] == [1 + sum(map(len, written[:at])) for at in range(len(written))]


@pytest.mark.parametrize("at", range(0, 700, 7))
def test_a_byte_that_is_changed_breaks_the_chain(at: int) -> None:
    data = bytearray(segment([b'{"uid":"1"}', b'{"uid":"2"}'], [b'{"uid":"3"}']))
    data[at % len(data)] ^= 1
    assert isinstance(followed(bytes(data))[-1], Broken)


def test_a_batch_that_is_left_out_moved_or_cut_breaks_the_chain() -> None:
    one, two, three = [b'{"uid":"1"}'], [b'{"uid":"2"}'], [b'{"uid":"3"}']
    whole = segment(one, two, three)
    first, second = len(segment(one)), len(segment(one, two))
    assert len(followed(whole)) == 3
    for broken in (
        whole[:first] + whole[second:],
        whole[:first] + whole[second:] + whole[first:second],
        whole[first:],
        whole[:-1],
        whole + b'{"a":4}\n',
    ):
        assert isinstance(followed(broken)[-1], Broken)


def test_a_batch_signed_with_another_key_breaks_the_chain() -> None:
    forged, _ = closed([b'{"uid":"1"}'], LEAD, START, Signer(WRITER, (b"x" * 32,)))
    (found,) = followed(forged)
    assert (type(found), found.n) == (Broken, 0)
    assert not any(isinstance(each, Broken) for each in follow(io.BytesIO(forged), START, None))


def test_what_is_not_closed_yet_is_not_read() -> None:
    whole = segment([b'{"uid":"1"}'], [b'{"uid":"2"}'])
    assert len(list(whole_batches(io.BytesIO(whole[:-1])))) == 1


def test_more_than_a_batch_holds_becomes_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LINES", 3)
    assert [len(each) for each in portions([b'{"uid":"1"}'] * 7)] == [3, 3, 1]
    monkeypatch.setattr(module, "MOST_BYTES", 24)
    assert [len(each) for each in portions([b'{"uid":"1"}'] * 5)] == [2, 2, 1]
    assert list(portions([])) == []


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b'{"a":1}\n{"b":2}',
        b'{"batch":{"n":1}}',
        b'{"segment":{"after":1}}',
        b'{"uid":""}',
        b'{"uid":"a"',
        b'{"uid":"\xff"}',
        b'{"uid":"a"} {"uid":"b"}',
        b'{"uid":"a","fields":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"a":"%s"}' % (b"x" * (1 << 20)),
    ],
)
def test_what_could_pass_for_something_else_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="event store"):
        list(portions([b'{"uid":"1"}', line]))
