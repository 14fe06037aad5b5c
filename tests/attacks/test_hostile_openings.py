"""Who gets through or stays by an opening that is not theirs: by its mark, by its connection, from a server. Nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.network.emit.test_hosts import flat_network
from tests.network.flat import flat
from tests.network.lab import Lab, needs_namespaces, nft
from tests.network.live import connect, goes_on, listening
from tests.network.networks import HTTPS, flow, way, zone
from tests.network.policies import UPLINK, ZONES, address

from limen.clock import SystemClock
from limen.network.compiling import compiled
from limen.network.emit.hosts import host_firewall
from limen.network.emit.nft_live import MARK
from limen.network.emit.nft_router import router_of
from limen.network.emit.nftables import firewall
from limen.network.model import Network
from limen.network.nft.as_json import as_json
from limen.network.packets import Box, Rule

pytestmark = pytest.mark.slow
_TODAY = "2026-11-27"
_NETWORK = Network(tuple(zone(name, "server", number) for name, number in ZONES), (), (HTTPS,))
_MARKS_ALL = f"table inet other {{ chain c {{ type filter hook prerouting priority -150; ct mark set {MARK};\n}}\n}}\n"


@pytest.fixture
def lab() -> Iterator[Lab]:
    needs_namespaces()
    with Lab() as running:
        yield running


def _door(port: int) -> Rule:
    source, target = ((address(zone, 4, 10),) * 2 for zone in ("office", "servers"))
    return Rule(
        "door", True, "office", "servers", Box(4, source, target, (6, 6), (port, port)), SystemClock().now() + 60_000
    )


def _load(lab: Lab, of: Network, *doors: Rule) -> None:
    rules = compiled(of, _TODAY)
    rules = replace(rules, rules=(*rules.rules, *doors))
    lab.load(as_json(firewall(rules, of, router_of(of, [UPLINK]), SystemClock().now()).table))


def test_the_mark_opens_nothing_to_whoever_sets_it(lab: Lab) -> None:
    of = replace(_NETWORK, flows=(flow("web", way("office", "servers")),))
    with listening(lab, "servers", 443):
        _load(lab, of)
        with connect(lab, "office", "servers", 4, 443) as live:
            assert goes_on(live)
        assert not nft(lab.router, "-f", "-", text=_MARKS_ALL).returncode
        with pytest.raises(OSError):
            connect(lab, "office", "servers", 4, 443).close()  # a flow's, but it claims to be an opening's


def test_what_an_opening_let_in_goes_on_by_no_other_opening(lab: Lab) -> None:
    with listening(lab, "servers", 3389):
        _load(lab, _NETWORK, _door(3389))
        with connect(lab, "office", "servers", 4, 3389) as live:
            assert goes_on(live)
            _put_alone(lab, _door(3390))
            assert not goes_on(live)


def _put_alone(lab: Lab, door: Rule) -> None:
    """As a firewall does: in one transaction, and connections stay."""
    rules = compiled(_NETWORK, _TODAY)
    rules = replace(rules, rules=(*rules.rules, door))
    text = as_json(firewall(rules, _NETWORK, router_of(_NETWORK, [UPLINK]), SystemClock().now()).table)
    assert not nft(lab.router, "-j", "-f", "-", text=text).returncode


@pytest.mark.parametrize("family", [4, 6])
def test_what_got_into_a_server_does_not_get_out_of_it(family: int) -> None:
    """Not to the server beside it, nor to one that has no firewall of its own, nor back to who asks it."""
    needs_namespaces()
    of = flat_network()
    addresses = {
        "web": ("10.20.0.11", "fd00:20::11"),
        "old": ("10.20.0.12", "fd00:20::12"),
        "desk": ("10.10.0.10", "fd00:10::10"),
    }
    with flat(addresses, (22, 443)) as hosts:
        assert hosts.reaches("web", "old", family, 22)
        hosts.load("web", as_json(host_firewall(compiled(of, _TODAY), of, of.host_of["web"], 0).table))
        assert hosts.reaches("desk", "web", family, 443)
        assert not any(hosts.reaches("web", other, family, port) for other in ("old", "desk") for port in (22, 443))
