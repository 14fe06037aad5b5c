"""Which parts of the journal a backup copies while it is being written: every chain, up to a whole batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from limen.storage.journal.chain import Broken, follow
from limen.storage.journal.checkpoint import EVIDENCE, Checkpoint, Sealed, read_checkpoint
from limen.storage.journal.emergency import EMERGENCY_FILES
from limen.storage.journal.reader import writer_folders
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.name import Name, segments_in
from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE, UNREADABLE, write_signed

_MOST_EVIDENCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class FileToCopy:
    """A file of the journal as it goes into a backup: its first `size` bytes, or `content` where that is small."""

    name: str
    path: Path
    size: int
    sha256: str
    content: bytes | None = None


class CopiedLines(msgspec.Struct, frozen=True):
    """From which line of a writer's chain to which a copy goes, and the head there."""

    first: int
    last: int
    head: str = ""


@dataclass(frozen=True, slots=True)
class ChainSnapshot:
    """One writer's files, and how long they were at that instant."""

    folder: Path
    small: tuple[tuple[str, bytes], ...]
    sealed: Sealed
    segments: tuple[tuple[Name, Path, int], ...]


def snapshot_chains(root: Path) -> list[ChainSnapshot]:
    """Each writer's files at this instant; as quick as listing the folder. On FileNotFoundError, try again.

    The checkpoint is read before the lengths are, so that it never covers lines which the copy does not hold.
    """
    return [_snapshot_of(folder) for folder in writer_folders(root)]


def files_to_copy(snapshot: ChainSnapshot) -> tuple[list[FileToCopy], CopiedLines]:
    """The files to copy, and how far they reach. An unfinished batch is left out: it was not acknowledged.

    Raises FileNotFoundError where a segment was sealed or expired since: take a new snapshot.
    """
    writer = snapshot.folder.name
    found = [
        FileToCopy(f"{writer}/{name}", snapshot.folder / name, len(content), sha256(content).hexdigest(), content)
        for name, content in snapshot.small
    ]
    listed = {segment.ordinal: segment for segment in snapshot.sealed.segments}
    first, link = snapshot.sealed.start(writer).n + 1, snapshot.sealed.end(writer)
    for segment in snapshot.sealed.segments:
        path = snapshot.folder / segment.file_name
        found.append(FileToCopy(f"{writer}/{path.name}", path, path.stat().st_size, segment.sha256))
    for name, path, size in snapshot.segments:
        if not name.is_sealed and name.ordinal not in listed:
            whole, digest, link = _whole(path, size, link)
            if whole:
                found.append(FileToCopy(f"{writer}/{path.name}", path, whole, digest))
    return found, CopiedLines(first, link.n, link.head.decode())


def leave_clean(root: Path, keys: tuple[bytes, ...], now: int) -> None:
    """Mark the checkpoints of a verified copy as clean.

    Otherwise the next start would take the end of the copy for the place of a crash.
    """
    for folder in writer_folders(root):
        path = folder / CHECKPOINT_FILE
        before = read_checkpoint(path)
        _, reach = files_to_copy(_snapshot_of(folder))
        if before is not None and reach.last >= before.n:
            segment = segments_in(folder)[-1][0].ordinal
            reached = Checkpoint(
                writer=folder.name,
                n=reach.last,
                h=reach.head,
                segment=segment,
                at=now,
                is_clean=True,
                break_glass=before.break_glass,
            )
            write_signed(path, reached, Signer(folder.name, keys))


def _snapshot_of(folder: Path) -> ChainSnapshot:
    small = [(CHECKPOINT_FILE, _bytes(folder / CHECKPOINT_FILE)), (SEALED_FILE, _bytes(folder / SEALED_FILE))]
    small += [(path.name, path.read_bytes()) for path in sorted(folder.glob(EMERGENCY_FILES))]
    small += [(path.name, path.read_bytes()[:_MOST_EVIDENCE]) for path in sorted(folder.glob(EVIDENCE))]
    written = dict(small)[SEALED_FILE]
    try:
        sealed = msgspec.json.decode(written, type=Sealed) if written else Sealed(writer=folder.name)
    except UNREADABLE:
        sealed = Sealed(writer=folder.name)
    segments = tuple((name, path, path.stat().st_size) for name, path in segments_in(folder))
    return ChainSnapshot(folder, tuple((name, content) for name, content in small if content), sealed, segments)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _whole(path: Path, size: int, after: Link) -> tuple[int, str, Link]:
    """How many of the first `size` bytes are whole batches, their SHA-256, and where they lead.

    A chain that breaks in the middle was tampered with, and all of it is copied as evidence.
    """
    seen, hashed = [0], sha256()
    whole, digest, link = 0, hashed.hexdigest(), after
    with path.open("rb") as file:

        def raws() -> Iterator[bytes]:
            while seen[0] < size and (raw := file.readline(size - seen[0])):
                seen[0] += len(raw)
                hashed.update(raw)
                yield raw

        for line in follow(raws(), after, signer=None):
            if isinstance(line, Broken):
                break
            if line.mac is not None:
                whole, digest, link = seen[0], hashed.hexdigest(), line.link
        if seen[0] < size:
            for _ in raws():
                pass
            return size, hashed.hexdigest(), link
    return whole, digest, link
