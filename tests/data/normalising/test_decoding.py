"""Base 64 that holds text, told from what only looks like it."""

from __future__ import annotations

from base64 import b64encode
from random import Random

import pytest

from limen.data.normalising.decoding import decoded_text

_TEXT = b"a letter of some length"


@pytest.mark.parametrize("before", ["", "/", "ab", "abc"])
def test_text_is_told(before: str) -> None:
    found = decoded_text(before.encode() + b64encode(_TEXT))
    assert found is not None
    assert found[0] == len(before) % 4
    assert _TEXT in found[1]


def test_keys_and_digests_are_none() -> None:
    random = Random(4)
    told = sum(decoded_text(b64encode(random.randbytes(30))) is not None for _ in range(5_000))
    told += sum(decoded_text(random.randbytes(20).hex().encode()) is not None for _ in range(5_000))
    assert told <= 5
    assert decoded_text(b"A" * 64) is None
