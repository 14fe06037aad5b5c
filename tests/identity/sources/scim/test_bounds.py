from __future__ import annotations

import json

import msgspec
import pytest

from limen.identity.sources.scim.bounds import (
    MOST_BYTES,
    MOST_DEPTH,
    MOST_PATCHES,
    UnreadableError,
    decoded,
    is_too_many,
)


def nested(begins: bytes, ends: bytes, depth: int) -> bytes:
    return begins * depth + b"1" + ends * depth


def why_not(body: bytes) -> str:
    with pytest.raises(UnreadableError) as wrong:
        decoded(body)
    return str(wrong.value)


@pytest.mark.parametrize(
    "body",
    [
        nested(b"[", b"]", MOST_DEPTH),
        nested(b'{"a":', b"}", MOST_DEPTH),
        b"[" + b"[]," * 100 + b"[]]",
        json.dumps({"a": "[" * 100 + '"' + "\\"}).encode(),
        b'"\\"' + b"[" * 40 + b'"',
        b"-" + b"9" * 4_000,
        b"1." + b"1" * 500,
        b"[18446744073709551616, -1e300, true, null]",
        b'{"a":1,"a":[2]}',
    ],
)
def test_what_nests_no_deeper_is_read_as_it_stands(body: bytes) -> None:
    assert decoded(body) == msgspec.json.decode(body)


def test_depth_is_told_before_anything_behind_it_is_read() -> None:
    deep = why_not(nested(b"[", b"]", MOST_DEPTH + 1))
    for body in (
        nested(b'{"a":', b"}", MOST_DEPTH + 1),
        b'{"a":' * 40,
        b'{"a":1,"a":' + b"[" * MOST_DEPTH,
        b"[" * MOST_BYTES,
        nested(b"[", b"]", MOST_DEPTH + 1) + b"no JSON",
    ):
        assert why_not(body) == deep


def test_what_is_no_json_is_told_from_what_is_deep() -> None:
    broken = why_not(b"{")
    assert broken != why_not(b"[" * (MOST_DEPTH + 1))
    for body in (b"", b"nul", b"[" * MOST_DEPTH, b"]" + b"[" * 40, b"{1:2}", b'"\xff"', b'"\\ud800"', b"[1] x"):
        assert why_not(body) == broken


@pytest.mark.parametrize("body", [b"1e999", b"9" * 5_000, b"-1e999"])
def test_numbers_out_of_range_are_refused(body: bytes) -> None:
    assert why_not(body)


def test_operations_are_counted_wherever_they_stand_and_however_they_are_written() -> None:
    many = [{}] * (MOST_PATCHES + 1)
    assert is_too_many({"operations": many})
    assert is_too_many({"Operations": [{"data": {"OPERATIONS": many}}]})
    assert not is_too_many({"Operations": many[1:], "members": many})
