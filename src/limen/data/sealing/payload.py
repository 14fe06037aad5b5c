"""The payload of an age file: 64 KiB at a time by ChaCha20-Poly1305, numbered, the last one marked.

As https://age-encryption.org/v1 says (STREAM, after Hoang, Reyhanitabar, Rogaway and Vizár, 2015). Memory stays the
same whatever the size.

The tags of Poly1305 prove nothing against somebody who has the file's key: they can find other content with the same
tags. So a manifest names a payload by its BLAKE3 (https://github.com/BLAKE3-team/BLAKE3-specs), which takes a quarter
of the time of SHA-256.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Final, Protocol, TypeAlias

from blake3 import blake3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from limen.data.sealing.errors import broken
from limen.data.sealing.header import derived

CHUNK: Final = 65_536
TAG: Final = 16
NONCE: Final = 16
_CHUNKS: Final = 16
_COUNTER_BYTES: Final = 11

Told: TypeAlias = Callable[[int], object]
"""Is told how many bytes of the content were just done."""


class Source(Protocol):
    """What gives bytes, fewer than asked for only at its end."""

    def read(self, size: int, /) -> bytes: ...


class Target(Protocol):
    def write(self, data: bytes | memoryview, /) -> object: ...


def encrypt(source: Source, target: Target, file_key: bytes, told: Told | None = None) -> bytes:
    """Write the payload of `source` to `target`. Gives its BLAKE3: of the nonce and all chunks. Raises OSError."""
    nonce = secrets.token_bytes(NONCE)
    target.write(nonce)
    cipher, hashed = _cipher(file_key, nonce), blake3(nonce)
    sealed = memoryview(bytearray(_CHUNKS * (CHUNK + TAG)))
    for number, block, is_last in _blocks(source, CHUNK):
        done = 0
        for at, chunk, counter in _chunks(block, CHUNK, number, is_last=is_last):
            done = at // CHUNK * TAG + at + len(chunk) + TAG
            cipher.encrypt_into(counter, chunk, None, sealed[done - len(chunk) - TAG : done])
        hashed.update(sealed[:done])
        target.write(sealed[:done])
        if told:
            told(len(block))
    return hashed.digest()


def decrypt(source: Source, target: Target, file_key: bytes, name: str, told: Told | None = None) -> bytes:
    """Write the content of the payload in `source` to `target`; gives the BLAKE3 of the payload.

    Raises SealedError for what was cut, changed or lengthened: what `target` has by then is worth nothing. OSError.
    """
    nonce = source.read(NONCE)
    if len(nonce) != NONCE:
        raise broken(name, "its end is missing")
    cipher, hashed, size = _cipher(file_key, nonce), blake3(nonce), CHUNK + TAG
    content = memoryview(bytearray(_CHUNKS * CHUNK))
    for number, block, is_last in _blocks(source, size):
        hashed.update(block)
        done = 0
        for at, chunk, counter in _chunks(block, size, number, is_last=is_last):
            length = len(chunk) - TAG
            if length < 0 or (length == 0 and number + at):
                raise broken(name, "its last chunk is missing")
            done = at // size * CHUNK + length
            try:
                cipher.decrypt_into(counter, chunk, None, content[done - length : done])
            except InvalidTag:
                raise broken(name, "its content is not what was sealed") from None
        target.write(content[:done])
        if told:
            told(done)
    return hashed.digest()


def digest(source: Source) -> bytes:
    """The BLAKE3 of a payload, as `encrypt` and `decrypt` give it."""
    hashed = blake3()
    while piece := source.read(_CHUNKS * CHUNK):
        hashed.update(piece)
    return hashed.digest()


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(derived(file_key, nonce, b"payload"))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES) + bytes((is_last,))


def _blocks(source: Source, chunk: int) -> Iterator[tuple[int, bytes, bool]]:
    """(number of its first chunk, up to 16 chunks, whether it is the last); one empty block of what is empty."""
    number, block = 0, _exactly(source, _CHUNKS * chunk)
    while True:
        following = _exactly(source, _CHUNKS * chunk) if len(block) == _CHUNKS * chunk else b""
        yield number, block, not following
        if not following:
            return
        number, block = number + _CHUNKS, following


def _exactly(source: Source, size: int) -> bytes:
    """So many bytes, fewer only at the end: pipes give what they have."""
    pieces = [source.read(size)]
    missing = size - len(pieces[0])
    while missing and pieces[-1]:
        pieces.append(source.read(missing))
        missing -= len(pieces[-1])
    return b"".join(pieces) if len(pieces) > 1 else pieces[0]


def _chunks(block: bytes, size: int, number: int, *, is_last: bool) -> Iterator[tuple[int, memoryview, bytes]]:
    """(where it begins, the chunk, its nonce); one empty chunk of what is empty."""
    view, starts = memoryview(block), range(0, len(block) or 1, size)
    for i, at in enumerate(starts):
        yield at, view[at : at + size], _nonce(number + i, is_last=is_last and at == starts[-1])
