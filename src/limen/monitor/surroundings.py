"""What the process that watches knows of places, people and names, as the server says it: each time the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from limen.monitor.detections.beacons import Beacons
from limen.monitor.detections.detector import Detector
from limen.monitor.detections.shared_accounts.shared_accounts import SharedAccounts, SharedKnown
from limen.monitor.detections.travel.travel import TravelDetector, TravelKnown
from limen.monitor.detections.usual.usual import UsualDetector, UsualKnown
from limen.monitor.detections.wrong_clocks import WrongClocks
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import Frame
from limen.monitor.understanding import Understanding

PEOPLE: Final = "people"


class PeopleGiven(msgspec.Struct, frozen=True, kw_only=True):
    """What the company says of its people. `usual.groups` names all of them; of others nothing is kept."""

    travel: TravelKnown
    usual: UsualKnown
    shared: SharedKnown = SharedKnown()


class Surroundings:
    """`understanding` marks what `read` reads with its places, and with the ids of those it names; `detectors` go by
    that and by what is known of people.
    """

    def __init__(self, read: Callable[[Frame], Iterable[NormalEvent]]) -> None:
        self.understanding = Understanding(read)
        self._travel = TravelDetector(self.understanding.places)
        self._usual = UsualDetector(self.understanding.places)
        self._shared = SharedAccounts(self.understanding.places)
        self._clocks = WrongClocks()
        self._beacons = Beacons()

    @property
    def detectors(self) -> dict[str, Detector]:
        return {
            "travel": self._travel,
            "usual": self._usual,
            "shared": self._shared,
            "clocks": self._clocks,
            "beacons": self._beacons,
        }

    def understand(self, frame: Frame) -> list[NormalEvent]:
        """The events of a frame, each with what is known here."""
        return list(self.understanding.events(frame))

    def take(self, kind: str, value: bytes) -> bool:
        """Take over what the server says; whether it is of this kind. It may read files. Raises msgspec errors."""
        if kind != PEOPLE:
            return self.understanding.take(kind, value)
        people = msgspec.msgpack.decode(value, type=PeopleGiven)
        self._travel.known = people.travel
        self._usual.know(people.usual)
        self._shared.know(people.shared)
        for detector in (self._travel, self._usual, self._shared):
            detector.limit_to(people.usual.groups)
        return True
