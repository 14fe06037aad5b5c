"""One rule of iptables, as iptables-save(8) writes it: what it asks of the packet that begins a connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from limen.network.packets import ANY_PORT, Box, Interval
from limen.network.packets.box import LAST_ADDRESS
from limen.network.reading.intervals import shared
from limen.network.reading.iptables_options import Asked, Interfaces, read_option
from limen.network.reading.iptables_words import Words


@dataclass(frozen=True, slots=True)
class IptablesRule:
    """`boxes`: the packets that it fits, together. `target` is "" where it only counts; `goes`: by `-g`. `doubts` are
    what was not understood.
    """

    chain: str
    boxes: tuple[Box, ...]
    from_: Interfaces | None
    to: Interfaces | None
    target: str
    goes: bool
    doubts: tuple[str, ...]


def read_rule(text: str, family: int) -> IptablesRule:
    """A line that begins with `-A`. Raises ValueError where not even its chain and target can be made out."""
    asked = Asked(family, [(0, LAST_ADDRESS[family])], [(0, LAST_ADDRESS[family])])
    words = Words(text)
    while not words.is_over:
        read_option(asked, words)
    if not asked.chain:
        raise ValueError(text)
    boxes = tuple(_boxes(asked)) if asked.begins else ()
    return IptablesRule(asked.chain, boxes, asked.from_, asked.to, asked.target, asked.goes, tuple(asked.doubts))


def _boxes(asked: Asked) -> Iterator[Box]:
    for ports, source_ports in _ways_of_ports(asked):
        fields = (asked.sources, asked.destinations, asked.protocols, ports, source_ports)
        yield from (Box(asked.family, *values) for values in product(*fields))


def _ways_of_ports(asked: Asked) -> Iterator[tuple[list[Interval], list[Interval]]]:
    """Destination and source ports that fit. `--ports` fits where either of the two is in its list."""
    ports, source_ports = _in_all(asked.ports), _in_all(asked.source_ports)
    if not asked.either_ports:
        yield ports, source_ports
        return
    either = _in_all(asked.either_ports)
    yield _in_all([ports, either]), source_ports
    yield ports, _in_all([source_ports, either])


def _in_all(lists: list[list[Interval]]) -> list[Interval]:
    found = [ANY_PORT]
    for one in lists:
        found = shared(found, one)
    return found
