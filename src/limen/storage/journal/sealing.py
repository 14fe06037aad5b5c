"""Every hour closed segments become Parquet, in a child process, and segments past their retention time are deleted."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import msgspec

from limen.clock import DAY, Clock
from limen.events import Event
from limen.storage.journal.checkpoint import Sealed, SealedSegment, read_sealed
from limen.storage.journal.erase_messages import ERASING, Done, Erasing, Order, ToErase
from limen.storage.journal.reader import events_in
from limen.storage.journal.recent import HourCounts, add_hours, count_in
from limen.storage.journal.recovery import damaged
from limen.storage.segments.child import Child
from limen.storage.segments.link import Signer
from limen.storage.segments.name import Name, segments_in
from limen.storage.segments.replacing import put_sealed, replace_sealed, tidy
from limen.storage.segments.signed import SEALED_FILE, UNREADABLE, is_genuine, write_signed

_WAIT_SECONDS = 1.0
_COUNTING_SECONDS = 10.0

_log = logging.getLogger(__name__)


class Sealing:
    """One thread that seals what the writer has closed, in order, and deletes what is too old."""

    def __init__(
        self,
        folder: Path,
        signer: Signer,
        clock: Clock,
        *,
        keep_days: int,
        may_seal: Callable[[], bool],
        record: Callable[[Event], object],
        erased_in: Callable[[int], int] = lambda _ordinal: 0,
    ) -> None:
        """`erased_in`: how many bodies a segment is known to lack before it is sealed, by number; only in a copy."""
        self._folder = folder
        self._signer = signer
        self._clock = clock
        self._keep = keep_days * DAY
        self._may_seal = may_seal
        self._record = record
        self._erased_in = erased_in
        self._queue: queue.SimpleQueue[Name | Erasing | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._child = Child()
        self.sealed, self.is_trusted = _stored_list(folder, signer)
        self._unsealed_at_start: list[tuple[Path, int]] = []
        self._earlier: HourCounts = {}
        self._counted = threading.Event()
        self._thread = threading.Thread(target=self._run, name="limen-sealing", daemon=True)

    def prepare(self) -> None:
        """Finish what a hard stop interrupted, and note which segments are unsealed before the writer adds to them.

        A list of sealed segments that was tampered with is left as it is, and nothing is added to it.
        """
        if self.is_trusted:
            tidy(self._folder, {each.ordinal: each.sha256 for each in self.sealed.segments}, ERASING)
        self._unsealed_at_start = [
            (path, path.stat().st_size) for name, path in segments_in(self._folder) if not name.is_sealed
        ]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._queue.put(None)
        self._child.kill()
        self._thread.join()
        while not self._queue.empty():
            if isinstance(waiting := self._queue.get(), Erasing):
                waiting.outcome.set_result(None)

    def closed(self, name: Name) -> None:
        """The writer has begun the next segment; `name` can be sealed."""
        self._queue.put(name)

    def erase(self, person_ids: tuple[str, ...], after: int = 0) -> Future[tuple[int, int] | None]:
        """Erase these people's own bodies from whatever is closed by now, once that is sealed (see `Erasing`).

        Segments up to number `after` are left out.
        """
        erasing = Erasing(person_ids, Future(), after)
        self._queue.put(erasing)
        return erasing.outcome

    def expire(self) -> None:
        """Delete sealed segments whose newest event is older than the keeping time, oldest first, and say so."""
        if not self.is_trusted:
            return
        too_old = self._clock.now() - self._keep
        kept = list(self.sealed.segments)
        gone: list[SealedSegment] = []
        while kept and kept[0].last_at < too_old:
            gone.append(kept.pop(0))
        if not gone:
            return
        self._rewrite(
            Sealed(
                writer=self._signer.writer, segments=tuple(kept), expired_n=gone[-1].last_n, expired_head=gone[-1].head
            )
        )
        for segment in gone:
            (self._folder / segment.file_name).unlink(missing_ok=True)
        self._record(
            Event(
                at=self._clock.now(),
                kind="journal.expired",
                details={"first_line": gone[0].first_n, "last_line": gone[-1].last_n, "segments": len(gone)},
            )
        )

    def earlier_hours(self) -> HourCounts:
        """What was counted per hour before this start. Waits while it is still being counted."""
        self._counted.wait(_COUNTING_SECONDS)
        return self._earlier

    def adopt(self, sealed: SealedSegment, part: Path, segment: Path) -> None:
        """Replace `segment` by the Parquet file `part`: first the file, then the list, then the segment is deleted."""
        longer = msgspec.structs.replace(self.sealed, segments=(*self.sealed.segments, sealed))
        put_sealed(part, self._folder / sealed.file_name, segment, lambda: self._rewrite(longer))

    # In the thread

    def _run(self) -> None:
        try:
            self._earlier = _hours_so_far(self.sealed, self._unsealed_at_start)
        finally:
            self._counted.set()
        while (name := self._queue.get()) is not None:
            if isinstance(name, Erasing):
                self._erase(name)
                continue
            if self._stopping.is_set():
                continue  # the next start seals it: nobody waits for a backlog when Limen ends
            try:
                while not self._may_seal():
                    if self._stopping.wait(_WAIT_SECONDS):
                        return
                self._seal(name)
                self.expire()
            except (OSError, subprocess.SubprocessError, msgspec.DecodeError):
                _log.exception("segment %s stays unsealed until the next start", name)

    def _seal(self, name: Name) -> None:
        segment = self._folder / str(name)
        if not segment.exists() or not self.is_trusted:
            return
        after = self.sealed.end(self._signer.writer)
        part = self._folder / f"{name.ordinal:08d}.{os.getpid()}.sealing"
        erased = self._erased_in(name.ordinal)
        asked = [str(segment), str(part), str(after.n), after.head.decode(), str(erased)]
        status, said = self._child.answer("limen.storage.journal.seal", *asked)
        if self._stopping.is_set():
            return
        if status != 0:
            _log.error("segment %s could not be sealed (status %s)", name, status)
            self._say_damaged(name.ordinal, "segment-not-sealed")
            return
        sealed = msgspec.json.decode(said, type=SealedSegment)
        self.adopt(sealed, part, segment)
        lines = sealed.last_n - sealed.first_n + 1
        details: dict[str, str | int | bool] = {"segment": sealed.ordinal, "sha256": sealed.sha256, "lines": lines}
        self._record(Event(at=self._clock.now(), kind="journal.sealed", details=details))

    def _say_damaged(self, ordinal: int, reason: str) -> None:
        self._record(damaged(self._clock.now(), reason, {"segment": ordinal}))

    def _erase(self, erasing: Erasing) -> None:
        """Replace each segment by the file that a child wrote: first the list names the new file, then the file moves.

        After an interruption the list tells which of the two files counts, and the next start removes the other.
        """
        if not self.is_trusted or self._stopping.is_set():
            erasing.outcome.set_result(None)
            return
        outcome = None
        try:
            outcome = self._erased(erasing.person_ids, erasing.after)
        except (OSError, subprocess.SubprocessError, msgspec.MsgspecError):
            _log.exception("not everything was erased; retrying")
        finally:
            erasing.outcome.set_result(outcome)

    def _erased(self, person_ids: tuple[str, ...], after: int) -> tuple[int, int] | None:
        segments = {segment.ordinal: segment for segment in self.sealed.segments if segment.ordinal > after}
        order = Order(
            person_ids,
            tuple(
                ToErase(
                    each.ordinal,
                    str(self._folder / each.file_name),
                    each.sha256,
                    each.first_n - 1,
                    each.before,
                    each.head,
                )
                for each in segments.values()
            ),
        )
        erased = failed = 0
        with self._child.start("limen.storage.journal.erase_process", stdin=subprocess.PIPE) as child:
            assert child.stdin is not None  # noqa: S101 -- asked for above
            assert child.stdout is not None  # noqa: S101 -- the same
            child.stdin.write(msgspec.json.encode(order) + b"\n")
            child.stdin.flush()
            for said in child.stdout:
                done = msgspec.json.decode(said, type=Done)
                if done.problem:
                    failed += 1
                    self._say_damaged(done.ordinal, f"segment-{done.problem}")
                elif done.erased and not self._stopping.is_set():
                    self._take_over(segments[done.ordinal], done)
                    erased += done.erased
                child.stdin.write(b"\n")
                child.stdin.flush()
        is_whole = child.returncode == 0 and not self._stopping.is_set()
        left = sum(not name.is_sealed for name, _ in segments_in(self._folder)[:-1])
        return (erased, failed + left) if is_whole else None

    def _take_over(self, segment: SealedSegment, done: Done) -> None:
        final = self._folder / segment.file_name
        part = final.with_name(final.name + ERASING)
        new = msgspec.structs.replace(segment, sha256=done.sha256, erased=segment.erased_bodies + done.erased)
        kept = tuple(new if each.ordinal == new.ordinal else each for each in self.sealed.segments)
        replace_sealed(part, final, lambda: self._rewrite(msgspec.structs.replace(self.sealed, segments=kept)))

    def _rewrite(self, sealed: Sealed) -> None:
        write_signed(self._folder / SEALED_FILE, sealed, self._signer)
        self.sealed = sealed


def _stored_list(folder: Path, signer: Signer) -> tuple[Sealed, bool]:
    """The list of sealed segments, and whether it is what this journal wrote."""
    path = folder / SEALED_FILE
    try:
        stored = read_sealed(path, signer.writer)
    except UNREADABLE:
        return Sealed(writer=signer.writer), False
    listed = {segment.ordinal for segment in stored.segments}
    on_disk = {name.ordinal for name, _ in segments_in(folder) if name.is_sealed}
    return stored, is_genuine(stored, signer) if path.exists() else not on_disk - listed


def _hours_so_far(sealed: Sealed, unsealed: list[tuple[Path, int]]) -> HourCounts:
    """The counts of all sealed segments, and of the others up to the sizes given."""
    hours: HourCounts = {}
    for segment in sealed.segments:
        add_hours(hours, segment.hours)
    for path, size in unsealed:
        with path.open("rb") as file:
            while file.tell() < size and (raw := file.readline()):
                for event in events_in([raw]):
                    count_in(hours, event)
    return hours
