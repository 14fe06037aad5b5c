"""A log of connections, whatever wrote it: each line by the format that it is in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from limen.clock import Instant
from limen.network.learning.biflows import Biflows
from limen.network.learning.flows import ObservedFlow
from limen.network.learning.formats import conntrack, packet_logs, vpc

LONGEST_LINE: Final = 4_096
"""Characters. What is longer is not looked at."""
MOST_EXAMPLES: Final = 3


@dataclass(slots=True)
class Lines:
    """Reads lines in their order, and counts those that nothing understands."""

    otherwise: Instant
    """When it was, where a line doesn't say."""
    read: int = 0
    not_understood: int = 0
    examples: list[int] = field(default_factory=list)
    """Numbers of the first lines that were not understood, from 1."""
    _fields: Sequence[str] | None = None
    _biflows: Biflows = field(default_factory=Biflows)

    def flows(self, lines: Iterable[str]) -> Iterator[ObservedFlow]:
        """All connections that the lines tell of; the rest of them when the lines end."""
        for line in lines:
            self.read += 1
            yield from self._of(line) if len(line) <= LONGEST_LINE else self._miss()
        yield from self._biflows.rest()

    def _of(self, line: str) -> Iterator[ObservedFlow]:
        header = vpc.fields_of(line)
        if header is not None:
            self._fields = header
        elif conntrack.is_conntrack(line):
            yield from _given(conntrack.flow_of(line, self.otherwise))
        elif packet_logs.is_packet_log(line):
            yield from _given(packet_logs.flow_of(line, self.otherwise))
        elif self._fields is not None or vpc.is_version_2(line):
            uniflow = vpc.uniflow_of(line, self._fields or vpc.VERSION_2)
            if uniflow is not None:
                yield from self._biflows.take(uniflow)
        elif line.strip():
            yield from self._miss()

    def _miss(self) -> Iterator[ObservedFlow]:
        self.not_understood += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(self.read)
        return iter(())


def _given(flow: ObservedFlow | None) -> Iterator[ObservedFlow]:
    if flow is not None:
        yield flow
