"""What the process is put together from: what understands, keeps and finds. Each comes from a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from limen.clock import Milliseconds
from limen.monitor.detections.detector import Detector
from limen.monitor.link import Elsewhere, RulesRead, Streamed
from limen.monitor.process.readers import Understands

Position: TypeAlias = tuple[int, int, int]
"""How far the store was read: its own, and kept as a whole."""


class Store(Protocol):
    """Where events are kept. Used by two threads: one appends, the other reads."""

    def append(self, lines: Sequence[bytes]) -> object:
        """Keep these; durable when it returns. Raises OSError, StorageError: then they have to be kept again."""
        ...

    def read(self, position: Position | None, most: int) -> Sequence[tuple[Position, bytes]]:
        """Up to so many lines behind `position` (None: from the oldest), each with its own position."""
        ...

    def keep(self, times: Mapping[str, Milliseconds]) -> None:
        """From now on keep what each source says for so long."""
        ...

    @property
    def size(self) -> int:
        """In bytes."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """`given` takes what the server says in a part's own form, by its kind. What takes time it does at once, beside
    detections; what it returns is called between two events, and says which detectors are new. `rules` says which
    rules are in force, `elsewhere` how it goes with ClickHouse, and `streamed` with NATS.
    """

    understands: Understands
    store: Store
    detectors: Mapping[str, Detector]
    given: Callable[[str, bytes], Callable[[], Mapping[str, Detector]]]
    rules: Callable[[], RulesRead] = RulesRead
    elsewhere: Callable[[], Elsewhere | None] = lambda: None
    streamed: Callable[[], Streamed | None] = lambda: None
