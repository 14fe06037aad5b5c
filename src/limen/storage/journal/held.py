"""What other nodes ask for: which chains this disk holds, and the lines of one after a line they have.

No line is told before the disk has it: where it is refused, or the machine stops, others come in its place, and two
histories under one name can't be told from tampering.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from limen.storage.journal.chain import parse
from limen.storage.journal.checkpoint import Sealed
from limen.storage.journal.reader import writer_folders
from limen.storage.journal.segment import sealed_lines
from limen.storage.segments.file import durable_size
from limen.storage.segments.name import segments_in
from limen.storage.segments.signed import SEALED_FILE, UNREADABLE

PORTION_BYTES: Final = 4 << 20
"""About how much is told at once; it ends with a whole batch."""


def held_chains(root: Path) -> list[str]:
    """The writers whose chains, or copies of them, are under `root`."""
    return [folder.name for folder in writer_folders(root) if segments_in(folder)]


def beginning(folder: Path) -> bytes:
    """The signed list that says where what is kept of a chain begins; empty where it begins with its first line."""
    path = folder / SEALED_FILE
    with suppress(FileNotFoundError, *UNREADABLE):
        raw = path.read_bytes()
        if msgspec.json.decode(raw, type=Sealed).expired_n:
            return raw
    return b""


def lines_after(folder: Path, after: int, most: int = PORTION_BYTES) -> bytes:
    """The lines of the chain in `folder` that follow line `after`, in whole batches: about `most` bytes of them.

    Nothing where there is none yet. They are told as they are: whoever takes them checks every one.
    """
    for _ in range(3):
        try:
            return _whole(_following(folder, after), most)
        except FileNotFoundError:  # sealed, or past its keeping time, since it was listed
            continue
    return b""


def _whole(raws: Iterable[bytes], most: int) -> bytes:
    taken = bytearray()
    whole = 0
    for raw in raws:
        taken += raw
        if b'"m":"' in raw[:250] and (line := parse(raw)) is not None and line.mac is not None:
            whole = len(taken)
            if whole >= most:
                break
    return bytes(taken[:whole])


def _following(folder: Path, after: int) -> Iterator[bytes]:
    sealed = _listed(folder)
    known = {segment.ordinal for segment in sealed.segments}
    for segment in sealed.segments:
        if segment.last_n > after:
            yield from sealed_lines(folder / segment.file_name, "n > $n", n=after)
    for name, path in segments_in(folder):
        if not name.is_sealed and name.ordinal not in known:
            yield from _open_lines(path, after)


def _listed(folder: Path) -> Sealed:
    path = folder / SEALED_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Sealed)
    except (FileNotFoundError, *UNREADABLE):
        return Sealed(writer=folder.name)


def _open_lines(path: Path, after: int) -> Iterator[bytes]:
    """The lines after number `after`; whoever asks mostly has all but the last few, so it looks from the end."""
    size = durable_size(path)
    if size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as data:
        begin = data.rfind(b'\n{"n":%d,' % (after + 1)) + 1
        if begin == 0:
            first = parse(data[: data.find(b"\n") + 1])
            if first is None or first.n <= after:
                return
        while end := data.find(b"\n", begin) + 1:
            yield data[begin:end]
            begin = end
