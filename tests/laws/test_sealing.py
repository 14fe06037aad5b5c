"""Laws of sealing: any size comes back, and no cut and no flip does."""

from __future__ import annotations

import io
from random import Random

import pyrage
import pytest
from tests import dial

from limen.data.sealing import header, payload
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.errors import SealedError
from limen.data.sealing.payload import CHUNK

SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 16 * CHUNK, 16 * CHUNK + 1)
ADA = Identity.new()
PYRAGE = pyrage.x25519.Identity.from_str(ADA.text)


def sealed(content: bytes) -> bytes:
    key, target = header.new_file_key(), io.BytesIO()
    target.write(header.written(key, [ADA.recipient]))
    payload.encrypt(io.BytesIO(content), target, key)
    return target.getvalue()


def opened(text: bytes) -> bytes:
    source, target = io.BytesIO(text), io.BytesIO()
    head = header.read(source, "a.age")
    found = header.unwrap(head.stanzas, [ADA])
    if found is None or not head.is_genuine(found[0]):
        raise SealedError("not for us", "")
    payload.decrypt(source, target, found[0], "a.age")
    return target.getvalue()


def test_any_size_is_read_by_pyrage_and_read_from_it() -> None:
    random = Random(1)
    sizes = [*SIZES, *(random.randrange(3 * 16 * CHUNK) for _ in range(dial.size(60, 6)))]
    for size in sizes:
        content = random.randbytes(size)
        assert pyrage.decrypt(sealed(content), [PYRAGE]) == content
        assert opened(pyrage.encrypt(content, [PYRAGE.to_public()])) == content
        assert opened(sealed(content)) == content


def test_any_cut_is_refused() -> None:
    random = Random(2)
    for size in (0, 1, 200, CHUNK, CHUNK + 1):
        text = sealed(random.randbytes(size))
        short = range(len(text)) if len(text) < 1_000 else ()
        for left in (*short, *(random.randrange(len(text)) for _ in range(dial.size(400, 20)))):
            with pytest.raises(SealedError):
                opened(text[:left])


def test_any_flip_and_anything_added_is_refused() -> None:
    random = Random(3)
    for size in (0, 1, 200, CHUNK, CHUNK + 1, 2 * CHUNK):
        text = sealed(random.randbytes(size))
        short = range(len(text)) if len(text) < 1_000 else ()
        for place in (*short, *(random.randrange(len(text)) for _ in range(dial.size(400, 20)))):
            wrong = bytearray(text)
            wrong[place] ^= 1 << random.randrange(8)
            with pytest.raises(SealedError):
                opened(bytes(wrong))
        for more in (b"\0", bytes(16), bytes(CHUNK), text):
            with pytest.raises(SealedError):
                opened(text + more)
