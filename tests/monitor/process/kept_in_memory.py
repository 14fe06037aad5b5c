"""A store of events in memory, for tests of what is around it. The real one is in the tests of the whole process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from limen.clock import Milliseconds
from limen.monitor.process.parts import Position


class KeptInMemory:
    """`wrong`: why it takes nothing."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.appends = 0
        self.wrong: Exception | None = None
        self.times: Mapping[str, Milliseconds] = {}

    def append(self, lines: Sequence[bytes]) -> object:
        if self.wrong is not None:
            raise self.wrong
        self.lines += lines
        self.appends += 1
        return None

    def read(self, position: Position | None, most: int) -> Sequence[tuple[Position, bytes]]:
        begin = position[0] if position else 0
        return [((begin + 1 + at, 0, 0), line) for at, line in enumerate(self.lines[begin : begin + most])]

    def keep(self, times: Mapping[str, Milliseconds]) -> None:
        self.times = times

    @property
    def size(self) -> int:
        return sum(map(len, self.lines))

    def close(self) -> None: ...
