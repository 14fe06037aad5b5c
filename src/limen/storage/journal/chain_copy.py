"""The copy of a chain that another node writes: every line is checked before it is kept, and none is ever changed.

A copy has segments of its own, begun where those of its original begin. It is sealed, erased from and deleted by age
here as any chain is, so it stays whole when the disk that it was copied from is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from limen.clock import HOUR, Clock, Instant
from limen.storage.errors import CopyRefusedError
from limen.storage.journal.chain import ERASED, Broken, Line, follow, parse
from limen.storage.journal.checkpoint import Checkpoint, Sealed, read_sealed
from limen.storage.journal.segment import recover
from limen.storage.segments.file import SegmentFile
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.lock import lock_chain
from limen.storage.segments.name import Name, segments_in
from limen.storage.segments.signed import (
    CHECKPOINT_FILE,
    SEALED_FILE,
    UNREADABLE,
    SignedFile,
    is_genuine,
    read_genuine,
    write_signed,
)

COPY_FILE: Final = "copy.json"
IDLE_SECONDS: Final = 600.0
"""A segment whose hour is over is closed once no line has come for so long: its original begins another by then."""
_HEADER: Final = b'{"segment":'


class CopyState(SignedFile, frozen=True, kw_only=True):
    """Beside a copy: that it is one, and what is known to be erased from it.

    `came_erased`: of segments that are not sealed yet, by number, how many bodies were erased when they came.
    `erased_up_to`: by the id of a person who was erased, up to which segment their bodies are gone from here.
    """

    writer: str
    came_erased: dict[int, int] = msgspec.field(default_factory=dict)
    erased_up_to: dict[str, int] = msgspec.field(default_factory=dict)
    mac: str = ""


def is_copy(folder: Path) -> bool:
    """Whether the chain in `folder` is copied from another node, whoever says so."""
    return (folder / COPY_FILE).exists()


def copy_state(folder: Path, signer: Signer | None) -> CopyState | None:
    """What stands beside the chain in `folder`, if it is a copy; None also where that was changed."""
    return read_genuine(folder / COPY_FILE, CopyState, signer, lambda _what: None)


class ChainCopy:
    """One copy. Used by one thread at a time; `close` it."""

    def __init__(self, folder: Path, signer: Signer, clock: Clock) -> None:
        """Go on with the copy in `folder`, or begin one. Raises JournalBusyError, OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._signer = signer
        self._clock = clock
        self._lock: IO[bytes] = lock_chain(folder)
        self._file: SegmentFile | None = None
        self._name = Name(0, 0)
        self._came_at = clock.monotonic()
        self.state = copy_state(folder, signer) or CopyState(writer=signer.writer)
        self.link, self.unsealed = self._resumed()
        self.write_state()

    @property
    def writer(self) -> str:
        return self._signer.writer

    @property
    def open_segment(self) -> Path | None:
        """The segment that lines are added to; None where the next line begins one."""
        return self._file.path if self._file is not None else None

    def begin_at(self, raw: bytes) -> None:
        """Begin where the original begins, whose first lines are past their keeping time: `raw` is its signed list.

        What was copied before that is past it, too, and goes. Raises CopyRefusedError where nobody vouches for it.
        """
        try:
            sealed = msgspec.json.decode(raw, type=Sealed)
        except UNREADABLE:
            raise CopyRefusedError(self.writer, "the list of its segments can't be read") from None
        if sealed.writer != self.writer or not is_genuine(sealed, self._signer):
            raise CopyRefusedError(self.writer, "the list of its segments is not signed by its writer")
        start = sealed.start(self.writer)
        if start.n <= self.link.n:
            return
        self._close_segment()
        gone = segments_in(self.folder)
        begun = Sealed(writer=self.writer, expired_n=start.n, expired_head=start.head.decode())
        write_signed(self.folder / SEALED_FILE, begun, self._signer)
        for _, path in gone:
            path.unlink()
        self.state = CopyState(writer=self.writer)
        self.write_state()
        self.link = start

    def take(self, told: bytes) -> tuple[list[bytes], list[Name]]:
        """Add whole batches to the copy, and return once the disk has them: the lines, and the segments that closed.

        Raises CopyRefusedError where they are not how the chain goes on, OSError where the disk takes nothing; what
        was whole before that is kept.
        """
        taken: list[bytes] = []
        closed: list[Name] = []
        for begins, lines in self._pieces(told):
            if begins is not None or self._file is None:
                closed += self._next_segment(begins)
            assert self._file is not None  # noqa: S101 -- begun above
            raws = [raw for raw, _ in lines]
            self._count_erased(sum(line.body == ERASED for _, line in lines))  # first: a stop between overstates it
            self._file.append(b"".join(raws))
            self.link = lines[-1][1].link
            self._came_at = self._clock.monotonic()
            taken += raws
        return taken, closed

    def close_if_over(self) -> list[Name]:
        """Close the segment that is open if its hour is over and no line comes any more."""
        is_over = self._file is not None and self._name.begun_at // HOUR != self._clock.now() // HOUR
        is_idle = self._clock.monotonic() - self._came_at >= IDLE_SECONDS
        return self._close_segment() if is_over and is_idle else []

    def came_erased(self, ordinal: int) -> int:
        return self.state.came_erased.get(ordinal, 0)

    def note(self, **changed: Any) -> None:
        """Write down something else of this copy's state."""
        self.state = msgspec.structs.replace(self.state, **changed)
        self.write_state()

    def checkpoint(self) -> None:
        """Say, signed, how far the copy has come: what is cut off it later is missed."""
        if self.link.n:
            reached = Checkpoint(
                writer=self.writer,
                n=self.link.n,
                h=self.link.head.decode(),
                segment=self._name.ordinal,
                at=self._clock.now(),
            )
            write_signed(self.folder / CHECKPOINT_FILE, reached, self._signer)

    def write_state(self) -> None:
        write_signed(self.folder / COPY_FILE, self.state, self._signer)

    def close(self) -> None:
        self.checkpoint()
        if self._file is not None:
            self._file.close()
        self._lock.close()

    # Inside

    def _resumed(self) -> tuple[Link, list[Name]]:
        """Where the copy ends, and which of its segments are closed and not sealed."""
        end = read_sealed(self.folder / SEALED_FILE, self.writer).end(self.writer)
        unsealed = [(name, path) for name, path in segments_in(self.folder) if not name.is_sealed]
        while unsealed:
            name, path = unsealed[-1]
            found = recover(path, self._signer)
            if found.link is not None:
                self._file, self._name = SegmentFile(path, found.size), name
                self._overstate_nothing()
                return found.link, [each for each, _ in unsealed[:-1]]
            path.unlink()  # nothing in it is whole: it comes once more
            unsealed.pop()
        if not segments_in(self.folder):
            self.state = CopyState(writer=self.writer)  # numbers of segments begin anew
        return end, []

    def _pieces(self, told: bytes) -> Iterator[tuple[Instant | None, list[tuple[bytes, Line]]]]:
        """Whole batches, each with when its segment was begun where it begins one. Raises CopyRefusedError."""
        raws = told.splitlines(keepends=True)
        gathered: list[tuple[bytes, Line]] = []
        begins: Instant | None = None
        for raw, line in zip(raws, follow(raws, self.link, self._signer), strict=False):
            if isinstance(line, Broken):
                raise CopyRefusedError(self.writer, f"line {line.n} {line.what}")
            if line.body.startswith(_HEADER):
                begins = self._begun_at(line)
            gathered.append((raw, line))
            if line.mac is not None:
                yield begins, gathered
                gathered, begins = [], None
        if gathered:
            raise CopyRefusedError(self.writer, f"from line {gathered[0][1].n} on nothing is signed")

    def _begun_at(self, line: Line) -> Instant:
        try:
            said = msgspec.json.decode(line.body)
            if said["writer"] == self.writer and 0 <= int(said["at"]) < 10**13:
                return int(said["at"])
        except (*UNREADABLE, KeyError, TypeError, ValueError):
            pass
        raise CopyRefusedError(self.writer, f"line {line.n} begins a segment of something else")

    def _next_segment(self, begins: Instant | None) -> list[Name]:
        """Begin one where its original was begun. What goes on in an original whose copy is closed already bears the
        same instant once more: this machine's clock says nothing of another's events.
        """
        closed = self._close_segment()
        on_disk = segments_in(self.folder)
        last = on_disk[-1][0] if on_disk else self._name
        if begins is None:
            begins = last.begun_at or self._clock.now()
        self._name = Name(last.ordinal + 1, begins)
        self._file = SegmentFile(self.folder / str(self._name))
        return closed

    def _close_segment(self) -> list[Name]:
        if self._file is None:
            return []
        self._file.close()
        self._file = None
        return [self._name]

    def _overstate_nothing(self) -> None:
        """A stop between counting what came erased and keeping it leaves the count too high."""
        assert self._file is not None  # noqa: S101 -- it goes on with one
        counted = self.came_erased(self._name.ordinal)
        if counted:
            with self._file.path.open("rb") as file:
                found = sum(line is not None and line.body == ERASED for line in map(parse, file))
            self.state = msgspec.structs.replace(
                self.state, came_erased={**self.state.came_erased, self._name.ordinal: min(counted, found)}
            )

    def _count_erased(self, count: int) -> None:
        if count:
            of = self.state.came_erased
            self.note(came_erased={**of, self._name.ordinal: of.get(self._name.ordinal, 0) + count})
