"""Which device a source means: by Limen's own id, else its serial number, else its name, else its address.

Names and serial numbers are what agents say of themselves, so somebody could call their own laptop like a colleague's.
Where several fit, what is said against one counts for all of them, the company's and private ones, because a signal
that reaches nobody is worse than one that is withdrawn; and what speaks for one counts for none. Behind one address may
be a whole office: several there are nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

from limen.clock import HOUR, Instant, Milliseconds
from limen.devices.hardware import keys_of, serial_of
from limen.devices.model import EnrolledDevice, Held, State
from limen.devices.signals.model import Named

ADDRESS_COUNTS_FOR: Final[Milliseconds] = HOUR
"""How far from a device's last report its address still says that it was this device."""
_LIVE: Final = frozenset({State.ACTIVE, State.QUARANTINED})


class Known:
    """The devices that signals can be about, by what sources call them. Made for one message: only what that calls
    devices by is sorted.
    """

    def __init__(self, devices: Mapping[str, Held]) -> None:
        self._by_id = devices

    def meant(self, named: Named, at: Instant) -> list[EnrolledDevice]:
        """The devices that this fits, at that instant; none where nobody can say. One alone is surely meant."""
        if (sure := self._by_id.get(named.id)) is not None and _is_live(sure):
            return [sure.device]
        if (serial := serial_of(named.serial)) and (same := self._by_serial.get(serial)):
            return [one.device for one in same]
        if (name := _short(named.name)) and (called := self._by_name.get(name)):
            return [one.device for one in called]
        if named.name or named.serial or named.id:
            return []  # it is named, and is none of ours: whoever has its address now is another
        for address in filter(None, named.addresses):
            there = [one for one in self._by_address.get(address, ()) if abs(at - one.posture.at) <= ADDRESS_COUNTS_FOR]
            if there:
                return [there[0].device] if len(there) == 1 else []
        return []

    @cached_property
    def _by_serial(self) -> Mapping[str, list[Held]]:
        return self._sorted(lambda one: keys_of(one.device.hardware)[0])

    @cached_property
    def _by_name(self) -> Mapping[str, list[Held]]:
        return self._sorted(lambda one: _short(one.device.name))

    @cached_property
    def _by_address(self) -> Mapping[str, list[Held]]:
        return self._sorted(lambda one: one.posture.address)

    def _sorted(self, by: Callable[[Held], str]) -> Mapping[str, list[Held]]:
        found: defaultdict[str, list[Held]] = defaultdict(list)
        for one in self._by_id.values():
            if _is_live(one):
                found[by(one)].append(one)
        return found


def _is_live(held: Held) -> bool:
    return held.device.state in _LIVE


def _short(name: str) -> str:
    """The host's own name, without its domain."""
    return name.strip().partition(".")[0].casefold()
