"""The thread that keeps a store in order: closes segments that are over, seals them in a child process, deletes what
is past its time or beyond the budget, and signs how far the chain has come.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Set as AbstractSet
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import HOUR, SECOND, Clock, Instant
from limen.events import Event, Outcome
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.keeping import UNNAMED, Due, Keeping, due
from limen.storage.event_store.orders import CHANGED, Order
from limen.storage.event_store.sealed_list import (
    EVIDENCE,
    REPLACING,
    EventCheckpoint,
    SealedEventList,
    SealedEvents,
    stored_list,
)
from limen.storage.segments.child import Child
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.name import Name, segments_in
from limen.storage.segments.replacing import SEALING, put_sealed, replace_sealed, tidy
from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE, write_signed

EVERY_SECONDS: Final = 10.0
CHECKPOINT_MS: Final = 10 * SECOND
_AGAIN_SECONDS: Final = 60.0
_LOOK_BACK: Final = 48 * HOUR
"""How far back a sender may come with an event that it sent before: in files of that time its id is looked for."""
_MOST_EARLIER: Final = 400
_MOST_TOLD: Final = 10
"""Sources that an event names."""

_log = logging.getLogger(__name__)


class Upkeep:
    """`roll(now)` closes the open segment where it is over and returns the number of the one that is open then;
    `reach()` says how far the chain is durable.
    """

    def __init__(
        self,
        folder: Path,
        signer: Signer,
        columns: Columns,
        clock: Clock,
        *,
        keeping: Keeping,
        roll: Callable[[Instant], int],
        reach: Callable[[], Link],
        record: Callable[[Event], object],
        exported: Callable[[bytes], object],
    ) -> None:
        self._folder = folder
        self._signer = signer
        self._columns = columns
        self._clock = clock
        self.keeping = keeping
        self._roll = roll
        self._reach = reach
        self._record = record
        self._exported = exported
        self._child = Child()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._checkpointed: Link | None = None
        self._checkpoint_at: Instant = 0
        self._expired_at: Instant = 0
        self._damaged: set[int] = set()
        self.sealed, self.is_trusted = stored_list(folder, signer)
        self._thread = threading.Thread(target=self._run, name="limen-events", daemon=True)

    def prepare(self) -> None:
        """Finish what a hard stop interrupted. A list that was tampered with is left as it is."""
        if self.is_trusted:
            tidy(self._folder, {each.ordinal: each.sha256 for each in self.sealed.segments}, REPLACING)

    def start(self) -> None:
        self.checkpoint(is_clean=False)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        self._child.kill()
        self._thread.join()

    def untrusted(self) -> Event:
        """The event that says that the list of sealed segments is not what this store wrote."""
        return damaged(self._clock.now(), "sealed-list-changed", {})

    def wake(self) -> None:
        """There is something to seal."""
        self._wake.set()

    def seal_all(self) -> None:
        """Seal every segment that is closed. Raises OSError, subprocess.SubprocessError."""
        with self._one_at_a_time:
            open_ordinal = self._roll(self._clock.now())
            while (name := self._next(open_ordinal)) is not None and self._seal(name):
                self._expired_at = 0

    def expire(self) -> None:
        """Delete what is past its keeping time or beyond the budget, the oldest first, and say so."""
        with self._one_at_a_time:
            self._expire()
            self._expired_at = self._clock.now()

    def checkpoint(self, *, is_clean: bool) -> None:
        """Sign how far the chain has come, where it has come further. What the disk refuses is tried again."""
        now, link = self._clock.now(), self._reach()
        if not is_clean and (link == self._checkpointed or now - self._checkpoint_at < CHECKPOINT_MS):
            return
        reached = EventCheckpoint(n=link.n, h=link.head.decode(), at=now, is_clean=is_clean)
        try:
            self._exported(write_signed(self._folder / CHECKPOINT_FILE, reached, self._signer))
        except OSError as error:
            _log.warning("how far the event store has come can't be written (%s)", error.strerror)
        else:
            self._checkpointed, self._checkpoint_at = link, now

    # In the thread

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(EVERY_SECONDS)
            self._wake.clear()
            if self._stopping.is_set():
                return
            try:
                self.checkpoint(is_clean=False)
                self.seal_all()
                if self._expired_at + HOUR <= self._clock.now():
                    self.expire()
            except Exception:  # noqa: BLE001 -- the thread must not die: nothing would be sealed or deleted any more
                if not self._stopping.is_set():
                    _log.exception("the event store is not in order; trying again")
                    self._stopping.wait(_AGAIN_SECONDS)

    def _next(self, open_ordinal: int) -> Name | None:
        """The oldest closed segment that is not sealed."""
        if not self.is_trusted or self._stopping.is_set():
            return None
        done = self.sealed.segments[-1].ordinal if self.sealed.segments else 0
        waiting = (name for name, _ in segments_in(self._folder) if not name.is_sealed)
        return next((name for name in waiting if done < name.ordinal < open_ordinal), None)

    def _seal(self, name: Name) -> bool:
        segment, part = self._folder / str(name), self._folder / f"{name.ordinal:08d}.{os.getpid()}{SEALING}"
        end = self.sealed.end
        order = self._order(segment, part, after=(end.n, end.head.decode()), earlier=self._earlier(name))
        status, found = self._asked(order, name.ordinal)
        if status == CHANGED and not self._stopping.is_set():
            found = self._changed(order, segment, name.ordinal)
        if found is None:
            return not segment.exists()
        found = msgspec.structs.replace(found, shape=self._columns.shape)
        shapes = {**self.sealed.shapes, found.shape: tuple(column.name for column in self._columns.all)}
        longer = msgspec.structs.replace(self.sealed, segments=(*self.sealed.segments, found), shapes=shapes)
        put_sealed(part, self._folder / found.file_name, segment, lambda: self._rewrite(longer))
        return True

    def _order(self, segment: Path, part: Path, **more: object) -> Order:
        columns = tuple((column.name, column.kind) for column in self._columns.all)
        return msgspec.structs.replace(Order(columns=columns, segment=str(segment), part=str(part)), **more)

    def _changed(self, order: Order, segment: Path, ordinal: int) -> SealedEvents | None:
        """Seal what the signed batches of a segment hold that was changed, and keep it as evidence: one such segment
        must not keep all later ones unsealed.
        """
        evidence = segment.with_name(segment.name + EVIDENCE)
        if not evidence.exists():
            evidence.hardlink_to(segment)
        status, found = self._asked(msgspec.structs.replace(order, keys=self._signer.keys), ordinal)
        if status == CHANGED:  # not one of its batches is signed
            segment.unlink()
        return found

    def _asked(self, order: Order, ordinal: int) -> tuple[int, SealedEvents | None]:
        """How a child ended and what it did; where it did nothing, that is said once of each segment."""
        module = "limen.storage.event_store.seal"
        status, said = self._child.answer(module, said=msgspec.json.encode(order))
        if status == 0:
            return status, msgspec.json.decode(said, type=SealedEvents)
        Path(order.part).unlink(missing_ok=True)
        if not self._stopping.is_set() and ordinal not in self._damaged:
            self._damaged.add(ordinal)
            _log.error("segment %s of the event store could not be sealed (status %s)", ordinal, status)
            reason = "segment-changed" if status == CHANGED else "segment-not-sealed"
            self._record(damaged(self._clock.now(), reason, {"segment": ordinal}))
        return status, None

    def _earlier(self, name: Name) -> tuple[str, ...]:
        """The sealed files that an event of this segment may stand in already."""
        since = name.begun_at - _LOOK_BACK
        near = [each for each in self.sealed.segments if each.ends_at >= since]
        return tuple(str(self._folder / each.file_name) for each in near[-_MOST_EARLIER:])

    def _expire(self) -> None:
        if not self.is_trusted or self._stopping.is_set():
            return
        found = due(self.sealed.segments, self._open_bytes(), self.keeping, self._clock.now())
        if found.whole:
            self._delete(found)
        for segment, sources in found.parts:
            self._thin(segment, sources, found.pushed_out.get(segment.ordinal, frozenset()))

    def _open_bytes(self) -> int:
        return sum(path.stat().st_size for name, path in segments_in(self._folder) if not name.is_sealed)

    def _delete(self, found: Due) -> None:
        gone = found.whole
        kept = self.sealed.segments[len(gone) :]
        last = gone[-1]
        shorter = msgspec.structs.replace(self.sealed, segments=kept, expired_n=last.last_n, expired_head=last.head)
        self._rewrite(shorter)
        for segment in gone:
            (self._folder / segment.file_name).unlink(missing_ok=True)
        details: dict[str, str | int | bool] = {
            "segments": len(gone),
            "events": sum(segment.rows for segment in gone),
            "bytes": sum(segment.size for segment in gone),
            "over_budget": len([segment for segment in gone if segment.ordinal in found.pushed_out]),
            "until": gone[-1].ends_at,
        }
        self._tell_expired(details, {name for one in gone for name in found.pushed_out.get(one.ordinal, ())})

    def _tell_expired(self, details: dict[str, str | int | bool], pushed_out: AbstractSet[str]) -> None:
        """`pushed_out`: of whom events went before their time."""
        if named := sorted(pushed_out - {UNNAMED})[:_MOST_TOLD]:
            details["sources"] = ", ".join(named)
        self._record(Event(at=self._clock.now(), kind="event_store.expired", details=details))

    def _thin(self, segment: SealedEvents, sources: tuple[str, ...], pushed_out: AbstractSet[str]) -> None:
        """Write a sealed file anew without sources whose time is over, while that of others is not, and those that have
        to make room: of these it is told.
        """
        path = self._folder / segment.file_name
        part = path.with_name(path.name + REPLACING)
        _, found = self._asked(self._order(path, part, sealed=segment, without=sources), segment.ordinal)
        if found is None:
            return
        kept = tuple(found if each.ordinal == found.ordinal else each for each in self.sealed.segments)
        replace_sealed(part, path, lambda: self._rewrite(msgspec.structs.replace(self.sealed, segments=kept)))
        if pushed_out:
            details: dict[str, str | int | bool] = {
                "segments": 0,
                "events": segment.rows - found.rows,
                "bytes": segment.size - found.size,
                "over_budget": 1,
                "until": segment.ends_at,
            }
            self._tell_expired(details, pushed_out)

    def _rewrite(self, sealed: SealedEventList) -> None:
        write_signed(self._folder / SEALED_FILE, sealed, self._signer)
        self.sealed = sealed


def damaged(now: Instant, reason: str, details: dict[str, str | int | bool]) -> Event:
    """The event that says that the store is not as it was left."""
    return Event(at=now, kind="event_store.damaged", outcome=Outcome.FAILURE, reason=reason, details=details)
