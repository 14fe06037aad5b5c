"""The payload at the sizes where chunks and blocks end; every other size: tests/laws/test_sealing.py."""

from __future__ import annotations

import io
import os

import pytest

from limen.data.sealing import payload
from limen.data.sealing.errors import SealedError
from limen.data.sealing.payload import CHUNK, TAG

KEY = bytes(range(16))
BLOCK = 16 * CHUNK


def sealed(content: bytes) -> bytes:
    target = io.BytesIO()
    payload.encrypt(io.BytesIO(content), target, KEY)
    return target.getvalue()


def opened(text: bytes, key: bytes = KEY) -> bytes:
    target = io.BytesIO()
    payload.decrypt(io.BytesIO(text), target, key, "a.age")
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7])
def test_what_was_sealed_opens(size: int) -> None:
    content, text = os.urandom(size), io.BytesIO()
    told: list[int] = []
    digest = payload.encrypt(io.BytesIO(content), text, KEY, told.append)
    assert sum(told) == size
    assert len(text.getvalue()) == 16 + size + TAG * max(1, -(-size // CHUNK))
    assert opened(text.getvalue()) == content
    assert payload.digest(io.BytesIO(text.getvalue())) == digest
    assert payload.decrypt(io.BytesIO(text.getvalue()), io.BytesIO(), KEY, "a.age") == digest


def test_the_same_content_looks_different_each_time() -> None:
    assert sealed(b"salaries") != sealed(b"salaries")


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealedError):
        opened(sealed(b"salaries"), bytes(16))


@pytest.mark.parametrize("left", [0, 15, 16, 16 + CHUNK + TAG, 16 + 16 * (CHUNK + TAG)])
def test_what_ends_where_a_chunk_ends_is_refused_as_well(left: int) -> None:
    with pytest.raises(SealedError):
        opened(sealed(os.urandom(2 * BLOCK))[:left])


def test_chunks_in_another_order_are_refused() -> None:
    text, size = sealed(os.urandom(3 * CHUNK)), CHUNK + TAG
    first, second, third = (text[16 + i * size : 16 + (i + 1) * size] for i in range(3))
    for wrong in (second + first + third, first + third, first + second + third + third, first + first + third):
        with pytest.raises(SealedError):
            opened(text[:16] + wrong)


def test_an_empty_last_chunk_is_refused() -> None:
    """No other way of writing the same content is taken (age-encryption.org/v1)."""
    cipher = payload._cipher(KEY, bytes(16))
    chunks = cipher.encrypt(payload._nonce(0, is_last=False), bytes(CHUNK), None)
    last = cipher.encrypt(payload._nonce(1, is_last=True), b"", None)
    with pytest.raises(SealedError):
        opened(bytes(16) + chunks + last)


def test_a_source_that_gives_little_at_a_time_is_read_whole() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 50_001))

    content, text = os.urandom(3 * CHUNK + 5), io.BytesIO()
    payload.encrypt(Slow(content), text, KEY)
    assert opened(text.getvalue()) == content
