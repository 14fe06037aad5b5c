"""The payload of an age file: 64 KiB at a time by ChaCha20-Poly1305, numbered, the last one marked.

As https://age-encryption.org/v1 says (STREAM, after Hoang, Reyhanitabar, Rogaway and Vizár, 2015). Blocks of 16 chunks
are worked on side by side, and memory stays the same whatever the size.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from typing import Final, Protocol, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from limen.data.sealing.errors import broken
from limen.data.sealing.header import derived

CHUNK: Final = 65_536
TAG: Final = 16
NONCE: Final = 16
_CHUNKS: Final = 16
_AT_ONCE: Final = 2
_COUNTER_BYTES: Final = 11

Told: TypeAlias = Callable[[int], object]
"""Is told how many bytes of the content were just done."""


class Source(Protocol):
    """What gives bytes, fewer than asked for only at its end."""

    def read(self, size: int, /) -> bytes: ...


class Target(Protocol):
    def write(self, data: bytes, /) -> object: ...


def encrypt(source: Source, target: Target, file_key: bytes, told: Told | None = None) -> bytes:
    """Write the payload of `source` to `target`. Gives its SHA-256: of the nonce and all chunks. Raises OSError."""
    nonce = secrets.token_bytes(NONCE)
    hashed = sha256(nonce)
    target.write(nonce)
    cipher = _cipher(file_key, nonce)

    def sealed(number: int, block: bytes, is_last: bool) -> bytes:  # noqa: FBT001 - as blocks are given
        view = memoryview(block)
        chunks = range(0, len(block) or 1, CHUNK)
        return b"".join(
            cipher.encrypt(_nonce(number + i, is_last=is_last and at == chunks[-1]), view[at : at + CHUNK], None)
            for i, at in enumerate(chunks)
        )

    for block, content in _worked_on(_blocks(source, CHUNK), sealed):
        hashed.update(block)
        target.write(block)
        if told:
            told(content)
    return hashed.digest()


def decrypt(source: Source, target: Target, file_key: bytes, name: str, told: Told | None = None) -> bytes:
    """Write the content of the payload in `source` to `target`; gives the SHA-256 of the payload.

    Raises SealedError for what was cut, changed or lengthened: what `target` has by then is worth nothing. OSError.
    """
    nonce = source.read(NONCE)
    if len(nonce) != NONCE:
        raise broken(name, "its end is missing")
    hashed = sha256(nonce)
    cipher = _cipher(file_key, nonce)

    def opened(number: int, block: bytes, is_last: bool) -> bytes:  # noqa: FBT001 - as blocks are given
        view = memoryview(block)
        size = CHUNK + TAG
        chunks = range(0, len(block) or 1, size)
        if is_last and number + len(chunks) > 1 and len(block) - chunks[-1] <= TAG:
            raise broken(name, "its last chunk is empty")
        try:
            return b"".join(
                cipher.decrypt(_nonce(number + i, is_last=is_last and at == chunks[-1]), view[at : at + size], None)
                for i, at in enumerate(chunks)
            )
        except InvalidTag:
            raise broken(name, "its content is not what was sealed") from None

    def hashing(blocks: Iterable[tuple[int, bytes, bool]]) -> Iterator[tuple[int, bytes, bool]]:
        for number, block, is_last in blocks:
            hashed.update(block)
            yield number, block, is_last

    for content, _ in _worked_on(hashing(_blocks(source, CHUNK + TAG)), opened):
        target.write(content)
        if told:
            told(len(content))
    return hashed.digest()


def digest(source: Source) -> bytes:
    """The SHA-256 of a payload, as `encrypt` and `decrypt` give it."""
    hashed = sha256()
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


def _worked_on(
    blocks: Iterable[tuple[int, bytes, bool]], work: Callable[[int, bytes, bool], bytes]
) -> Iterator[tuple[bytes, int]]:
    """What `work` makes of each block, in their order, a few at a time; and how many bytes the block had."""
    waiting: deque[tuple[Future[bytes], int]] = deque()
    with ThreadPoolExecutor(_AT_ONCE, "sealing") as pool:
        for number, block, is_last in blocks:
            waiting.append((pool.submit(work, number, block, is_last), len(block)))
            if len(waiting) > _AT_ONCE:
                done, size = waiting.popleft()
                yield done.result(), size
        for done, size in waiting:
            yield done.result(), size
