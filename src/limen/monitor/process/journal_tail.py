"""Follows Limen's own journal on the disk, from where it was left: every writer's segments, open and sealed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from limen.storage.journal.chain import ERASED, parse
from limen.storage.journal.reader import writer_folders
from limen.storage.journal.segment import sealed_lines
from limen.storage.segments.name import Name, segments_in

MOST: Final = 2_000
"""Lines that are read in one go."""
_PIECE: Final = 4 << 20


class Place(msgspec.Struct, frozen=True):
    """How far a writer's chain was read: the segment, its last line's number, and where in its open file that ends."""

    ordinal: int = 0
    n: int = 0
    offset: int = 0


class JournalTail:
    """`places`: how far each writer was read. A writer that was never read begins with its newest segment."""

    def __init__(self, root: Path, places: dict[str, Place] | None = None) -> None:
        self.places = dict(places or {})
        self._root = root

    def read(self, most: int = MOST) -> list[bytes]:
        """The bodies of the events that were written since, the oldest first, about `most` at the most."""
        found: list[bytes] = []
        for folder in writer_folders(self._root):
            found += self._read_writer(folder, most - len(found))
            if len(found) >= most:
                break
        return found

    def _read_writer(self, folder: Path, most: int) -> list[bytes]:
        segments = _newest_form(segments_in(folder))
        if not segments:
            return []
        place = self.places.get(folder.name) or Place(segments[-1][0].ordinal)
        found: list[bytes] = []
        for name, path in segments:
            if name.ordinal < place.ordinal or len(found) >= most:
                continue
            if name.ordinal > place.ordinal:
                place = Place(name.ordinal, place.n)
            try:
                bodies, place, is_whole = (
                    _sealed(path, place) if name.is_sealed else _open(path, place, most - len(found))
                )
            except FileNotFoundError:
                break  # it was sealed this moment: the next reading finds its other form
            found += bodies
            if not is_whole:
                break  # the rest comes before what is in the next segment
        self.places[folder.name] = place
        return found


def _newest_form(segments: list[tuple[Name, Path]]) -> list[tuple[Name, Path]]:
    """Each segment once: sealed where it is."""
    return sorted({name.ordinal: (name, path) for name, path in segments}.values(), key=lambda each: each[0].ordinal)


def _open(path: Path, place: Place, most: int) -> tuple[list[bytes], Place, bool]:
    """What is new, how far that is, and whether it is all there is. Raises FileNotFoundError."""
    with path.open("rb") as file:
        offset = place.offset if place.offset <= os.fstat(file.fileno()).st_size else 0
        file.seek(offset)
        piece = file.read(_PIECE)
    is_whole = len(piece) < _PIECE
    bodies: list[bytes] = []
    n = place.n
    for raw in piece.splitlines(keepends=True):
        if len(bodies) >= most:
            is_whole = False
            break
        if not raw.endswith(b"\n"):
            break
        line = parse(raw)
        if line is not None and line.n > n + 1 and place.offset:
            return bodies, Place(place.ordinal, n), False  # a batch was cut off meanwhile: the next reading begins anew
        if line is not None and line.n > n:
            n = line.n
            bodies += _events_of([line.body])
        offset += len(raw)
    return bodies, Place(place.ordinal, n, offset), is_whole


def _sealed(path: Path, place: Place) -> tuple[list[bytes], Place, bool]:
    """The rest of a segment that was sealed meanwhile: an hour at the most."""
    bodies: list[bytes] = []
    n = place.n
    for raw in sealed_lines(path):
        line = parse(raw)
        if line is not None and line.n > n:
            n = line.n
            bodies += _events_of([line.body])
    return bodies, Place(place.ordinal, n, place.offset), True


def _events_of(bodies: Iterable[bytes]) -> Iterator[bytes]:
    """Without headers, facts and what was erased."""
    return (body for body in bodies if body != ERASED and b'"class_uid"' in body)
