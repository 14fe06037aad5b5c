"""Attacks by what a firewall already let through: it is held to the rules of now, packet by packet."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import pytest
from tests.network.lab import Lab, needs_namespaces, nft
from tests.network.live import connect, goes_on, listening
from tests.network.networks import HTTPS, PING, flow, host, way, zone
from tests.network.policies import UPLINK, ZONES, address

from limen.clock import SystemClock
from limen.network.compiling import compiled
from limen.network.emit.nft_router import router_of
from limen.network.emit.nftables import firewall
from limen.network.model import Block, Network
from limen.network.nft.as_json import as_json
from limen.network.packets import Box, Rule, Ruleset

pytestmark = pytest.mark.slow
_ZONES = tuple(zone(name, name if name == "management" else "server", number) for name, number in ZONES)
_GW = host("gw", "management", "10.50.0.1", "fd00:50::1")
_WEB = flow("web", way("office", "iot", "any"))
_OTHER = flow("other", way("servers", "iot", "https"))
_OPEN = Network(_ZONES, (_GW,), (HTTPS, PING), (_WEB, _OTHER))
_TRANSPARENT = 19
"""IP_TRANSPARENT of Linux, and IPV6_TRANSPARENT: to send from an address that is not the host's."""
_TRANSPARENT6 = 75
_KINDS = {4: IPv4Address, 6: IPv6Address}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    needs_namespaces()
    with Lab() as running:
        yield running


def put(lab: Lab, network: Network, *openings: Rule) -> None:
    """In place of what was there, as firewalls do: connections stay."""
    rules = compiled(network, "2026-11-27")
    rules = Ruleset(rules.zones, (*rules.rules, *openings))
    text = as_json(firewall(rules, network, router_of(network, [UPLINK], "gw"), SystemClock().now()).table)
    loaded = nft(lab.router, "-j", "-f", "-", text=text)
    assert not loaded.returncode, loaded.stderr[:2_000]


@pytest.mark.parametrize("family", [4, 6])
def test_who_is_in_already_is_out_once_a_block_says_so(lab: Lab, family: int) -> None:
    put(lab, _OPEN)
    blocked = Network(_ZONES, (_GW,), (HTTPS, PING), (_WEB,), (Block("no", way("office", "iot", "any"), "-"),))
    with listening(lab, "iot", 443), connect(lab, "office", "iot", family, 443) as shell:
        assert goes_on(shell)
        put(lab, blocked)
        assert not goes_on(shell)
        put(lab, _OPEN)
        assert not goes_on(shell)  # it was told, and is over


@pytest.mark.parametrize("family", [4, 6])
def test_who_was_let_through_and_still_is_notices_nothing_of_a_change(lab: Lab, family: int) -> None:
    put(lab, _OPEN)
    with listening(lab, "iot", 443), connect(lab, "office", "iot", family, 443) as work:
        assert goes_on(work)
        put(lab, Network(_ZONES, (_GW,), (HTTPS, PING), (_WEB,)))
        assert goes_on(work)


def test_what_began_while_the_rules_were_gone_ends_when_they_are_back(lab: Lab) -> None:
    put(lab, _OPEN)
    nft(lab.router, "flush", "ruleset")
    others = "table ip nat { chain x { type nat hook postrouting priority srcnat; }; }"  # so that states are kept
    assert not nft(lab.router, "-f", "-", text=others).returncode
    with listening(lab, "servers", 445), connect(lab, "office", "servers", 4, 445) as shell:
        assert goes_on(shell)
        put(lab, _OPEN)
        assert not goes_on(shell)


def test_whoever_overwrites_the_mark_of_a_connection_makes_no_opening_last(lab: Lab) -> None:
    box = Box(4, *((int(address(one, 4, 10)),) * 2 for one in ("office", "servers")), (6, 6), (3389, 3389))
    put(lab, _OPEN, Rule("door", True, "office", "servers", box, SystemClock().now() + 60_000))
    with listening(lab, "servers", 3389), connect(lab, "office", "servers", 4, 3389) as desk:
        assert goes_on(desk)
        marks = "table ip other { chain x { type filter hook prerouting priority -10; ct mark set 0x1; }; }"
        assert not nft(lab.router, "-f", "-", text=marks).returncode
        assert goes_on(desk)
        put(lab, _OPEN)
        assert not goes_on(desk)
        nft(lab.router, "delete", "table", "ip", "other")


@pytest.mark.parametrize("family", [4, 6])
def test_nobody_in_another_zone_speaks_into_a_conversation_that_stands(lab: Lab, family: int) -> None:
    """UDP, as names are asked for: who forges the answer is in neither of the two zones."""
    put(lab, _OPEN)
    mine, server = (str(_KINDS[family](address(one, family, 10))) for one in ("office", "iot"))
    kind = socket.AF_INET if family == 4 else socket.AF_INET6
    asking = lab.inside(lab.host("office"), lambda: socket.socket(kind, socket.SOCK_DGRAM))
    with asking:
        asking.settimeout(0.5)
        asking.bind((mine, 0))
        port = asking.getsockname()[1]

        def answer() -> None:
            level, option = (socket.IPPROTO_IP, _TRANSPARENT) if family == 4 else (socket.IPPROTO_IPV6, _TRANSPARENT6)
            with socket.socket(kind, socket.SOCK_DGRAM) as one:
                one.setsockopt(level, option, 1)
                one.bind((server, 53))
                one.sendto(b"forged", (mine, port))

        asking.sendto(b"?", (server, 53))
        lab.inside(lab.host("iot"), answer)
        assert asking.recv(10) == b"forged"  # where the server itself is, it is the answer
        lab.inside(lab.host("servers"), answer)
        with pytest.raises(TimeoutError):
            asking.recv(10)


def test_a_helper_opens_no_port_that_no_flow_names(lab: Lab) -> None:
    """`related` is what ICMP says of a connection. What a helper of conntrack expects is decided as any connection."""
    put(lab, _OPEN)
    assert nft(lab.router, "list", "chain", "inet", "limen", "related").stdout.count("accept") == 2
