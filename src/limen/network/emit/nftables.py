"""A ruleset as one table of nftables, `inet limen`, for the Linux machine that stands between zones.

What a packet meets on its way through (hook forward), first to last: answers to what was let through pass; interfaces
that no zone has, ICMP of the other family and addresses that are not at home where they come from are denied; then,
by the pair of its interfaces, the chain of its two zones with blocks before flows; then what is opened for a while;
then the end. Connections that an opening let in end with it (`nft_live`). The machine itself (hook input) is reached
from zones of kind `management`, and by what flows say to its own addresses; what it sends by itself is its own affair.
No other table is touched, nor is NAT: addresses are judged as they are in the middle of the machine, after a translated
destination and before a translated source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, product
from typing import Final

from limen.clock import Instant
from limen.network.compiling import Places
from limen.network.emit.nft_chains import (
    DENIED,
    asked_chain,
    denying_chains,
    forward_chain,
    input_chain,
    let_through_on_trial,
    standing_sets,
)
from limen.network.emit.nft_enforced import addresses, within
from limen.network.emit.nft_live import BACK, BEGUN, LET_THROUGH, LIVE, live_chains, marked, standing_chains
from limen.network.emit.nft_openings import openings
from limen.network.emit.nft_router import NotEmittable, Router, check_names, is_here
from limen.network.emit.nft_sets import lookups
from limen.network.model import INTERNET, Network
from limen.network.nft.tree import ACCEPT, Chain, Element, Line, Set, Table, goto, jump
from limen.network.packets.box import LAST_ADDRESS
from limen.network.packets.disjoint import Entangled
from limen.network.packets.ruleset import ANYWHERE, Rule, Ruleset

FAMILY: Final = "inet"
TABLE: Final = "limen"
OPENED: Final = "opened"
_MAPS: Final = {OPENED: "openings", LIVE: LIVE, BACK: BACK}
_INTERVAL: Final = frozenset({"interval"})


@dataclass(frozen=True, slots=True)
class Emission:
    """`not_here`: zones that have no leg at this machine, so that it enforces nothing about them.
    `is_administered`: somebody reaches the machine itself, from a zone of kind `management`.
    """

    table: Table
    not_here: tuple[str, ...]
    is_administered: bool


def firewall(ruleset: Ruleset, network: Network, router: Router, now: Instant) -> Emission:
    """The table. A NotEmittable where there is none: then nothing may be loaded.

    It lets through what `nft_enforced.enforced` says, and what is there until an instant until then.
    """
    check_names(router, ruleset.rules)
    places = Places(network)
    made = _Made(router)
    by_pair = _by_pair(ruleset, router)
    try:
        for (from_zone, to_zone), rules in by_pair.items():
            lasting = [one for one in rules if one.until is None]
            inner = within(places, network, from_zone) if from_zone == to_zone else []
            if inner:
                made.way(f"{from_zone}.{to_zone}.within", from_zone, to_zone, [*inner, *lasting])
            made.way(f"{from_zone}.{to_zone}", from_zone, to_zone, lasting, leads_through=not inner)
            made.to_machine(from_zone, to_zone, places, lasting)
        for zone in router.legs:
            temporary = [(to, one) for (from_, to), rules in by_pair.items() if from_ == zone for one in timed(rules)]
            made.opened(zone, temporary, now)
    except Entangled as problem:
        raise NotEmittable("entangled", "rules overlap each other too much") from problem
    management = _management(network, router)
    table = Table(FAMILY, TABLE, (*_standing(places, router, management), *made.all_sets), made.all_chains)
    return Emission(marked(table), tuple(one for one in network.zone_names if one not in router.legs), bool(management))


@dataclass
class _Made:
    """What of a table belongs to pairs of zones."""

    router: Router
    sets: list[Set] = field(default_factory=list)
    chains: list[Chain] = field(default_factory=list)
    ways: list[Element] = field(default_factory=list)
    machine: dict[int, list[Element]] = field(default_factory=lambda: {4: [], 6: []})
    by_leg: dict[str, list[Element]] = field(default_factory=lambda: {OPENED: [], LIVE: [], BACK: []})

    def way(
        self, name: str, from_zone: str, to_zone: str, rules: Sequence[Rule], *, leads_through: bool = True
    ) -> None:
        """A chain of its own for a pair, where it has rules."""
        if not rules:
            return
        sets, chain = deciding(name, rules, self.router.log_group)
        self.sets += sets
        self.chains.append(chain)
        if leads_through:
            pairs = product(self.router.legs[from_zone], self.router.legs[to_zone])
            self.ways += [Element(pair, verdict=jump(name)) for pair in pairs]

    def to_machine(self, from_zone: str, to_zone: str, places: Places, rules: Sequence[Rule]) -> None:
        """The same chain decides on packets to those addresses of the machine that are in the zone. The machine itself
        is never on trial: then it has a chain of its own.
        """
        chain = f"{from_zone}.{to_zone}"
        if not rules or not self._is_in(to_zone, places):
            return
        if any(one.is_trial for one in rules):
            chain += ".machine"
            guarded = [replace(one, allows=False, is_trial=False) if one.is_trial else one for one in rules]
            self.way(chain, from_zone, to_zone, guarded, leads_through=False)
        for address in self.router.addresses:
            number, family = int(address.network_address), address.version
            if any(low <= number <= high for low, high in addresses(places, to_zone, family)):
                self.machine[family] += [
                    Element((interface, (number, number)), verdict=jump(chain))
                    for interface in self.router.legs[from_zone]
                ]

    def _is_in(self, zone: str, places: Places) -> bool:
        return any(
            low <= int(one.network_address) <= high
            for one in self.router.addresses
            for low, high in addresses(places, zone, one.version)
        )

    def opened(self, zone: str, rules: Sequence[tuple[str, Rule]], now: Instant) -> None:
        found = list(openings(zone, rules, self.router, now))
        self.sets += [one.set for one in found]
        self.chains.append(Chain(f"{OPENED}-{zone}", tuple(Line((*one.matches, BEGUN, ACCEPT)) for one in found)))
        self.chains += live_chains(zone, found)
        for name in (OPENED, LIVE, BACK):
            self.by_leg[name] += [Element((one,), verdict=jump(f"{name}-{zone}")) for one in self.router.legs[zone]]

    @property
    def all_sets(self) -> tuple[Set, ...]:
        maps = [
            Set("ways", ("ifname", "ifname"), tuple(self.ways), is_map=True),
            *(Set(_MAPS[name], ("ifname",), tuple(some), is_map=True) for name, some in self.by_leg.items()),
            Set("machine4", ("ifname", "ipv4_addr"), tuple(self.machine[4]), is_map=True),
            Set("machine6", ("ifname", "ipv6_addr"), tuple(self.machine[6]), is_map=True),
        ]
        return (*self.sets, *maps)

    @property
    def all_chains(self) -> tuple[Chain, ...]:
        """The hooks last, as they lead to all others."""
        standing = (*standing_chains(), *denying_chains(self.router.log_group))
        return (*standing, *self.chains, asked_chain(), input_chain(self.router.tunnels), forward_chain())


def _by_pair(ruleset: Ruleset, router: Router) -> dict[tuple[str, str], list[Rule]]:
    """The rules of each pair of zones with a leg here, in their order."""
    here = [zone for zone in ruleset.zones if zone in router.legs]
    found: dict[tuple[str, str], list[Rule]] = {pair: [] for pair in product(here, here)}
    for rule in ruleset.rules:
        if is_here(rule, router):
            sources, destinations = ([zone] if zone != ANYWHERE else here for zone in (rule.from_zone, rule.to_zone))
            for pair in product(sources, destinations):
                found[pair].append(rule)
    return found


def timed(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Those that end by themselves. After one of them nothing may be denied for good, since they come last."""
    is_open = False
    for rule in rules:
        if rule.until is None and is_open and not rule.allows:
            raise NotEmittable("opening", rule.id)
        if rule.until is not None and not rule.allows:
            raise NotEmittable("opening", rule.id)
        if rule.until is not None:
            is_open = True
            yield rule


def deciding(name: str, rules: Sequence[Rule], log_group: int) -> tuple[list[Set], Chain]:
    """Rules in a row that say the same are looked up together; the order is only between such rows."""
    sets: list[Set] = []
    lines: list[Line] = []
    alike = groupby(rules, key=lambda one: (one.allows, one.is_trial))
    for number, ((allows, is_trial), row) in enumerate(alike, 1):
        for one in lookups(f"{name}.{number}", ((rule.id, rule.box) for rule in row)):
            sets.append(one.set)
            if is_trial:
                lines += let_through_on_trial(one.matches, log_group)
            else:
                lines.append(Line((*one.matches, goto(LET_THROUGH if allows else DENIED))))
    return sets, Chain(name, tuple(lines))


def _management(network: Network, router: Router) -> tuple[str, ...]:
    return tuple(name for zone in network.zones if zone.kind == "management" for name in router.legs.get(zone.name, ()))


def _standing(places: Places, router: Router, management: Sequence[str]) -> list[Set]:
    """The sets that every table has."""
    own = [
        Set(
            f"own{family}",
            ("ifname", f"ipv{family}_addr"),
            tuple(
                Element((name, interval))
                for zone, names in router.legs.items()
                for name in names
                for interval in addresses(places, zone, family)
            ),
            _INTERVAL,
        )
        for family in LAST_ADDRESS
    ]
    return [*standing_sets([*router.zone_of], router.legs.get(INTERNET, ()), management), *own]
