"""Which device a source means: by Limen's own id, else its serial number, else its name, else its address.

Names and serial numbers are what agents say of themselves, so somebody could call their own laptop like a colleague's.
Where several fit, what is said against one counts for all of them, the company's and private ones, because a signal
that reaches nobody is worse than one that is withdrawn; and what speaks for one counts for none. Behind one address may
be a whole office: several there are nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import msgspec

from limen.clock import HOUR, Instant, Milliseconds
from limen.devices.model import EnrolledDevice, Held, State
from limen.devices.signals.model import Named

ADDRESS_COUNTS_FOR: Final[Milliseconds] = HOUR
"""How far from a device's last report its address still says that it was this device."""
_NO_SERIALS: Final = frozenset(
    {"", "0", "none", "n/a", "default string", "to be filled by o.e.m.", "system serial number"}
)
_LIVE: Final = frozenset({State.ACTIVE, State.QUARANTINED})


class Known:
    """The devices that signals can be about, by what sources call them. Made for one message."""

    def __init__(self, devices: Iterable[Held]) -> None:
        self._by_id: dict[str, Held] = {}
        self._by_serial: dict[str, list[Held]] = defaultdict(list)
        self._by_name: dict[str, list[Held]] = defaultdict(list)
        self._by_address: dict[str, list[Held]] = defaultdict(list)
        for one in devices:
            if one.device.state not in _LIVE:
                continue
            self._by_id[one.device.id] = one
            self._by_serial[_serial_in(one.device.hardware)].append(one)
            self._by_name[_short(one.device.name)].append(one)
            self._by_address[one.posture.address].append(one)

    def meant(self, named: Named, at: Instant) -> list[EnrolledDevice]:
        """The devices that this fits, at that instant; none where nobody can say. One alone is surely meant."""
        if named.id in self._by_id:
            return [self._by_id[named.id].device]
        serial = named.serial.strip().casefold()
        if serial not in _NO_SERIALS and serial in self._by_serial:
            return [one.device for one in self._by_serial[serial]]
        name = _short(named.name)
        if name and name in self._by_name:
            return [one.device for one in self._by_name[name]]
        if named.name or named.serial or named.id:
            return []  # it is named, and is none of ours: whoever has its address now is another
        for address in named.addresses:
            there = [one for one in self._by_address.get(address, ()) if abs(at - one.posture.at) <= ADDRESS_COUNTS_FOR]
            if there:
                return [there[0].device] if len(there) == 1 else []
        return []


def _short(name: str) -> str:
    """The host's own name, without its domain."""
    return name.strip().partition(".")[0].casefold()


@lru_cache(20_000)
def _serial_in(hardware: str) -> str:
    try:
        told = msgspec.json.decode(hardware)
    except msgspec.DecodeError:
        return ""
    serial = told.get("serial", "") if isinstance(told, Mapping) else ""
    return serial.strip().casefold() if isinstance(serial, str) else ""
