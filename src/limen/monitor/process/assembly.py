"""The process put together: the normal form understands, the event store keeps, detectors find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import msgspec

from limen.clock import DAY, Milliseconds
from limen.events import Event
from limen.monitor.canary_rule import with_canary
from limen.monitor.detections.chosen import RULES, Chosen
from limen.monitor.detections.detector import Detector
from limen.monitor.detections.in_force import rules_in_force
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.link import SetUp
from limen.monitor.normal_form.reading import read
from limen.monitor.process.parts import Parts, Position
from limen.monitor.stored import COLUMNS
from limen.monitor.surroundings import Surroundings
from limen.storage.event_store.following import START, Position as InStore
from limen.storage.event_store.keeping import Keeping
from limen.storage.event_store.store import EventStore


def parts_of(setup: SetUp, record: Callable[[Event], object]) -> Parts:
    """Everything, opened. `record` is told what the journal has to know."""
    Path(setup.data).mkdir(mode=0o700, parents=True, exist_ok=True)
    store = KeptEvents(
        EventStore.open(Path(setup.events), columns=COLUMNS, keys=setup.keys, record=record), setup.budget_bytes
    )
    around = Surroundings(read)
    detectors = {RULES: SigmaDetector(rules_in_force(with_canary(Chosen()))), **around.detectors}
    return Parts(around.understand, store, detectors, lambda kind, value: given(around, kind, value))


def given(around: Surroundings, kind: str, value: bytes) -> Callable[[], Mapping[str, Detector]]:
    """What the server says: which rules are in force beside Limen's, which are compiled here; places and people."""
    if kind == RULES:
        detector = SigmaDetector(rules_in_force(with_canary(msgspec.msgpack.decode(value, type=Chosen))))
        return lambda: {RULES: detector}

    def take_over() -> Mapping[str, Detector]:
        around.take(kind, value)
        return {}

    return take_over


class KeptEvents:
    """The event store as the process uses it (`parts.Store`)."""

    def __init__(self, store: EventStore, budget_bytes: int) -> None:
        self._store = store
        self._budget_bytes = budget_bytes
        self._size = 0

    def append(self, lines: Sequence[bytes]) -> object:
        return self._store.append(lines)

    def read(self, position: Position | None, most: int) -> Sequence[tuple[Position, bytes]]:
        where = InStore(*position) if position is not None else START
        return [((at.n, at.segment, at.offset), line) for at, line in islice(self._store.read_from(where), most)]

    def keep(self, times: Mapping[str, Milliseconds]) -> None:
        days = {name: max(1, length // DAY) for name, length in times.items()}
        self._store.keep(Keeping(days_of=days, budget_bytes=self._budget_bytes))

    @property
    def size(self) -> int:
        with suppress(FileNotFoundError):  # a segment was sealed this moment: what it was before is near enough
            self._size = self._store.figures().size
        return self._size

    def close(self) -> None:
        self._store.close()
