"""What runs on a node: it tells the others, copies from each of them, and looks after its copies.

Of several workers of a machine one does so, which leads it. The others learn from a file what of theirs is copied.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from limen.admission import Admission
from limen.clock import DAY
from limen.errors import LimenError
from limen.nodes import store
from limen.nodes.certificates import OwnKey, new_own_key
from limen.nodes.copying import Copying, Seen
from limen.nodes.model import Node, NodeUnfitError, an_address
from limen.nodes.telling import CONNECTIONS, Telling
from limen.pillar import Core, Figure, Once
from limen.storage import Snapshot, Transaction
from limen.storage.journal.copies import Copies
from limen.storage.journal.relay import EVERYWHERE

LOOK_SECONDS: Final = 15.0
COPIED_FILE: Final = "copied.json"
"""Up to which line each chain of this machine is on another node's disk, for its other workers."""

_log: Final = logging.getLogger("limen.nodes")


def _nobody() -> None: ...


@dataclass
class NodeServices:
    """One node among the others, as one worker of it. Used on the event loop, but for `look_after`."""

    core: Core
    own: Node
    known: dict[str, Node] = field(default_factory=dict)
    _copying: dict[str, Copying] = field(default_factory=dict)
    _acknowledged: dict[str, Mapping[str, int]] = field(default_factory=dict)
    _copied: dict[str, int] = field(default_factory=dict)
    _closing: list[asyncio.Future[None]] = field(default_factory=list)
    _later: asyncio.Task[None] | None = None
    _copied_more: Callable[[], None] = _nobody
    _key: OwnKey | None = None
    _telling: Telling | None = None
    _copies: Copies | None = None

    async def start(self) -> None:
        """Raises NodeUnfitError where this node was removed, or can't listen on its address."""
        self._copied_more = self.core.journal.hold_until(self._copied_to)
        if self.core.leader.leads(Once.PER_MACHINE):
            await self._lead()
        else:
            self._later = asyncio.create_task(self._lead_later(), name="stand in for who leads this node")

    def meet(self, everybody: Iterable[Node]) -> None:
        """These are the nodes now: follow who is new, and nobody else any more.

        Raises NodeUnfitError where this one is not among them: it decides nothing from now on, since whoever follows
        the changes reads no further.
        """
        self.known = {node.name: node for node in everybody}
        own = self.known.get(self.own.name)
        if own is None or own.disk != self.own.disk:
            self.core.known.lease_until = 0.0
            raise _removed(self.own)
        self._follow_them()

    @property
    def others(self) -> dict[str, Node]:
        return {name: node for name, node in self.known.items() if name != self.own.name}

    def seen(self) -> dict[str, Seen]:
        """How it stands with each of the others."""
        return {name: copying.seen for name, copying in self._copying.items()}

    def lacks(self) -> dict[str, int]:
        """How many lines of the chain that this process writes each of the others has no copy of yet, as it said last.
        Only of those that have said so to this process, which is the one that leads its machine.
        """
        journal = self.core.journal
        return {name: max(0, journal.reach - has.get(journal.writer, 0)) for name, has in self._acknowledged.items()}

    def look_after(self) -> None:
        """See to the copies, and erase from them whoever was erased. In a worker thread."""
        if self._copies is None:
            return
        now, keep = self.core.clock.now(), self.core.settings.storage.journal_days * DAY
        erased = self.core.database.read(lambda snapshot: store.erased_people(snapshot.connection, now - keep))
        self._copies.look_after(erased)
        self.core.journal.forget(erased)

    def figures(self) -> Iterable[Figure]:
        for name, seen in self.seen().items():
            yield Figure("limen_node_answers", "Whether another node answers", float(seen.since > 0), {"node": name})
        yield Figure(
            "limen_events_on_one_node",
            "Acknowledged events of which no other node has a copy yet",
            float(self.core.journal.waiting_for_a_copy),
        )

    async def close(self) -> None:
        if self._later is not None:
            self._later.cancel()
            await asyncio.gather(self._later, return_exceptions=True)
        for copying in self._copying.values():
            await copying.close()
        await asyncio.gather(*self._closing)
        if self._telling is not None:
            await self._telling.close()
        if self._copies is not None:
            await asyncio.to_thread(self._copies.close)

    # Inside

    async def _lead(self) -> None:
        """Speak for this machine from now on. Raises NodeUnfitError."""
        key = await self._registered()
        host, port = an_address(self.own.address)
        root = self.core.journal.reader.root
        listener = Admission().listener("nodes", connections=CONNECTIONS, of_a_source=CONNECTIONS)
        telling = Telling(root, listener, others=lambda: self.others, acknowledged=self._has_copied)
        try:
            await telling.start(host, port, key.server)
        except OSError as error:
            raise NodeUnfitError(
                f"node {self.own.name} can't listen on {self.own.address} ({error.strerror})",
                "join again with an address of this machine: `limen node join`",
            ) from None
        self._copies = await asyncio.to_thread(self._copies_here)
        self.core.journal.also_count(self._copies.earlier_hours)
        self._key, self._telling = key, telling
        self._tell_at_once(telling)
        self._follow_them()

    def _follow_them(self) -> None:
        if self._copies is None or self._key is None or self._telling is None:
            return
        for name, copying in list(self._copying.items()):
            if self.others.get(name) != copying.node:
                del self._copying[name]
                self._closing.append(asyncio.ensure_future(copying.close()))
                self._acknowledged.pop(name, None)
        self._telling.drop_strangers()
        client, record = self._key.client, self.core.journal.record
        for name, node in self.others.items():
            if name not in self._copying:
                self._copying[name] = Copying(node, self.own, self._copies, lambda: client, self.core.clock, record)

    async def _lead_later(self) -> None:
        """Whoever leads this machine has ended once this goes on."""
        await self.core.leader.led(Once.PER_MACHINE)
        while self._telling is None:
            try:
                await self._lead()
            except LimenError as error:
                _log.error("this worker leads its machine, and can't speak for it as a node: %s", error.what)
                await asyncio.sleep(LOOK_SECONDS)

    async def _registered(self) -> OwnKey:
        """Make this start's key, and have the others know it."""
        core, now = self.core, self.core.clock.now()

        def make(transaction: Transaction) -> OwnKey | None:
            authority = store.AUTHORITY.kept(transaction, core.keyring, now, core.settings.name)
            key = new_own_key(authority, self.own.name, now)
            if not store.note_key(transaction.connection, self.own, key.shown):
                return None
            transaction.changed(store.CHANGE, self.own.name)
            return key

        key = await core.database.writing(make)
        if key is None:
            raise _removed(self.own)
        return key

    def _copies_here(self) -> Copies:
        journal = self.core.journal
        return Copies(
            journal.reader.root,
            self.core.keyring.journal_keys,
            self.core.clock,
            keep_days=self.core.settings.storage.journal_days,
            record=journal.record,
            published=journal.take_in,
        )

    def _tell_at_once(self, telling: Telling) -> None:
        """Whoever waits for news learns of what this process writes as soon as the disk has it."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(telling.wake)

        self.core.journal.tell(wake)

    def _copied_to(self) -> int:
        """Up to which line another node has the chain that this process writes."""
        if not self.others:
            return EVERYWHERE
        copied = self._copied if self._copies is not None else _read_copied(self._file)
        return copied.get(self.core.journal.writer, 0)

    @property
    def _file(self) -> Path:
        return self.core.journal.reader.root / COPIED_FILE

    def _has_copied(self, name: str, has: Mapping[str, int]) -> None:
        """Another node says up to which line it has each chain."""
        self._acknowledged[name] = has
        own = {writer for one in self._acknowledged.values() for writer in one if self.own.writes(writer)}
        copied = {writer: max(one.get(writer, 0) for one in self._acknowledged.values()) for writer in own}
        if copied != self._copied:
            self._copied = copied
            if set(copied) - {self.core.journal.writer}:
                _write_copied(self._file, copied)
            self._copied_more()


def _removed(own: Node) -> NodeUnfitError:
    return NodeUnfitError(f"node {own.name} was removed", "let it join again: `limen node join`, and restart Limen")


def _read_copied(file: Path) -> dict[str, int]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, int])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def _write_copied(file: Path, copied: Mapping[str, int]) -> None:
    """It is read at once, and nothing relies on it after a stop: so nothing waits for the disk."""
    part = file.with_suffix(".part")
    try:
        part.write_bytes(msgspec.json.encode(copied))
        part.replace(file)
    except OSError as error:
        _log.warning("other workers don't learn what is copied: %s", error.strerror)


def load(snapshot: Snapshot) -> list[Node]:
    return store.all_nodes(snapshot.connection)
