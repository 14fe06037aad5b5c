"""Sealing and opening files on a disk: streamed, whole or not at all, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from limen.data.sealing import header, payload
from limen.data.sealing.age_keys import Identity, Recipient
from limen.data.sealing.errors import SealedError, broken
from limen.data.sealing.payload import Source, Told
from limen.storage.files import open_plain, read_own, sync, write_all

ENDING: Final = ".age"
_PENDING: Final = ".new-header"
_LONGEST_HEADER: Final = 100_000
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was sealed: the BLAKE3 of the payload, which stays when keys change, and the key of this one file."""

    payload_blake3: bytes
    file_key: bytes = field(repr=False)

    @property
    def document(self) -> str:
        return document_id(self.file_key)


def document_id(file_key: bytes) -> str:
    """16 hex digits that name a sealed file in the journal and its manifest: of its key, which they don't tell."""
    return header.derived(file_key, b"", b"limen document")[:8].hex()


def seal(source: Source, target: Path, recipients: Sequence[Recipient], told: Told | None = None) -> Sealed:
    """Seal what `source` gives into the new file `target`. Raises SealedError where that exists, OSError."""
    file_key = header.new_file_key()
    head = header.written(file_key, recipients)
    with new_file(target) as file:
        file.write(head)
        return Sealed(payload.encrypt(source, file, file_key, told), file_key)


def read_header(path: Path) -> header.Header:
    """Raises SealedError, OSError."""
    with open_plain(path, follows_links=True) as file:
        return header.read(file, path.name)


def file_key_of(path: Path, identities: Sequence[Identity]) -> tuple[bytes, Identity]:
    """The key of this file, and which identity opens it. Raises SealedError, OSError."""
    head = read_header(path)
    found = header.unwrap(head.stanzas, identities)
    if found is None:
        raise SealedError(f"{path.name} is not sealed for this key", "use the key that it was sealed for")
    if not head.is_genuine(found[0]):
        raise broken(path.name, "its header is not as it was sealed")
    return found


def open_with(path: Path, target: Path, file_key: bytes, told: Told | None = None) -> bytes:
    """Write the content of the sealed file `path` to the new file `target`; gives the BLAKE3 of its payload.

    Raises SealedError, after which there is no `target`; OSError.
    """
    with new_file(target) as file:
        return open_into(path, file, file_key, told)


def open_into(path: Path, target: payload.Target, file_key: bytes, told: Told | None = None) -> bytes:
    """As `open_with`, to what is not a file: what it got counts only when nothing was raised."""
    with path.open("rb", buffering=_PIECE) as source:
        if not header.read(source, path.name).is_genuine(file_key):
            raise broken(path.name, "its header is not as it was sealed")
        return payload.decrypt(source, target, file_key, path.name, told)


def payload_digest(path: Path) -> bytes:
    """The BLAKE3 of the payload as it stands in the file. Raises SealedError, OSError."""
    with path.open("rb") as source:
        header.read(source, path.name)
        return payload.digest(source)


def rewrap(path: Path, file_key: bytes, recipients: Sequence[Recipient]) -> None:
    """Give the file a header for other recipients. The payload is not written again where the new header is as long.

    A crash at any moment leaves a file that opens, or one that the next `rewrap` or `finish_rewrap` completes: the new
    header stands beside it until it is in place. Raises SealedError, OSError.
    """
    head = header.written(file_key, recipients)
    before = len(read_header(path).text)
    if len(head) != before:
        _rewritten(path, head, before)
        return
    with new_file(_pending(path), replaces=True) as file:
        file.write(_nonce_at(path, before) + head)
    finish_rewrap(path)


def finish_rewrap(path: Path) -> None:
    """Complete a change of keys that was interrupted; nothing where there was none. Raises OSError.

    What stands beside a file counts only for this one file, which its payload's nonce tells.
    """
    pending = _pending(path)
    try:
        kept = read_own(pending, _LONGEST_HEADER)
    except FileNotFoundError:
        return
    nonce, head = kept[: payload.NONCE], kept[payload.NONCE :]
    if _nonce_at(path, len(head)) == nonce:
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            write_all(handle, head)
            os.fsync(handle)
        finally:
            os.close(handle)
    pending.unlink()


def _pending(path: Path) -> Path:
    return path.with_name(path.name + _PENDING)


def _nonce_at(path: Path, offset: int) -> bytes:
    with open_plain(path, follows_links=True) as file:
        file.seek(offset)
        return file.read(payload.NONCE)


def _rewritten(path: Path, head: bytes, before: int) -> None:
    """The same payload behind a header of another length, in a new file that takes the place of the old one."""
    with path.open("rb") as source, new_file(path, replaces=True) as file:
        file.write(head)
        source.seek(before)
        while piece := source.read(_PIECE):
            file.write(piece)


@contextmanager
def new_file(target: Path, *, replaces: bool = False) -> Iterator[IO[bytes]]:
    """A file that stands at `target` once the block is over without an error, and not before."""
    if not replaces and os.path.lexists(target):
        raise SealedError(f"{target} exists already", "move it away, or name another place with --into")
    part = target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        sync(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
