"""The process put together: the normal form understands, the event store keeps, detectors find."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import DAY, Clock, Milliseconds, SystemClock
from limen.connectors.nats.stream import Stream
from limen.events import Event
from limen.monitor.canary_rule import with_canary
from limen.monitor.detections.chosen import RULES, Chosen
from limen.monitor.detections.detector import Detector
from limen.monitor.detections.in_force import rules_in_force
from limen.monitor.detections.own_rules import shown_rules
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.link import TAKES, RulesRead, SetUp
from limen.monitor.normal_form.reading import events_in
from limen.monitor.outgrown.shipping import Shipping
from limen.monitor.outgrown.streamed_store import StreamedStore
from limen.monitor.process.parts import Parts, Position
from limen.monitor.stored import COLUMNS
from limen.monitor.surroundings import Surroundings
from limen.storage.event_store.following import START, Position as InStore
from limen.storage.event_store.keeping import Keeping
from limen.storage.event_store.store import EventStore

MOST_SAID: Final = 20
LONGEST_SAID: Final = 300
"""So many refused rules are named to the server, in so many characters each; `limen detections check` names all."""


def parts_of(setup: SetUp, record: Callable[[Event], object]) -> Parts:
    """Everything, opened. `record` is told what the journal has to know."""
    Path(setup.data).mkdir(mode=0o700, parents=True, exist_ok=True)
    store = KeptEvents(
        EventStore.open(Path(setup.events), columns=COLUMNS, keys=setup.keys, record=record), setup.budget_bytes
    )
    shipping, streamed = _shipping(setup, store), _streamed(setup, store)
    around, rules = Surroundings(events_in), Rules(SystemClock())
    detectors = {RULES: rules.detector(Chosen()), **around.detectors}
    return Parts(
        around.understanding,
        streamed or store,
        detectors,
        lambda kind, value: given(around, rules, kind, value, streamed),
        lambda: rules.read,
        lambda: shipping.figures if shipping is not None else None,
        lambda: streamed.figures if streamed is not None else None,
    )


def _shipping(setup: SetUp, store: KeptEvents) -> Shipping | None:
    """What brings events to ClickHouse, where they go there; it ends with the store."""
    if setup.clickhouse is None:
        return None
    shipping = Shipping(Path(setup.data), store, setup.clickhouse, lambda: store.keeping, SystemClock())
    store.closing.append(shipping.close)
    shipping.start()
    return shipping


def _streamed(setup: SetUp, store: KeptEvents) -> StreamedStore | None:
    """The stream before the store, where there is one. What is in it is taken once it is said that this node does."""
    if setup.nats is None:
        return None
    streamed = StreamedStore(store, Stream(setup.nats), setup.transit_keys, SystemClock())
    streamed.start()
    return streamed


class Rules:
    """The rules in force, compiled here; `read` says which those are."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.read = RulesRead()

    def detector(self, chosen: Chosen) -> SigmaDetector:
        found = rules_in_force(with_canary(chosen))
        counts = dict.fromkeys(chosen.folders, 0)
        for one in found.everything:
            folder = next((path for path in chosen.folders if one.about.file.startswith(f"{path}/")), "")
            if folder:
                counts[folder] += 1
        self.read = RulesRead(
            at=self._clock.now(),
            rules=len(shown_rules(found)) - 1,  # the one of test events is nobody's
            of_folders=counts,
            refused=len(found.problems),
            wrong=tuple([str(one)[:LONGEST_SAID] for one in found.problems[:MOST_SAID]]),
        )
        return SigmaDetector(found)


def given(
    around: Surroundings, rules: Rules, kind: str, value: bytes, streamed: StreamedStore | None = None
) -> Callable[[], Mapping[str, Detector]]:
    """What the server says: which rules are in force beside Limen's, which are compiled here; places and people; and
    whether this node takes from the stream.
    """
    if kind == TAKES:
        if streamed is not None:
            streamed.take_from_now_on(takes=bool(value))
        return dict
    if kind == RULES:
        detector = rules.detector(msgspec.msgpack.decode(value, type=Chosen))
        return lambda: {RULES: detector}

    def take_over() -> Mapping[str, Detector]:
        around.take(kind, value)
        return {}

    return take_over


class KeptEvents:
    """The event store as the process uses it (`parts.Store`). `keeping`: None until it is told."""

    def __init__(self, store: EventStore, budget_bytes: int) -> None:
        self._store = store
        self.keeping: Keeping | None = None
        self._budget_bytes = budget_bytes
        self.closing: list[Callable[[], None]] = []
        self._size = 0

    def append(self, lines: Sequence[bytes]) -> object:
        return self._store.append(lines)

    def read(self, position: Position | None, most: int) -> Sequence[tuple[Position, bytes]]:
        where = InStore(*position) if position is not None else START
        return [((at.n, at.segment, at.offset), line) for at, line in islice(self._store.read_from(where), most)]

    def keep(self, times: Mapping[str, Milliseconds]) -> None:
        days = {name: max(1, length // DAY) for name, length in times.items()}
        self.keeping = Keeping(days_of=days, budget_bytes=self._budget_bytes)
        self._store.keep(self.keeping)

    @property
    def last_n(self) -> int:
        """The number of the newest event."""
        return self._store.end.n

    @property
    def expired_n(self) -> int:
        """Events up to this number are not kept any more."""
        return self._store.expired_n

    @property
    def size(self) -> int:
        with suppress(FileNotFoundError):  # a segment was sealed this moment: what it was before is near enough
            self._size = self._store.figures().size
        return self._size

    def close(self) -> None:
        """First what reads of it ends."""
        for close in self.closing:
            close()
        self._store.close()
