"""Which side began: flow logs tell of each direction by itself, and a connection is both.

Two halves of one connection are put together, and the one that began it is, by what is said of it: its flag SYN without
ACK where a log has that, else the earlier start, else the port that services have. Of a half that stays alone the same
is asked, so an answer whose question nobody logged is turned round.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from limen.clock import MINUTE, Instant, Milliseconds
from limen.network.learning.flows import Ends, ObservedFlow
from limen.network.packets.box import WITH_PORTS

MOST_WAITING: Final = 50_000
"""Halves that wait for their other half; the oldest give ends."""
LONGEST_WAIT: Final[Milliseconds] = 15 * MINUTE
"""Between two halves of one connection, by their own clocks. Collectors write a long connection every few minutes."""
LAST_OF_SERVICES: Final = 1_023
"""Ports that only services have (RFC 6335, section 6)."""


class Half(NamedTuple):
    """One direction of a connection. `began`: its flags say whether it is the side that began; None: they don't."""

    start: Instant
    ends: Ends
    protocol: int
    source_port: int
    port: int
    began: bool | None = None
    was_refused: bool = False


_Sides: TypeAlias = tuple[int, int, int, int, int, int]


class Halves:
    """Takes halves in the order in which they were logged, and gives connections."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[_Sides, Half] = OrderedDict()

    def take(self, half: Half) -> Iterator[ObservedFlow]:
        """What is whole by it, and what waited too long."""
        if half.protocol not in WITH_PORTS or half.was_refused:
            yield _flow(half, was_answered=None)
            return
        sides = _sides(half)
        other = self._waiting.get(sides)
        if other is not None and other.ends != half.ends and abs(half.start - other.start) <= LONGEST_WAIT:
            del self._waiting[sides]
            yield _flow(_first(other, half), was_answered=True)
            return
        if other is None:
            self._waiting[sides] = half
        elif abs(half.start - other.start) > LONGEST_WAIT:
            yield _alone(self._waiting.pop(sides))
            self._waiting[sides] = half
        while len(self._waiting) > MOST_WAITING:
            yield _alone(self._waiting.popitem(last=False)[1])

    def rest(self) -> Iterator[ObservedFlow]:
        """All that still waits."""
        while self._waiting:
            yield _alone(self._waiting.popitem(last=False)[1])


def _sides(half: Half) -> _Sides:
    one, other = sorted([(half.ends.source, half.source_port), (half.ends.destination, half.port)])
    return (half.ends.family, half.protocol, *one, *other)


def _first(one: Half, other: Half) -> Half:
    """The half of the side that began."""
    if one.began is not other.began and None not in {one.began, other.began}:
        return one if one.began else other
    if one.start != other.start:
        return min(one, other, key=lambda half: half.start)
    return one if one.port <= one.source_port else other


def _alone(half: Half) -> ObservedFlow:
    is_answer = half.began is False or (
        half.began is None and half.source_port <= LAST_OF_SERVICES < half.port and half.source_port > 0
    )
    return _flow(_turned(half), was_answered=True) if is_answer else _flow(half, was_answered=False)


def _turned(half: Half) -> Half:
    ends = Ends(half.ends.family, half.ends.destination, half.ends.source)
    return half._replace(ends=ends, source_port=half.port, port=half.source_port)


def _flow(half: Half, *, was_answered: bool | None) -> ObservedFlow:
    ends = half.ends
    return ObservedFlow(
        half.start,
        "",
        "",
        ends.family,
        ends.source,
        ends.destination,
        half.protocol,
        half.port,
        was_answered=was_answered,
        was_refused=half.was_refused,
    )
