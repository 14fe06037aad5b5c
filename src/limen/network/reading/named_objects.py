"""What rules of gear say by name: addresses, services, and groups of either that may hold one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar

from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Interval
from limen.network.packets.box import ICMP, ICMPV6, LAST_ADDRESS, WITH_PORTS, of_one_family
from limen.network.reading.intervals import all_but, joined
from limen.network.reading.reading import MOST_RULES, UnreadableError, refuse_beyond

Addresses: TypeAlias = tuple[tuple[int, Interval], ...]
"""Address families, each with addresses."""
EVERY_ADDRESS: Final[Addresses] = tuple((family, (0, last)) for family, last in LAST_ADDRESS.items())
MOST_OBJECTS: Final = 200_000
MOST_DEPTH: Final = 50
"""How deep groups may hold one another."""
_MOST_MEMBERS: Final = 200_000
"""Of one group, with those of the groups in it."""
T = TypeVar("T")


class Kind(NamedTuple):
    """Packets of a service."""

    protocol: Interval = ANY_PROTOCOL
    port: Interval = ANY_PORT
    source_port: Interval = ANY_PORT
    families: tuple[int, ...] = (4, 6)


EVERY_KIND: Final = Kind()


def kind_of(protocol: int, port: Interval = ANY_PORT, source_port: Interval = ANY_PORT) -> Kind:
    """Without a port: all that this protocol tells apart, which for ICMP are 256 types and for others nothing."""
    if protocol in {ICMP, ICMPV6}:
        port = (port[0], min(port[1], 255))
    elif protocol not in WITH_PORTS:
        port = (0, 0)
    return Kind((protocol, protocol), port, source_port)


@dataclass
class Named(Generic[T]):
    """`plain` holds what a name stands for by itself, `groups` the names that another stands for."""

    plain: dict[str, tuple[T, ...]] = field(default_factory=dict)
    groups: dict[str, Sequence[str]] = field(default_factory=dict)
    _known: dict[str, tuple[T, ...] | None] = field(default_factory=dict)

    def of(self, name: str) -> tuple[T, ...] | None:
        """What it stands for; None: it is not known, or something in it is not. Raises UnreadableError for groups
        that hold themselves.
        """
        return self._of(name, ())

    def _of(self, name: str, above: tuple[str, ...]) -> tuple[T, ...] | None:
        if name in self._known:
            return self._known[name]
        if name in above:
            raise UnreadableError(f"the group {name[:60]!r} holds itself", "no firewall loads such a file")
        refuse_beyond(len(above), MOST_DEPTH, "groups within one another")
        found = self._together(name, above) if name in self.groups else self.plain.get(name)
        self._known[name] = found
        return found

    def _together(self, name: str, above: tuple[str, ...]) -> tuple[T, ...] | None:
        together: dict[T, None] = {}
        is_known = True
        for member in self.groups[name]:
            some = self._of(member, (*above, name))
            is_known = is_known and some is not None
            together.update(dict.fromkeys(some or ()))
            refuse_beyond(len(together), _MOST_MEMBERS, "members of one group")
        return tuple(together) if is_known else None


@dataclass
class Asked:
    """What one rule asks of a packet. `unclear`: conditions that are not understood, as the file has them."""

    sources: Addresses
    destinations: Addresses
    kinds: Sequence[Kind]
    unclear: list[str] = field(default_factory=list)

    def boxes(self) -> Iterator[Box]:
        """Raises UnreadableError before the first, where there would be too many."""
        pairs = sum(self._count(self.sources, family) * self._count(self.destinations, family) for family in (4, 6))
        refuse_beyond(pairs * len(self.kinds), MOST_RULES, "ways that one rule opens")
        yield from self._boxes()

    @staticmethod
    def _count(addresses: Addresses, family: int) -> int:
        return sum(one == family for one, _ in addresses)

    def _boxes(self) -> Iterator[Box]:
        for family, source, destination in of_one_family(self.sources, self.destinations):
            for kind in self.kinds:
                if family in kind.families:
                    yield Box(family, source, destination, kind.protocol, kind.port, kind.source_port)


def addresses_named(names: Iterable[str], known: Named[tuple[int, Interval]], unclear: list[str]) -> Addresses:
    """The addresses of all these; every one where something is not known, which is then `unclear`."""
    found: list[tuple[int, Interval]] = []
    is_known = True
    for name in names:
        some = known.of(name)
        if some is None:
            unclear.append(f"the addresses {name[:80]}")
            is_known = False
        else:
            found += some
    return tuple(joined(found)) if is_known else EVERY_ADDRESS


def without(addresses: Addresses, families: Iterable[int] = (4, 6)) -> Addresses:
    """All others of these families."""
    return tuple(
        (family, interval)
        for family in families
        for interval in all_but([one for other, one in addresses if other == family], LAST_ADDRESS[family])
    )


def ports_of(protocol: int, ports: Iterable[Interval], source_ports: Iterable[Interval] = (ANY_PORT,)) -> list[Kind]:
    sources = list(source_ports)
    return [kind_of(protocol, port, source) for port in ports for source in sources]


def refuse_objects(*tables: Mapping[str, object]) -> None:
    """Raises UnreadableError where a file names more than Limen reads."""
    refuse_beyond(sum(map(len, tables)), MOST_OBJECTS, "named objects")
