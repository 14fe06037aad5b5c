"""The backup file: a plain tar, packed with gzip and, where a recipient is named, encrypted in the age format.

Any tool opens it. Reading is strict: nothing reaches the disk but the files that the manifest names.
"""

from __future__ import annotations

import gzip
import os
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path
from typing import IO, Final, Protocol

import msgspec

from limen.backup.errors import BackupError, BackupUnfitError
from limen.backup.manifest import MOST_BYTES, NAME, Entry, Manifest, read_manifest

BLOCK: Final = 512
CHUNK: Final = 1 << 20
_AGE: Final = b"age-encryption.org/v1"
Told = Callable[[int, int], None]
Source = tuple[Entry, Path | bytes]


class Readable(Protocol):
    """What gives bytes, fewer than asked for only at its end."""

    def read(self, size: int, /) -> bytes: ...


class ChangedError(BackupError):
    """A file changed while it was being copied."""


def write_archive(file: IO[bytes], manifest: Manifest, sources: Iterable[Source], told: Told | None = None) -> None:
    """Write everything to `file`, the manifest first. Raises ChangedError, OSError."""
    done, whole = 0, manifest.size
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed:
        written = msgspec.json.encode(manifest, order="deterministic")
        _write_one(packed, Entry(NAME, len(written), sha256(written).hexdigest()), [written], manifest.at)
        for entry, source in sources:
            _write_one(packed, entry, _chunks(source, entry.size), manifest.at)
            done += entry.size
            if told:
                told(done, whole)
        packed.write(bytes(2 * BLOCK))


def _write_one(packed: gzip.GzipFile, entry: Entry, chunks: Iterable[bytes], at: int) -> None:
    header = tarfile.TarInfo(entry.name)
    header.size, header.mode, header.mtime = entry.size, 0o600, at // 1000
    packed.write(header.tobuf(tarfile.USTAR_FORMAT))
    hashed = sha256()
    for chunk in chunks:
        hashed.update(chunk)
        packed.write(chunk)
    if hashed.hexdigest() != entry.sha256:
        raise ChangedError(f"{entry.name} changed while it was copied", "try again")
    packed.write(bytes(-entry.size % BLOCK))


def _chunks(source: Path | bytes, size: int) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while size > 0 and (chunk := file.read(min(CHUNK, size))):
            size -= len(chunk)
            yield chunk
    if size:
        raise ChangedError(f"{source.name} became shorter while it was copied", "try again")


class Archive:
    """A backup that is being read. `manifest` is known at once; the files follow in their order, once."""

    def __init__(self, packed: Readable) -> None:
        self._packed = packed
        name, size = self._header()
        if name != NAME or size > MOST_BYTES:
            raise BackupUnfitError("this is not a Limen backup", "give a file that `limen backup` created")
        self.manifest = read_manifest(self._exactly(size))
        self._exactly(-size % BLOCK)

    def unpack(self, into: Path, told: Told | None = None) -> None:
        """Write every file under `into`, each checked against the manifest. Raises BackupUnfitError, OSError."""
        done, waiting = 0, {entry.name: entry for entry in self.manifest.files}
        while waiting:
            name, size = self._header()
            entry = waiting.pop(name, None)
            if entry is None or entry.size != size:
                raise BackupUnfitError(f"{name[:80]!r} does not match the list of contents", "use another backup")
            self._unpack_one(entry, into / name)
            done += size
            if told:
                told(done, self.manifest.size)
        if any(self._exactly(BLOCK)):
            raise BackupUnfitError(
                "this backup contains files that are not in its list of contents", "use another backup"
            )

    def _unpack_one(self, entry: Entry, target: Path) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        hashed, left = sha256(), entry.size
        with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb") as out:
            while left:
                chunk = self._exactly(min(CHUNK, left))
                hashed.update(chunk)
                out.write(chunk)
                left -= len(chunk)
            out.flush()
            os.fsync(out.fileno())
        if hashed.hexdigest() != entry.sha256:
            raise BackupUnfitError(f"{entry.name} was changed, or the file is damaged", "use another backup")
        self._exactly(-entry.size % BLOCK)

    def _header(self) -> tuple[str, int]:
        """Name and length of the next member; a plain file, or nothing at all: no link, device, or long name."""
        try:
            header = tarfile.TarInfo.frombuf(self._exactly(BLOCK), "ascii", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError):
            raise BackupUnfitError("this is not a Limen backup, or it is damaged", "use another one") from None
        if header.type != tarfile.REGTYPE or header.size < 0 or header.linkname:
            raise BackupUnfitError(
                f"{header.name[:80]!r} is not a regular file", "use another backup: this one has been tampered with"
            )
        return header.name, header.size

    def _exactly(self, size: int) -> bytes:
        try:
            found = self._packed.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise BackupUnfitError("this backup is damaged, or not a backup at all", "use another one") from None
        if len(found) != size:
            raise BackupUnfitError("this backup is incomplete", "copy it again, or use another one")
        return found


@contextmanager
def reading(file: Path, identity: str = "") -> Iterator[Archive]:
    """The backup in `file`; `identity` is the age secret key where it is sealed. Raises BackupUnfitError."""
    try:
        raw = file.open("rb")
    except OSError as error:
        raise BackupUnfitError(f"{file} can't be read ({error.strerror})", "check the path and its owner") from None
    with raw:
        is_sealed = raw.read(len(_AGE)) == _AGE
        raw.seek(0)
        if is_sealed and not identity:
            raise BackupUnfitError("this backup is encrypted", "give the file of its age identity with --identity")
        with _opened(raw, identity) if is_sealed else nullcontext(raw) as stream:
            yield Archive(gzip.GzipFile(fileobj=stream, mode="rb"))


@contextmanager
def sealing(file: IO[bytes], recipient: str) -> Iterator[IO[bytes]]:
    """Where to write what shall stand in `file`: sealed for an age recipient, or as it is for none.

    Nothing unsealed touches the disk: it goes through a pipe.
    """
    if not recipient:
        yield file
        return
    import pyrage  # noqa: PLC0415 -- only sealed backups need it

    try:
        sealed_for = pyrage.x25519.Recipient.from_str(recipient.strip())
    except pyrage.RecipientError:
        raise BackupError(
            f"{recipient[:80]!r} is not an age recipient", "it starts with age1; `age-keygen` creates one"
        ) from None
    read, write = os.pipe()
    with _beside(lambda source: pyrage.encrypt_io(source, file, [sealed_for]), os.fdopen(read, "rb")) as ended:
        with os.fdopen(write, "wb") as stream:
            yield stream
        ended()


@contextmanager
def _opened(sealed: IO[bytes], identity: str) -> Iterator[IO[bytes]]:
    import pyrage  # noqa: PLC0415 -- only sealed backups need it

    lines = [line.strip() for line in identity.splitlines() if line.strip() and not line.startswith("#")]
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines]
    except pyrage.IdentityError:
        raise BackupUnfitError(
            "the age identity can't be read", "give a file with a line that starts with AGE-SECRET-KEY-1"
        ) from None
    read, write = os.pipe()
    with (
        _beside(lambda target: pyrage.decrypt_io(sealed, target, keys), os.fdopen(write, "wb")),
        os.fdopen(read, "rb") as stream,
    ):
        yield stream


@contextmanager
def _beside(work: Callable[[IO[bytes]], None], end: IO[bytes]) -> Iterator[Callable[[], None]]:
    """Run `work` on one end of a pipe in a thread of its own; what it could not do shows at the other end.

    Calling what this yields waits for it, and raises what it raised.
    """
    failed: list[Exception] = []

    def run() -> None:
        try:
            with end:
                work(end)
        except Exception as error:  # noqa: BLE001 -- carried over to the thread that waits
            failed.append(error)

    thread = threading.Thread(target=run, name="limen-sealing-backup", daemon=True)
    thread.start()

    def ended() -> None:
        thread.join()
        if failed:
            raise OSError(str(failed[0])) from failed[0]

    try:
        yield ended
    finally:
        thread.join(10)
