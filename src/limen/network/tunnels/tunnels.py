"""Tunnels that are there now: a device's agent asks for one, and says again and again that it is still wanted.

They are held in memory alone: after a restart of Limen there is none, as no door is open. So a key that was copied from
a laptop is good for nothing while nobody uses the tunnel there, and for what that laptop's doors open while they do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import SECOND, Milliseconds
from limen.errors import LimenError
from limen.facts import EVERYBODY, Subject
from limen.network.model import Network
from limen.network.tunnels.model import End, end_of_tunnels, first_slot, is_key
from limen.pillar import Core

LEASE: Final[Milliseconds] = 30 * SECOND
"""How long a tunnel stays after its agent was heard last."""
MOST: Final = 5_000


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
        self._slots: dict[int, str] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
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

    def keep(self, device_id: str, key: str) -> tuple[End, Tunnel]:
        """The device's tunnel, which is there from now on, or still, and where it ends. Raises NoTunnelError."""
        end = self._end
        if end is None:
            raise NoTunnelError("none", "this network has no tunnels", "ask whoever administers Limen")
        if not is_key(key):
            raise NoTunnelError("key", "this is no public key of WireGuard", "update limen-agent")
        if any(one.key == key and one.device_id != device_id for one in self._of.values()):
            raise NoTunnelError("taken", "another device uses this key", "delete tunnel.key of limen-agent's state")
        before = self._of.get(device_id)
        one = replace(before, key=key) if before is not None else Tunnel(device_id, key, self._place(end, device_id))
        self._lease(device_id)
        if one != before:
            self._of[device_id] = one
            self._tell()
        return end, one

    def leave(self, device_id: str) -> None:
        """The device has no tunnel any more, from now on."""
        if self._drop(device_id):
            self._tell()

    def close(self) -> None:
        """Limen stops: nobody is told any more, and each firewall ends what is open at its time."""
        self._stop_watching()
        for timer in self._timers.values():
            timer.cancel()

    # Inside

    def _place(self, end: End, device_id: str) -> tuple[str, ...]:
        """Addresses for a device, the same as last time where nobody has them. Raises NoTunnelError."""
        slots = end.slots
        if slots and len(self._of) < MOST:
            first = first_slot(device_id, slots)
            for slot in (*range(first, slots), *range(first)):
                if slot not in self._slots and (addresses := end.addresses(slot)):
                    self._slots[slot] = device_id
                    return addresses
        raise NoTunnelError("full", "there are as many tunnels as there can be", "give the zone a longer prefix")

    def _lease(self, device_id: str) -> None:
        if (timer := self._timers.pop(device_id, None)) is not None:
            timer.cancel()
        self._timers[device_id] = self._loop.call_later(LEASE / SECOND, self.leave, device_id)

    def _drop(self, device_id: str) -> bool:
        if (timer := self._timers.pop(device_id, None)) is not None:
            timer.cancel()
        self._slots = {slot: whose for slot, whose in self._slots.items() if whose != device_id}
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
            self._tell()

    def _end_now(self) -> End | None:
        return end_of_tunnels(self._core.known.rules_of(Network) or Network(()))

    def _tell(self) -> None:
        for told in self._told:
            told()
