"""What a loaded table does beside letting through and denying: the machine itself, forged senders, openings, counts."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest
from tests.network.lab import Lab, needs_namespaces, nft
from tests.network.live import connect, goes_on, lasts, listening
from tests.network.networks import HTTPS, PING, flow, host, way, zone
from tests.network.policies import UPLINK, ZONES, address

from limen.clock import SystemClock
from limen.network.compiling import compiled
from limen.network.emit.nft_router import router_of
from limen.network.emit.nftables import firewall
from limen.network.model import Network
from limen.network.nft.as_json import as_json
from limen.network.nft.as_text import as_text
from limen.network.packets import Box, Packet, Rule, Ruleset

pytestmark = pytest.mark.slow
_TODAY = "2026-11-27"
_ZONES = tuple(zone(name, name if name == "management" else "server", number) for name, number in ZONES)
_GW = host("gw", "management", "10.50.0.1", "fd00:50::1")
_TRANSPARENT = 19
"""IP_TRANSPARENT of Linux: to send from an address that is not the host's."""

_TRANSLATING = """
table ip translating {
  chain before { type nat hook prerouting priority dstnat; tcp dport 3390 dnat to 10.30.0.10:3389; }
  chain after { type nat hook postrouting priority srcnat; oifname "vlan30" masquerade; }
}
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    needs_namespaces()
    with Lab() as running:
        yield running


def _load(lab: Lab, network: Network, *openings: Rule) -> None:
    _put(lab, network, *openings)
    lab.forget()


def _put(lab: Lab, network: Network, *openings: Rule) -> None:
    """In place of what was there, as firewalls do: connections stay."""
    rules = compiled(network, _TODAY)
    rules = Ruleset(rules.zones, (*rules.rules, *openings))
    text = as_json(firewall(rules, network, router_of(network, [UPLINK], "gw"), SystemClock().now()).table)
    loaded = nft(lab.router, "-j", "-f", "-", text=text)
    assert not loaded.returncode, loaded.stderr[:2_000]


def _ping_of_machine(from_zone: str, family: int) -> Packet:
    types = {4: (1, 8), 6: (58, 128)}[family]
    return Packet(
        from_zone, "management", family, address(from_zone, family, 10), address("management", family, 1), *types
    )


def _counted(lab: Lab, chain: str) -> int:
    """How many packets the chain's first counter has seen."""
    for one in json.loads(lab.listing())["nftables"]:
        rule = one.get("rule", {})
        if rule.get("chain") == chain and "counter" in rule["expr"][0]:
            return int(rule["expr"][0]["counter"]["packets"])
    raise KeyError(chain)


@pytest.mark.parametrize("family", [4, 6])
def test_the_machine_is_reached_by_who_administers_and_as_flows_say(lab: Lab, family: int) -> None:
    pings = [_ping_of_machine(one, family) for one in ("management", "office", "iot")]
    _load(lab, Network(_ZONES, (_GW,), (PING,)))
    assert lab.probe(pings) == [True, False, False]
    _load(lab, Network(_ZONES, (_GW,), (PING,), (flow("ping-gw", way("office", "gw", "ping")),)))
    assert lab.probe(pings) == [True, True, False]


def test_a_forged_sender_is_counted_as_one_and_gets_no_answer(lab: Lab) -> None:
    network = Network(_ZONES, (_GW,), (PING,), (flow("all", way("office servers", "iot", "any")),))
    _load(lab, network)
    before = _counted(lab, "forged")

    def forge() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.setsockopt(socket.IPPROTO_IP, _TRANSPARENT, 1)
            one.bind(("10.20.0.99", 0))
            one.sendto(b"?", ("10.30.0.10", 53))

    lab.inside(lab.host("office"), forge)
    time.sleep(0.05)
    assert _counted(lab, "forged") == before + 1


def test_an_interface_that_no_zone_has_lets_nothing_through(lab: Lab) -> None:
    network = Network(_ZONES[1:], (_GW,), (PING,), (flow("all", way("servers iot", "everything", "any")),))
    _load(lab, network)
    before = _counted(lab, "unknown")
    packet = Packet("office", "iot", 4, address("office", 4, 10), address("iot", 4, 10), 6, 22)
    assert lab.probe([packet, packet._replace(from_zone="servers", source=address("servers", 4, 10))]) == [False, True]
    assert _counted(lab, "unknown") > before


@pytest.mark.parametrize("family", [4, 6])
def test_the_kernel_ends_an_opening_with_nobody_running(lab: Lab, family: int) -> None:
    packet = Packet("office", "iot", family, address("office", family, 10), address("iot", family, 10), 6, 3389)
    box = Box(family, (packet.source,) * 2, (packet.destination,) * 2, (6, 6), (3389, 3389))
    now = SystemClock().now()
    _load(lab, Network(_ZONES, (_GW,)), Rule("door", True, "office", "iot", box, now + 2_900))
    assert lab.probe([packet, packet._replace(port=3390)]) == [True, False]
    deadline = time.monotonic() + 10
    while lab.probe([packet])[0]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert SystemClock().now() - now < 2_900 + 1_000


@pytest.mark.parametrize("family", [4, 6])
def test_a_connection_that_an_opening_let_in_ends_with_it_and_nobody_runs(family: int) -> None:
    needs_namespaces()
    with Lab() as lab, listening(lab, "iot", 3389):
        source, target = ((address(zone, family, 10),) * 2 for zone in ("office", "iot"))
        box = Box(family, source, target, (6, 6), (3389, 3389))
        now = SystemClock().now()
        _load(lab, Network(_ZONES, (_GW,)), Rule("door", True, "office", "iot", box, now + 2_900))
        with connect(lab, "office", "iot", family, 3389) as live:
            assert goes_on(live)
            lasts(live, 10)
        assert 1_900 <= SystemClock().now() - now < 2_900 + 1_000
        assert _counted(lab, "over") > 0
        with pytest.raises(OSError):
            connect(lab, "office", "iot", family, 3389)


def test_a_flow_goes_on_when_an_opening_beside_it_ends() -> None:
    needs_namespaces()
    with Lab() as lab, listening(lab, "iot", 443):
        source, target = ((address(zone, 4, 10),) * 2 for zone in ("office", "iot"))
        network = Network(_ZONES, (_GW,), (HTTPS,), (flow("web", way("office", "iot", "https")),))
        _load(lab, network, Rule("door", True, "office", "iot", Box(4, source, target), SystemClock().now() + 1_500))
        with connect(lab, "office", "iot", 4, 443) as live:
            assert lasts(live, 3.0) == 3.0


def test_a_connection_goes_on_when_its_opening_is_put_in_place_anew() -> None:
    needs_namespaces()
    with Lab() as lab, listening(lab, "iot", 3389):
        source, target = ((address(zone, 6, 10),) * 2 for zone in ("office", "iot"))
        door = Rule("door", True, "office", "iot", Box(6, source, target), SystemClock().now() + 60_000)
        _load(lab, Network(_ZONES, (_GW,)), door)
        with connect(lab, "office", "iot", 6, 3389) as live:
            assert goes_on(live)
            _put(lab, Network(_ZONES, (_GW,)), door)
            assert goes_on(live)
            _put(lab, Network(_ZONES, (_GW,)))
            assert not goes_on(live)


def test_a_connection_whose_addresses_are_translated_ends_with_its_opening() -> None:
    """The opening is to the real address, and lasts as long for whoever knows another one."""
    needs_namespaces()
    with Lab() as lab, listening(lab, "iot", 3389):
        source, target = ((address(zone, 4, 10),) * 2 for zone in ("office", "iot"))
        _load(
            lab,
            Network(_ZONES, (_GW,)),
            Rule("door", True, "office", "iot", Box(4, source, target), SystemClock().now() + 2_900),
        )
        loaded = nft(lab.router, "-f", "-", text=_TRANSLATING)
        assert not loaded.returncode, loaded.stderr
        with lab.inside(lab.host("office"), lambda: socket.create_connection(("10.30.0.99", 3390), 1.0)) as live:
            assert goes_on(live)
            assert 1.0 < lasts(live, 10) < 4.0


def test_each_element_counts_what_is_its_own(lab: Lab) -> None:
    network = Network(_ZONES, (_GW,), (PING,), (flow("ping-iot", way("office", "iot", "ping")),))
    _load(lab, network)
    packet = Packet("office", "iot", 4, address("office", 4, 10), address("iot", 4, 10), 1, 8)
    assert lab.probe([packet, packet._replace(source=address("office", 4, 11))]) == [True, True]
    listed = {one["set"]["name"]: one["set"] for one in json.loads(lab.listing())["nftables"] if "set" in one}
    (element,) = listed["office.iot.1.types4"]["elem"]
    assert (element["elem"]["comment"], element["elem"]["counter"]["packets"]) == ("ping-iot", 2)


def test_the_text_for_people_loads_as_the_same_table(lab: Lab) -> None:
    network = Network(_ZONES, (_GW,), (PING,), (flow("ping", way("office", "iot gw", "ping")),))
    table = firewall(compiled(network, _TODAY), network, router_of(network, [UPLINK], "gw"), 0).table
    lab.load(as_json(table))
    by_json = nft(lab.router, "-s", "list", "ruleset").stdout
    lab.load(f"table inet limen\ndelete table inet limen\n{as_text(table)}", as_json=False)
    by_text = nft(lab.router, "-s", "list", "ruleset").stdout
    assert by_json == by_text != ""
    assert not nft(lab.router, "-c", "-f", "-", text=as_text(table)).returncode
