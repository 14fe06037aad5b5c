"""Tunnels that are there now: a device's agent asks for one, and says again and again that it is still wanted.

It says so to any worker, and each knows of all of them: which there are is kept in the database, and beside it, without
waiting for the disk, a beat that changes whenever a device is heard. Who sees the same beat for a lease counts the
tunnel as left. So a key that was copied from a laptop is good for nothing while nobody uses the tunnel there, and for
what that laptop's doors open while they do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from secrets import token_bytes
from typing import Final

from limen.clock import SECOND, Milliseconds
from limen.errors import LimenError
from limen.facts import EVERYBODY, Subject
from limen.network.model import Network
from limen.network.tunnels.model import End, end_of_tunnels, first_slot, is_key
from limen.network.tunnels.store import CHANGED, KeptTunnel, all_tunnels, drop, put, tunnel
from limen.pillar import Core
from limen.storage import Transaction
from limen.storage.errors import StorageError
from limen.storage.kept_briefly import Shelf

LEASE: Final[Milliseconds] = 30 * SECOND
"""How long a tunnel stays after its agent was heard last."""
MOST: Final = 5_000
_HEARD: Final = Shelf("tunnels that were heard", 2 * MOST)
_log = logging.getLogger(__name__)


class NoTunnelError(LimenError):
    """`reason`: none (this network has no tunnels), key, taken or full."""

    def __init__(self, reason: str, what: str, fix: str) -> None:
        super().__init__(what, fix)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A device's way to the firewall: its public key, and the addresses that are its own."""

    device_id: str
    key: str
    addresses: tuple[str, ...]


class Tunnels:
    """Used on the event loop alone."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._of: dict[str, Tunnel] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._beats: dict[str, bytes] = {}
        self._beaten_at: dict[str, float] = {}
        self._working: set[asyncio.Task[None]] = set()
        self._told: list[Callable[[], None]] = []
        self._loop = asyncio.get_running_loop()
        self._end = self._end_now()
        self._stop_watching = core.known.watch(self._changed)

    @property
    def end(self) -> End | None:
        """Where they end."""
        return self._end

    def watch(self, told: Callable[[], None]) -> None:
        """Call `told` whenever a tunnel comes or goes, at once."""
        self._told.append(told)

    def all(self) -> list[Tunnel]:
        return list(self._of.values())

    def of_device(self, device_id: str) -> Tunnel | None:
        return self._of.get(device_id) if device_id else None

    async def keep(self, device_id: str, key: str) -> tuple[End, Tunnel]:
        """The device's tunnel, which is there from now on, or still, and where it ends. Raises NoTunnelError, and
        StorageError.
        """
        end = self._end
        if end is None:
            raise NoTunnelError("none", "this network has no tunnels", "ask whoever administers Limen")
        if not is_key(key):
            raise NoTunnelError("key", "this is no public key of WireGuard", "update limen-agent")
        before = self._of.get(device_id)
        if before is None or before.key != key:
            kept = await self._core.write(lambda transaction: _kept(transaction, end, device_id, key))
            self.heard(device_id, kept)
        self._lease(device_id)
        await self._beat(device_id)
        one = self._of.get(device_id)
        if one is None:  # the network became another meanwhile
            raise NoTunnelError("none", "this network has no tunnels", "ask again")
        return end, one

    def leave(self, device_id: str) -> None:
        """The device has no tunnel any more, from now on."""
        if self._drop(device_id):
            self._tell()
            self._work(self._leave_everywhere(device_id))

    def heard(self, device_id: str, found: KeptTunnel | None) -> None:
        """A worker gave the device this tunnel, or took it away (None)."""
        addresses = self._end.addresses(found.slot) if found is not None and self._end is not None else ()
        if found is None or not addresses:
            if self._drop(device_id):
                self._tell()
            return
        one, before = Tunnel(device_id, found.key, addresses), self._of.get(device_id)
        self._of[device_id] = one
        if before is None:
            self._lease(device_id)
        if one != before:
            self._tell()

    async def catch_up(self) -> None:
        """Know those that devices have. Raises StorageError."""
        for one in await self._core.database.reading(lambda snapshot: all_tunnels(snapshot.connection)):
            if one.device_id not in self._of:
                self.heard(one.device_id, one)

    async def settled(self) -> None:
        """Return when what was left here is left everywhere."""
        await asyncio.gather(*self._working)

    def close(self) -> None:
        """Limen stops: nobody is told any more, and each firewall ends what is open at its time."""
        self._stop_watching()
        for timer in self._timers.values():
            timer.cancel()

    # Inside

    def _lease(self, device_id: str) -> None:
        if (timer := self._timers.pop(device_id, None)) is not None:
            timer.cancel()
        self._timers[device_id] = self._loop.call_later(
            LEASE / SECOND, lambda: self._work(self._leave_unless_heard(device_id))
        )

    async def _beat(self, device_id: str) -> None:
        """Tell all workers that the device was heard, unless that was said just now."""
        now = self._loop.time()
        if now - self._beaten_at.get(device_id, -LEASE) < LEASE / SECOND / 3:
            return
        beat = self._beats[device_id] = token_bytes(8)
        self._beaten_at[device_id] = now
        await self._core.database.kept_briefly.do(lambda rows: rows.put(_HEARD, device_id, beat, rows.now + 3 * LEASE))

    async def _leave_unless_heard(self, device_id: str) -> None:
        """Nobody was heard here for a lease: perhaps at another worker."""
        beat = b""
        with suppress(StorageError):
            found = await self._core.database.kept_briefly.do(lambda rows: rows.look(_HEARD, device_id))
            beat = found.data if found is not None else b""
        if beat and beat != self._beats.get(device_id):
            self._beats[device_id] = beat
            self._lease(device_id)
        elif device_id in self._of:
            self.leave(device_id)

    async def _leave_everywhere(self, device_id: str) -> None:
        def write(transaction: Transaction) -> None:
            if drop(transaction.connection, device_id):
                transaction.changed(CHANGED, device_id)

        try:
            await self._core.write(write)
        except StorageError as error:
            _log.warning("a tunnel that was left here is not left at other workers: %s", error.what)

    def _work(self, what: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(what)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def _drop(self, device_id: str) -> bool:
        if (timer := self._timers.pop(device_id, None)) is not None:
            timer.cancel()
        self._beaten_at.pop(device_id, None)
        self._beats.pop(device_id, None)
        return self._of.pop(device_id, None) is not None

    def _changed(self, subject: Subject) -> None:
        """The network may be another; perhaps on another thread."""
        if subject in EVERYBODY:
            self._loop.call_soon_threadsafe(self._take_over)

    def _take_over(self) -> None:
        """Where tunnels end elsewhere, or with other addresses, all that were there are over."""
        now = self._end_now()
        if now != self._end:
            self._end = now
            for device_id in tuple(self._of):
                self._drop(device_id)
                self._work(self._leave_everywhere(device_id))
            self._tell()

    def _end_now(self) -> End | None:
        return end_of_tunnels(self._core.known.rules_of(Network) or Network(()))

    def _tell(self) -> None:
        for told in self._told:
            told()


def _kept(transaction: Transaction, end: End, device_id: str, key: str) -> KeptTunnel:
    """The device's tunnel with this key, its addresses the same as last time where nobody has them. Raises
    NoTunnelError.
    """
    others = {one.slot: one for one in all_tunnels(transaction.connection) if one.device_id != device_id}
    if any(one.key == key for one in others.values()):
        raise NoTunnelError("taken", "another device uses this key", "delete tunnel.key of limen-agent's state")
    if len(others) >= MOST:
        raise NoTunnelError("full", "there are as many tunnels as there can be", "ask whoever administers Limen")
    own = tunnel(transaction.connection, device_id)
    slot = own.slot if own is not None and end.addresses(own.slot) else _place(end, device_id, others)
    kept = KeptTunnel(device_id, key, slot)
    put(transaction.connection, kept)
    transaction.changed(CHANGED, device_id)
    return kept


def _place(end: End, device_id: str, taken: Collection[int]) -> int:
    """A number that nobody has."""
    if end.slots:
        first = first_slot(device_id, end.slots)
        for slot in chain(range(first, end.slots), range(first)):
            if slot not in taken and end.addresses(slot):
                return slot
    raise NoTunnelError("full", "there are as many tunnels as there can be", "give the zone a longer prefix")
