"""What events mean here: their places, and whom and what they name, by what the server says of names and places.

It is the same in the process that watches and in those that read for it (`process/reader.py`): from the same frames
and the same `news` come the same events, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import Instant
from limen.monitor.normal_form.device_addresses import DeviceAddresses
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN, SENT_BY, Frame
from limen.monitor.normal_form.identities import Identities
from limen.monitor.places.marking import mark
from limen.monitor.places.places import Networks, Places
from limen.monitor.places.rules import PlaceRules

PLACES: Final = "places"
NAMES: Final = "names"
_ADDRESSES: Final = "addresses"


class PlacesGiven(msgspec.Struct, frozen=True, kw_only=True):
    """Which files tell places, below `root`; `networks` are the company's, by name. `at`: when they were looked at, so
    that the same files are looked at again when they changed.
    """

    rules: PlaceRules
    root: str
    room: str
    networks: tuple[tuple[str, str], ...] = ()
    at: Instant = 0


class Understanding:
    """`read` says what stands in a frame; `events` adds what is known here. Used from several threads."""

    def __init__(self, read: Callable[[Frame], Iterable[NormalEvent]]) -> None:
        self.places = Places(Path("/"))
        self._read = read
        self._networks: Networks = ()
        self._names = Identities()
        self._addresses = DeviceAddresses()
        self._said: dict[str, tuple[int, bytes]] = {}

    def events(self, frame: Frame) -> Iterator[NormalEvent]:
        """The events of a frame, each with the country and network of its address, and with ids of ours."""
        for event in self._read(frame):
            if event.source == LIMEN:
                self._addresses.note(event)  # its ids are ours: what it leaves out must not be guessed
            else:
                if frame.device_id:
                    event.device_id = event.fields[SENT_BY] = frame.device_id
                self._names.identify(event, self._addresses)
            mark(event, self.places, self._networks)
            yield event

    def take(self, kind: str, value: bytes) -> bool:
        """Take over what is said; whether it is of this kind. It may read files. Raises msgspec errors."""
        if kind == PLACES:
            self._take_places(msgspec.msgpack.decode(value, type=PlacesGiven))
        elif kind == NAMES:
            self._names = msgspec.msgpack.decode(value, type=Identities)
        elif kind == _ADDRESSES:
            self._addresses.restore(value)
            return True
        else:
            return False
        self._said[kind] = (self._said.get(kind, (0,))[0] + 1, value)
        return True

    def news(self, heard: dict[str, int]) -> Iterator[tuple[str, bytes]]:
        """What somebody has to `take` to know as much as this. `heard` is what they have heard; it is kept up."""
        for kind, (number, value) in list(self._said.items()):
            if heard.get(kind) != number:
                heard[kind] = number
                yield kind, value
        number = self._addresses.changes
        if heard.get(_ADDRESSES, 0) != number:
            heard[_ADDRESSES] = number
            yield _ADDRESSES, self._addresses.snapshot()

    def _take_places(self, given: PlacesGiven) -> None:
        self.places.root, self.places.room = Path(given.root), Path(given.room)
        self.places.look_again(given.rules, given.at)
        self._networks = tuple((name, ip_network(network)) for name, network in given.networks)
