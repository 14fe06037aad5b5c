"""The journal's face: what the pillars say goes in, what pages and programs ask comes out."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Self, TypeVar

import msgspec

from limen.clock import DAY, HOUR, MINUTE, SECOND, Clock, Instant, SystemClock
from limen.events import Event, EventIds, instant_of, split_decision_id, warn_if_undeclared
from limen.facts import Facts
from limen.facts.facts_json import facts_from_json, facts_to_json
from limen.storage.database import Database, Transaction
from limen.storage.errors import JournalUnwritableError
from limen.storage.journal.beside import Beside
from limen.storage.journal.counters import Counters
from limen.storage.journal.emergency import EMERGENCY_FILE, EmergencySegment
from limen.storage.journal.erasable_bodies import is_erasable
from limen.storage.journal.folding import Decided, Fold, Folding
from limen.storage.journal.heads import HeadKeeper, miss_lost_lines
from limen.storage.journal.reader import Reader
from limen.storage.journal.recent import RING, HourCounts, Live, Recent, Written, add_hours, as_event
from limen.storage.journal.recovery import Resumed, damaged, resume
from limen.storage.journal.relay import Relay
from limen.storage.journal.sealing import Sealing
from limen.storage.journal.segment import Segment
from limen.storage.journal.strangers import StrangersBudget, bounded, sort_of
from limen.storage.journal.writer import Writer
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.lock import lock_chain

SETTLE_SECONDS = 5.0
LIVE_MS: Final = 10 * MINUTE
"""What another node wrote longer ago, and comes now, is found by searching; nobody is shown it as news."""
ERASE_SECONDS = 3_600.0
"""How long erasing may take: it reads all that is kept, and writes anew each hour in which there was something."""

_log = logging.getLogger(__name__)
_YOUNG: Final = 10 * SECOND
T = TypeVar("T")


class Journal:
    """One process's journal: its own chain under `root/writer`, and everybody's to read."""

    def __init__(
        self, root: Path, signer: Signer, clock: Clock, lock: IO[bytes], segment: Segment, keep_days: int
    ) -> None:
        folder = root / signer.writer
        self._keep_days = keep_days
        self._clock = clock
        self._signer = signer
        self._lock = lock
        self._ids = EventIds(secrets.token_bytes)
        self._ids_lock = threading.Lock()
        self.strangers = StrangersBudget()
        self.beside: Beside | None = None
        """What follows the chains of other workers on this machine, where there are some."""
        self._folding = Folding(self._wake, self._admits)
        self._recent = Recent()
        self.counters = Counters()
        self._reader = Reader(root)
        self._clients: list[Live] = []
        self._others: Callable[[], Collection[str] | None] = tuple
        self._told: list[Callable[[], object]] = []
        self._also_counted: list[Callable[[], HourCounts]] = []
        self._relay: Relay | None = None
        self._database: Database | None = None
        self._heads: HeadKeeper | None = None
        self._export: Callable[[bytes], None] | None = None
        self._emergency = EmergencySegment(folder / EMERGENCY_FILE, signer.keys)
        self._sealing = Sealing(folder, signer, clock, keep_days=keep_days, may_seal=self._may_seal, record=self.record)
        self._writer = Writer(
            folder,
            segment,
            signer,
            self._folding,
            clock,
            published=self._publish,
            closed=self._sealing.closed,
            exported=self._exported,
            wrote=self.strangers.wrote,
            break_glass=self._emergency.reach,
        )

    @classmethod
    def open(
        cls,
        root: Path,
        keys: tuple[bytes, ...],
        *,
        database: Database | None = None,
        writer: str = "main",
        keep_days: int = 90,
        export: Callable[[bytes], None] | None = None,
        others: Callable[[], Collection[str] | None] = tuple,
        clock: Clock | None = None,
    ) -> Self:
        """Open `writer`'s chain under `root` and begin to write; `keys` are `Keyring.journal_keys`.

        After a hard stop the unfinished end is cut, the outbox of `database` is sent again, and `journal.recovered`
        says what may be lost. `export` gets every checkpoint (one line of JSON) and keeps it where nobody who can
        reach the journal can. `others`: see `Relay`. Raises JournalBusyError when another process writes this chain,
        OSError when it can't be written at all.
        """
        clock = clock or SystemClock()
        signer = Signer(writer, keys)
        folder = root / writer
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = lock_chain(folder)
        found = resume(folder, signer, clock.now())
        journal = cls(root, signer, clock, lock, found.segment, keep_days)
        journal._export = export
        journal._others = others
        journal._begin(found, database)
        return journal

    # What goes in

    def record(self, event: Event) -> str:
        """Note an event nobody waits for; from any thread. Returns its id, or "" where strangers have had too many of
        its sort written down already. Warns of an undeclared kind.
        """
        warn_if_undeclared(event.kind)
        sort = sort_of(event)
        if sort:
            if not self.strangers.admits(sort, event.address, event.reason, event.at):
                return ""
            event = bounded(event)
        event = self._with_id(event)
        self._writer.put(event)
        return event.id

    def decided(self, door: str, decision: Decided, session_alias: str, address: str, micros: float) -> str:
        """Note a decision and return its id ("": see `StrangersBudget`). On the path of every request: it takes
        references, nothing more.
        """
        return self._folding.add(door, decision, session_alias, address, micros)

    async def tell_left_out(self) -> None:
        """Note how many events of strangers were counted alone since the last time."""
        for event in self.strangers.left_out(self._clock.now()):
            self.record(event)

    def break_glass(self, event: Event) -> str:
        """Write an event of the emergency path now, to the preallocated segment, and to the journal when it can.

        Raises JournalUnwritableError when even that can't be written.
        """
        event = self._with_id(event)
        self._emergency.append(event)
        self._writer.put(event)
        return event.id

    async def settled(self) -> None:
        """Return when everything said in committed transactions so far is durable in the journal.

        Raises JournalUnwritableError after five seconds; the events stay in the outbox and follow later.
        """
        await asyncio.get_running_loop().run_in_executor(None, self.wait_settled)

    def wait_settled(self, timeout: float = SETTLE_SECONDS) -> None:
        """`settled`, in this thread."""
        if self._relay is None or self._database is None:
            return
        if not self._relay.wait_for(self._database.said_seq, timeout):
            raise JournalUnwritableError("the journal didn't accept an event in time", "check the disk it is on")

    def flush(self, timeout: float = SETTLE_SECONDS) -> None:
        """Wait until everything recorded and decided so far is durable. Raises JournalUnwritableError."""
        if not self._writer.submit([]).wait(timeout):
            raise JournalUnwritableError("the journal can't be written", "check the disk it is on")

    @property
    def writable(self) -> bool:
        """Whether the disk takes events and has room for more. While false, doors deny; it recovers by itself."""
        return self._writer.writable

    @property
    def lives_on_its_reserve(self) -> bool:
        """Whether the disk is all but full: events are still kept, out of what was set aside for need."""
        return self._writer.takes and not self._writer.has_room

    # What comes out

    def find(self, decision_or_event_id: str) -> Event | None:
        """The event that a decision's or an event's id resolves to, waiting, recent or old; None if there is none.

        Raises ValueError when it is no id. May read the disk: call it from a worker thread.
        """
        event_id, number = split_decision_id(decision_or_event_id)
        event = self._writer.waiting(event_id) or self._recent.get(event_id)
        if event is None:
            return self._on_disk(event_id, lambda: self._reader.find(decision_or_event_id))
        return event if number <= event.count else None

    def facts_of(self, event: Event) -> Facts | None:
        """The exact facts a decision was made on, without name and e-mail; None when they are not kept any more."""
        waiting = self._folding.peek(event.id)
        if waiting is not None:
            return facts_from_json(facts_to_json(waiting.decision.facts))
        return self._on_disk(event.id, lambda: self._reader.facts_of(event))

    def _on_disk(self, event_id: str, read: Callable[[], T | None]) -> T | None:
        """What is read from disk of an event; of one so young that its batch may just be written, after that."""
        found = read()
        if found is None and self._clock.now() - instant_of(event_id) < _YOUNG:
            self._writer.submit([]).wait(SETTLE_SECONDS)
            found = read()
        return found

    @property
    def in_memory_since(self) -> Instant:
        """All that happened after this instant, or little later, `recent` knows."""
        return self._recent.since

    def recent(self, limit: int, where: Callable[[Event], bool] | None = None) -> list[Event]:
        """Up to `limit` of the newest events, newest first, from memory."""
        if self.beside is not None:
            self.beside.look()
        return self._recent.newest(limit, where)

    @property
    def writer(self) -> str:
        """Whose chain this process writes."""
        return self._signer.writer

    @property
    def reach(self) -> int:
        """Up to which line the chain that this process writes is durable."""
        return self._writer.reach

    @property
    def reader(self) -> Reader:
        """The journal on disk, as any process reads it."""
        return self._reader

    def live(self) -> Live:
        """A subscription to events as they become durable, on the running event loop. Close it when done."""
        client = Live(asyncio.get_running_loop(), self._leave)
        self._clients.append(client)
        return client

    def end_live(self) -> None:
        """End every subscription, as on stopping: who reads one comes to its end. On the running event loop."""
        for client in tuple(self._clients):
            client.close()

    def hours(self, since: Instant) -> HourCounts:
        """For each hour from `since` on: how many decisions of each effect, and events of each other kind."""
        counts = self._recent.counts(since)
        for counted in (self._sealing.earlier_hours, *self._also_counted):
            add_hours(counts, {hour: sorts for hour, sorts in counted().items() if hour + HOUR > since})
        return dict(sorted(counts.items()))

    def erase(self, person_ids: Collection[str], timeout: float = ERASE_SECONDS) -> tuple[int, int]:
        """Erase these people's own bodies, in all that was written up to now (see `own`). The chain still holds.

        Returns how many bodies went, and how many segments could not be done because they were tampered with. What is
        open is sealed for it. Takes seconds for each hour in which they did something: call it from a worker thread.
        Raises JournalUnwritableError where it can't be done now; then it is to be asked for again.
        """
        chosen = tuple(sorted(person_ids))
        if not self._writer.roll().wait(SETTLE_SECONDS):
            raise JournalUnwritableError("the journal can't be written", "check the disk it is on")
        outcome = None
        with suppress(TimeoutError):
            outcome = self._sealing.erase(chosen).result(timeout)
        if outcome is None:
            raise JournalUnwritableError("the journal did not erase everything", "retrying")
        self.forget(chosen)
        return outcome

    def take_in(self, events: Sequence[Event]) -> None:
        """Show readers events that were copied from another node. From any thread."""
        self._recent.add(events)
        young = self._clock.now() - LIVE_MS
        recent = [event for event in events if event.at >= young]
        for client in tuple(self._clients) if recent else ():
            client.push(recent)
        for told in self._told:
            told()

    def tell(self, told: Callable[[], object]) -> None:
        """Call this whenever something has become durable; it must not wait. From the journal's thread, or a copy's."""
        self._told.append(told)

    def hold_until(self, copied: Callable[[], int]) -> Callable[[], None]:
        """Keep what was acknowledged in the database, too, until another node has it: `copied` says up to which line
        of this chain one does. Returns what to call when that rises, from any thread.
        """
        if self._relay is None:
            return lambda: None
        self._relay.copied = copied
        return self._relay.wake

    @property
    def waiting_for_a_copy(self) -> int:
        """How many acknowledged events are on this node's disk, and on no other's yet."""
        return 0 if self._relay is None else self._relay.waiting_for_a_copy

    def also_count(self, hours: Callable[[], HourCounts]) -> None:
        """Count what copies held before this start among the hours, too."""
        self._also_counted.append(hours)

    def forget(self, person_ids: Collection[str]) -> None:
        """Drop from memory what was erased from copies on the disk."""
        chosen = tuple(sorted(person_ids))
        self._recent.forget(lambda event: is_erasable(event, chosen))

    def expire(self) -> None:
        """Delete whole segments past their keeping time. Done after each sealing, too."""
        self._sealing.expire()

    def close(self) -> None:
        """Write everything that waits and leave a clean end. A second time, nothing."""
        if self._lock.closed:
            return
        if self._relay is not None:
            self._relay.stop()
        self._sealing.stop()
        for event in self.strangers.left_out(self._clock.now()):
            self.record(event)
        self._writer.stop()
        if self._heads is not None:
            self._heads.keep()
        self.end_live()
        self._lock.close()

    # Inside

    def _admits(self, fold: Fold) -> bool:
        decision = fold.decision
        reason = decision.reasons[0].policy if decision.reasons else ""
        return self.strangers.admits(sort_of(fold), fold.address, reason, decision.now, decision.facts.app.id)

    def _wake(self) -> None:
        self._writer.wake()

    def _begin(self, found: Resumed, database: Database | None) -> None:
        self._sealing.prepare()
        self._recent.load(*self._reader.newest(RING))
        lost = None
        if database is not None:
            lost = database.write(lambda transaction: self._missed(transaction, found.segment.link))
        self._writer.start()
        if database is not None:
            self._database = database
            self._heads = HeadKeeper(database, self._signer.writer)
            self._relay = Relay(
                database,
                self._writer.submit,
                self._reader.holds,
                self._heads.keep,
                lambda: self._writer.reach,
                self._others,
            )
            self._relay.start()
        self._sealing.start()
        for name in found.unsealed:
            self._sealing.closed(name)
        for event in (*found.announcements, *([lost] if lost else [])):
            self.record(self._with_resent(event))
        if not self._sealing.is_trusted:
            self.record(damaged(self._clock.now(), "sealed-list-changed", {}))

    def _missed(self, transaction: Transaction, end: Link) -> Event | None:
        return miss_lost_lines(transaction, self._signer, end, self._clock.now(), self._keep_days * DAY)

    def _with_id(self, event: Event) -> Event:
        if event.id:
            return event
        with self._ids_lock:
            return msgspec.structs.replace(event, id=self._ids.new(self._clock.now()))

    def _with_resent(self, event: Event) -> Event:
        if event.kind != "journal.recovered" or self._relay is None:
            return event
        return msgspec.structs.replace(event, details={**event.details, "sent_again": self._relay.resent})

    def _publish(self, written: Sequence[Written]) -> None:
        self._recent.add(written)
        self.counters.add(written)
        clients = tuple(self._clients)
        if clients:
            events = [as_event(one) for one in written]
            for client in clients:
                client.push(events)
        for told in self._told:
            told()

    def _leave(self, client: Live) -> None:
        if client in self._clients:
            self._clients.remove(client)

    def _may_seal(self) -> bool:
        return self._relay is None or self._relay.is_clear

    def _exported(self, line: bytes) -> None:
        if self._heads is not None:
            self._heads.take(line)
        if self._export is None:
            return
        try:
            self._export(line)
        except Exception:  # noqa: BLE001 -- whatever the export does, the journal goes on
            _log.exception("a checkpoint could not be exported")
