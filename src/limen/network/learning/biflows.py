"""Which side began: flow logs tell of each direction by itself, and a connection is both (RFC 5103, section 2).

Two uniflows of one connection become a biflow, which the side began that the flags say (SYN without ACK, where a log
has them), else the earlier one, else the one whose destination port is a service's. A uniflow that stays alone is asked
the same, so an answer whose question nobody logged is turned round.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from limen.clock import MINUTE, Instant, Milliseconds
from limen.network.learning.flows import Ends, ObservedFlow
from limen.network.packets.box import WITH_PORTS

MOST_WAITING: Final = 50_000
"""Uniflows that wait for their other one; the oldest are given up."""
LONGEST_WAIT: Final[Milliseconds] = 15 * MINUTE
"""Between two uniflows of one connection, by their own clocks. Collectors write a long connection every few minutes."""
LAST_OF_SERVICES: Final = 1_023
"""Ports that only services have (RFC 6335, section 6)."""


class Uniflow(NamedTuple):
    """One direction of a connection. `began`: its flags say whether it is the side that began; None: they don't."""

    start: Instant
    ends: Ends
    protocol: int
    source_port: int
    port: int
    began: bool | None = None
    was_refused: bool = False


_Sides: TypeAlias = tuple[int, int, int, int, int, int]


class Biflows:
    """Takes uniflows in the order in which they were logged, and gives connections."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[_Sides, Uniflow] = OrderedDict()

    def take(self, uniflow: Uniflow) -> Iterator[ObservedFlow]:
        """What is whole by it, and what waited too long."""
        if uniflow.protocol not in WITH_PORTS or uniflow.was_refused:
            yield _flow(uniflow, was_answered=None)
            return
        sides = _sides(uniflow)
        other = self._waiting.get(sides)
        if other is not None and other.ends != uniflow.ends and abs(uniflow.start - other.start) <= LONGEST_WAIT:
            del self._waiting[sides]
            yield _flow(_first(other, uniflow), was_answered=True)
            return
        if other is None:
            self._waiting[sides] = uniflow
        elif abs(uniflow.start - other.start) > LONGEST_WAIT:
            yield _alone(self._waiting.pop(sides))
            self._waiting[sides] = uniflow
        while len(self._waiting) > MOST_WAITING:
            yield _alone(self._waiting.popitem(last=False)[1])

    def rest(self) -> Iterator[ObservedFlow]:
        """All that still waits."""
        while self._waiting:
            yield _alone(self._waiting.popitem(last=False)[1])


def _sides(uniflow: Uniflow) -> _Sides:
    one, other = sorted([(uniflow.ends.source, uniflow.source_port), (uniflow.ends.destination, uniflow.port)])
    return (uniflow.ends.family, uniflow.protocol, *one, *other)


def _first(one: Uniflow, other: Uniflow) -> Uniflow:
    """The uniflow of the side that began."""
    if one.began is not other.began and None not in {one.began, other.began}:
        return one if one.began else other
    if one.start != other.start:
        return min(one, other, key=lambda uniflow: uniflow.start)
    return one if one.port <= one.source_port else other


def _alone(uniflow: Uniflow) -> ObservedFlow:
    is_answer = uniflow.began is False or (
        uniflow.began is None and uniflow.source_port <= LAST_OF_SERVICES < uniflow.port and uniflow.source_port > 0
    )
    return _flow(_turned(uniflow), was_answered=True) if is_answer else _flow(uniflow, was_answered=False)


def _turned(uniflow: Uniflow) -> Uniflow:
    ends = Ends(uniflow.ends.family, uniflow.ends.destination, uniflow.ends.source)
    return uniflow._replace(ends=ends, source_port=uniflow.port, port=uniflow.source_port)


def _flow(uniflow: Uniflow, *, was_answered: bool | None) -> ObservedFlow:
    ends = uniflow.ends
    return ObservedFlow(
        uniflow.start,
        "",
        "",
        ends.family,
        ends.source,
        ends.destination,
        uniflow.protocol,
        uniflow.port,
        was_answered=was_answered,
        was_refused=uniflow.was_refused,
    )
