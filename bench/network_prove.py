"""Fifty zones and many rules: the full matrix and everything that must never be, by both engines.

`prove_5k_s`, `prove_100k_s`: from a ruleset to every cell of the matrix and every verdict, half of them by hops, in a
fresh process; `prove_100k_mb` is the most memory that it had. `prove_…_one_pair_s`: all rules between the same two
zones. `prove_5k_diagrams_s`: the second engine alone, from the same rules to all that is let through and to the same
verdicts without hops. `prove_tangled_s`: 200 denies that cross each other in every field, before a rule for everything,
until a witness is found and the matrix says what it can. `engines_agree` is 1 where both let through the same packets
and give the same verdicts.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import sys
import time
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from limen.network.compiling import Places
from limen.network.model import Network, Never, Way, Zone
from limen.network.packets import Box, Rule, Ruleset, every_packet
from limen.network.packets.decision_diagrams import FAMILIES, Diagrams, any_of
from limen.network.packets.regions import Regions
from limen.network.packets.spans import span_between, span_of
from limen.network.proof.matrix import Matrix
from limen.network.proof.nevers import verdicts

ZONES = 50
ONE_PAIR = 1
"""In place of a number of zones: all rules are between the same two."""
SERVICES = ((6, (443, 443)), (6, (22, 22)), (6, (8000, 8100)), (6, (1024, 65_535)), (17, (53, 53)), (1, (8, 8)))


def prove() -> dict[str, float]:
    return {
        **_apart(_own, 5_000, ZONES, "prove_5k"),
        **_apart(_own, 5_000, ONE_PAIR, "prove_5k_one_pair"),
        **_apart(_own, 100_000, ZONES, "prove_100k"),
        **_apart(_own, 100_000, ONE_PAIR, "prove_100k_one_pair"),
        **_apart(_tangled, 200, ONE_PAIR, "prove_tangled"),
        **_apart(_diagrams, 5_000, ZONES, "prove_5k_diagrams"),
    }


def _apart(part: Callable[[int, int, str], dict[str, float]], count: int, zones: int, name: str) -> dict[str, float]:
    """In a process of its own, so that its memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(part, (count, zones, name))


def _own(count: int, zones: int, name: str) -> dict[str, float]:
    network, ruleset = _network(), _ruleset(count, zones)
    began = time.perf_counter()
    regions = Regions(ruleset)
    cells = [one for one in Matrix(regions).cells() if not one.is_empty]
    found = verdicts(network, regions)
    seconds = time.perf_counter() - began
    if not cells or not all(one.is_decided for one in found):
        raise SystemExit("not everything was decided")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {f"{name}_s": round(seconds, 2), f"{name}_mb": round(megabytes)}


def _diagrams(count: int, zones: int, name: str) -> dict[str, float]:
    network, ruleset = _network(), _ruleset(count, zones)
    numbers = {zone: number for number, zone in enumerate(ruleset.zones)}
    places = Places(network)
    began = time.perf_counter()
    rules = [(span_of(rule, numbers), rule.allows) for rule in ruleset.rules]
    engines = {family: Diagrams(len(ruleset.zones), family) for family in FAMILIES}
    allowed = {family: one.allowed(rules) for family, one in engines.items()}
    holds = [
        not any(
            (allowed[box.family] & engines[box.family].of(span_between(one, other, box, numbers))).satisfiable()
            for one, other, box in places.boxes(never.way)
        )
        for never in network.nevers
    ]
    seconds = time.perf_counter() - began
    regions = Regions(ruleset)
    direct = [not one.path or len(one.path) > 1 for one in verdicts(network, regions)]
    same = all(
        any_of((one.of(span) for span, _ in regions.let_through), one.nothing) == allowed[family]
        for family, one in engines.items()
    )
    return {f"{name}_s": round(seconds, 2), "engines_agree": int(same and direct == holds)}


def _tangled(count: int, zones: int, name: str) -> dict[str, float]:
    del zones
    chosen = random.Random(15)
    fields = ((1 << 32), (1 << 32), 256, 65_536, 65_536)
    crossing = [[sorted((chosen.randrange(most), chosen.randrange(most))) for most in fields] for _ in range(count)]
    boxes = [Box(4, *((low, high) for low, high in one)) for one in crossing]
    rules = [Rule(f"d{at}", False, "z1", "z2", box) for at, box in enumerate(boxes)]
    ruleset = Ruleset(_network().zone_names, (*rules, Rule("all", True, "z1", "z2", every_packet(4))))
    began = time.perf_counter()
    regions = Regions(ruleset)
    cell = Matrix(regions).cell("z1", "z2")
    found = regions.witness(span_between("z1", "z2", every_packet(4), regions.numbers))
    if found is None or cell.is_empty:
        raise SystemExit("something passes, and it was not found")
    return {f"{name}_s": round(time.perf_counter() - began, 2)}


def _network() -> Network:
    """Zones of 65,536 addresses of one family and a /64 of the other. Most of what must never be holds directly, and
    none of it by hops.
    """
    zones = tuple(
        Zone(
            f"z{number}",
            "server",
            (ip_network(f"10.{number}.0.0/16"), ip_network(f"fd00:{number}::/64")),
            is_isolated=number % 2 == 0,
        )
        for number in range(ZONES)
    )
    ways = [Way((f"z{at}", f"z{(at + 1) % 10}"), (f"z{at + 40}", f"z{49 - at}"), ("any",)) for at in range(10)]
    outside = [Way(("internet",), ("inside",), ("any",)), Way(("z0",), ("internet",), ("any",))]
    crossing = [Way((f"z{at + 10}",), (f"z{at + 30}",), ("any",)) for at in range(5)]
    nevers = [Never(f"n{at}", way, "") for at, way in enumerate([*ways, *outside, *crossing])]
    nevers += [Never(f"h{at}", way, "", hops=True) for at, way in enumerate([*ways, *outside])]
    return Network(zones, nevers=tuple(nevers))


def _ruleset(count: int, zones: int) -> Ruleset:
    chosen = random.Random(15)
    rules = []
    for number in range(count):
        one, other = (chosen.randrange(zones), chosen.randrange(zones)) if zones > 1 else (1, 2)
        if one < 10 and other >= 40:
            other -= 10
        family = chosen.choice((4, 4, 6))
        protocol, port = chosen.choice(SERVICES)
        protocol = 58 if (protocol, family) == (1, 6) else protocol
        box = Box(family, _prefix(chosen, one, family), _prefix(chosen, other, family), (protocol, protocol), port)
        rules.append(Rule(f"r{number}", chosen.random() > 1 / 6, f"z{one}", f"z{other}", box))
    return Ruleset(_network().zone_names, tuple(rules))


def _prefix(chosen: random.Random, zone: int, family: int) -> tuple[int, int]:
    """A host, or a network of up to 256 addresses of a zone's."""
    free = chosen.choice((0, 0, 4, 6, 8, 8))
    base = (10 << 24 | zone << 16) if family == 4 else int(ip_network(f"fd00:{zone}::/64").network_address)
    low = base + (chosen.randrange(1 << 16) >> free << free)
    return low, low + (1 << free) - 1
