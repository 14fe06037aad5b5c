"""From which addresses devices came, and when: a firewall's line of yesterday is about who had the address yesterday.

Learned from Limen's own events, which name a device and where it came from. It is held in memory and grows again after
a start as people work.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from ipaddress import IPv4Address, ip_address
from threading import Lock
from typing import Final

import msgspec

from limen.clock import MINUTE, Instant, Milliseconds
from limen.monitor.normal_form.event import NormalEvent

COUNTS_FOR: Final[Milliseconds] = 30 * MINUTE
"""So long before and after a device was seen at an address it was there; as long as leases of DHCP are at least."""
MOST_ADDRESSES: Final = 10_000
MOST_STAYS: Final = 8
"""Stays at one address; the oldest are forgotten."""


class _Stay(msgspec.Struct, array_like=True, gc=False):
    device_id: str
    since: Instant
    until: Instant


class DeviceAddresses:
    """Used from several threads. `changes` grows whenever something was noted."""

    def __init__(self) -> None:
        self.changes = 0
        self._stays: OrderedDict[str, list[_Stay]] = OrderedDict()
        self._lock = Lock()

    def note(self, event: NormalEvent) -> None:
        """Take note of an event of Limen's own."""
        if event.device_id and event.src_ip and not may_be_shared(event.src_ip):
            with self._lock:
                self._note(event.src_ip, event.device_id, event.at)
                self.changes += 1

    def device_at(self, address: str, at: Instant) -> str:
        """The one device that was there then; "" where there was none or several."""
        if address not in self._stays:
            return ""
        with self._lock:
            stays = list(self._stays.get(address, ()))
        there = {stay.device_id for stay in stays if stay.since - COUNTS_FOR <= at <= stay.until + COUNTS_FOR}
        return there.pop() if len(there) == 1 else ""

    def snapshot(self) -> bytes:
        """All that is remembered, in its order."""
        with self._lock:
            return msgspec.msgpack.encode(list(self._stays.items()))

    def restore(self, snapshot: bytes) -> None:
        """Remember what a snapshot does, and nothing else. Raises msgspec errors."""
        stays = OrderedDict(msgspec.msgpack.decode(snapshot, type=list[tuple[str, list[_Stay]]]))
        with self._lock:
            self._stays = stays

    def _note(self, address: str, device_id: str, at: Instant) -> None:
        stays = self._stays.setdefault(address, [])
        self._stays.move_to_end(address)
        stay = next((one for one in reversed(stays) if one.device_id == device_id and _is_near(one, at)), None)
        if stay is None:
            stays.append(_Stay(device_id, at, at))
            del stays[:-MOST_STAYS]
        else:
            stay.since, stay.until = min(stay.since, at), max(stay.until, at)
        if len(self._stays) > MOST_ADDRESSES:
            self._stays.popitem(last=False)


@lru_cache(maxsize=4_096)
def may_be_shared(address: str) -> bool:
    """Whether many devices can stand behind it: behind a public address of IPv4 stands a whole network."""
    try:
        known = ip_address(address)
    except ValueError:
        return True
    return known.is_loopback or (isinstance(known, IPv4Address) and not known.is_private)


def _is_near(stay: _Stay, at: Instant) -> bool:
    return stay.since - 2 * COUNTS_FOR <= at <= stay.until + 2 * COUNTS_FOR
