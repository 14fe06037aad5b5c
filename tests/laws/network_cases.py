"""Small networks in which everything can be tried, and trying it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from itertools import product

from hypothesis import strategies as st
from tests.laws.rule_cases import ZONES
from tests.network.networks import HTTPS, PING, SSH

from limen.network.compiling import compiled
from limen.network.model import EVERYTHING, INSIDE, INTERNET, Block, Flow, Host, Network, Never, Way, Zone
from limen.network.packets import Packet, Rule, Ruleset
from limen.network.proof.assets import Assets

TODAY = "2026-11-27"
NAMES = ("office", "servers", "guests", INTERNET, INSIDE, EVERYTHING, "ana", "files", "dc")


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Three zones of few addresses, so that every packet between them can be tried."""
    zones = tuple(
        Zone(name, "server", (ip_network(f"10.{number}.0.0/30"),), is_isolated=draw(st.booleans()), sensitivity=number)
        for number, name in enumerate(ZONES)
    )
    hosts = (
        Host("ana", "office", (ip_network("10.0.0.1/32"),)),
        Host("files", "servers", (ip_network("10.1.0.1/32"),)),
        Host("dc", "servers", (ip_network("10.1.0.2/32"),)),
    )

    def way() -> Way:
        names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)
        return Way(tuple(draw(names)), tuple(draw(names)), (draw(st.sampled_from(("https", "ssh", "ping", "any"))),))

    flows = tuple(Flow(f"f{number}", way(), "", "", "") for number in range(draw(st.integers(0, 5))))
    blocks = tuple(Block(f"b{number}", way(), "") for number in range(draw(st.integers(0, 2))))
    nevers = tuple(Never(f"n{number}", way(), "", hops=draw(st.booleans())) for number in range(3))
    return Network(zones, hosts, (HTTPS, SSH, PING), flows, blocks, nevers)


SERVICES = ((6, 443), (6, 22), (1, 8), (17, 1))
"""A packet of each service, and one of none."""


class Tried:
    """Who reaches whom, by trying every packet from every asset to every other."""

    def __init__(self, network: Network, doors: Iterable[Rule] = ()) -> None:
        """`doors` come after all rules of the network."""
        known = compiled(network, TODAY)
        self.network, self.assets = network, Assets(network)
        self.ruleset = Ruleset(known.zones, (*known.rules, *doors))
        self.numbers = range(len(self.assets.all))
        self.steps = {
            (one, other, service)
            for one, other, service in product(self.numbers, self.numbers, SERVICES)
            if any(self.ruleset.allows(packet) for packet in self._packets(one, other, service))
        }
        self.open = {
            (one, other)
            for one, other in product(self.numbers, self.numbers)
            if self.assets.all[one].zone == self.assets.all[other].zone
            and self.assets.is_open_inside(self.assets.all[one].zone)
        }

    def _packets(self, one: int, other: int, service: tuple[int, int]) -> Iterator[Packet]:
        zones = self.assets.all[one].zone, self.assets.all[other].zone
        for family, (source, _) in self.assets.addresses[one]:
            for also, (destination, _) in self.assets.addresses[other]:
                if family == also == 4:
                    yield Packet(*zones, 4, source, destination, *service)

    def stands(self, starts: set[int]) -> set[int]:
        """Where somebody gets who goes on from wherever they get by more than an echo."""
        reached = set(starts)
        while True:
            further = {
                other
                for one in reached
                for other in self.numbers
                if (one, other) in self.open or any((one, other, by) in self.steps for by in SERVICES if by[0] != 1)
            }
            if further <= reached:
                return reached
            reached |= further

    def touched(self, starts: set[int]) -> set[int]:
        stands = self.stands(starts)
        return {
            other
            for one in stands
            for other in self.numbers
            if other in stands or any((one, other, by) in self.steps for by in SERVICES)
        }
