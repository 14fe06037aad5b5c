"""What the process that watches knows of places, people and names, as the server says it: each time the whole."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import Instant
from limen.monitor.detections.detector import Detector
from limen.monitor.detections.travel.travel import TravelDetector, TravelKnown
from limen.monitor.detections.usual.usual import UsualDetector, UsualKnown
from limen.monitor.detections.wrong_clocks import WrongClocks
from limen.monitor.normal_form.device_addresses import DeviceAddresses
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN, SENT_BY, Frame
from limen.monitor.normal_form.identities import Identities
from limen.monitor.places.marking import mark
from limen.monitor.places.places import Networks, Places
from limen.monitor.places.rules import PlaceRules

PLACES: Final = "places"
PEOPLE: Final = "people"
NAMES: Final = "names"


class PlacesGiven(msgspec.Struct, frozen=True, kw_only=True):
    """Which files tell places, below `root`; `networks` are the company's, by name. `at`: when they were looked at, so
    that the same files are looked at again when they changed.
    """

    rules: PlaceRules
    root: str
    room: str
    networks: tuple[tuple[str, str], ...] = ()
    at: Instant = 0


class PeopleGiven(msgspec.Struct, frozen=True, kw_only=True):
    """What the company says of its people. `usual.groups` names all of them; of others nothing is kept."""

    travel: TravelKnown
    usual: UsualKnown


class Surroundings:
    """`understand` marks what `read` reads with its places, and with the ids of those it names; `detectors` go by that
    and by what is known of people.
    """

    def __init__(self, read: Callable[[Frame], list[NormalEvent]]) -> None:
        self._read = read
        self._places = Places(Path("/"))
        self._networks: Networks = ()
        self._travel = TravelDetector(self._places)
        self._usual = UsualDetector(self._places)
        self._clocks = WrongClocks()
        self._names = Identities()
        self._addresses = DeviceAddresses()

    @property
    def detectors(self) -> dict[str, Detector]:
        return {"travel": self._travel, "usual": self._usual, "clocks": self._clocks}

    def understand(self, frame: Frame) -> list[NormalEvent]:
        """The events of a frame, each with the country and network of its address, and with ids of ours."""
        events = self._read(frame)
        for event in events:
            if event.source == LIMEN:
                self._addresses.note(event)  # its ids are ours: what it leaves out must not be guessed
            else:
                if frame.device_id:
                    event.device_id = event.fields[SENT_BY] = frame.device_id
                self._names.identify(event, self._addresses)
            mark(event, self._places, self._networks)
        return events

    def take(self, kind: str, value: bytes) -> bool:
        """Take over what the server says; whether it is of this kind. It may read files. Raises msgspec errors."""
        if kind == PLACES:
            self._take_places(msgspec.msgpack.decode(value, type=PlacesGiven))
        elif kind == PEOPLE:
            people = msgspec.msgpack.decode(value, type=PeopleGiven)
            self._travel.known = people.travel
            self._usual.know(people.usual)
            for detector in (self._travel, self._usual):
                detector.limit_to(people.usual.groups)
        elif kind == NAMES:
            self._names = msgspec.msgpack.decode(value, type=Identities)
        else:
            return False
        return True

    def _take_places(self, given: PlacesGiven) -> None:
        self._places.root, self._places.room = Path(given.root), Path(given.room)
        self._places.look_again(given.rules, given.at)
        self._networks = tuple((name, ip_network(network)) for name, network in given.networks)
