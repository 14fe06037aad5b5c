"""Ports of containers: a server that publishes them is reached there as flows say, and by openings until their end."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator

import pytest
from tests.network.emit.test_hosts import flat_network, table_of
from tests.network.flat import Flat, flat
from tests.network.lab import inside, needs_namespaces, nft
from tests.network.live import goes_on, lasts, take
from tests.network.policies import address

from limen.clock import SystemClock
from limen.network.emit.nft_published import OF_CONTAINERS, PUBLISHED, published_chains
from limen.network.nft.as_json import as_json
from limen.network.nft.tree import ACCEPT, Line
from limen.network.packets import Box, Rule

_WEB = {4: "10.20.0.11", 6: "fd00:20::11"}
_NAT = """
table inet nat {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    fib daddr type local meta nfproto ipv4 tcp dport { 443, 3389 } dnat ip to 172.17.0.2:80
    fib daddr type local meta nfproto ipv6 tcp dport { 443, 3389 } dnat ip6 to [fd00:17::2]:80
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    iifname docker0 oifname docker0 masquerade
  }
}
"""


@pytest.fixture(scope="module")
def hosts() -> Iterator[Flat]:
    """`web` publishes 443 and 3389 of a container, as Docker does."""
    needs_namespaces()
    addresses = {"web": tuple(_WEB.values()), "desk": ("10.10.0.10", "fd00:10::10"), "box": ()}
    with flat(addresses, (22,)) as running:
        web, box = running.at("web"), running.at("box")
        for words in (
            ("link", "add", "docker0", "netns", web, "type", "veth", "peer", "name", "eth1", "netns", box),
            ("-n", box, "link", "set", "eth0", "down"),
            *(("-n", where, "addr", "add", one, "dev", leg, *more) for where, leg, one, *more in _legs(web, box)),
            ("-n", web, "link", "set", "docker0", "up"),
            ("-n", box, "link", "set", "eth1", "up"),
            ("-n", box, "route", "add", "default", "via", "172.17.0.1"),
            ("-n", box, "-6", "route", "add", "default", "via", "fd00:17::1"),
            *(("netns", "exec", web, "sysctl", "-qw", f"{one}=1") for one in _FORWARDING),
        ):
            subprocess.run(["ip", *words], check=True)
        loaded = nft(web, "-f", "-", text=_NAT)
        assert not loaded.returncode, loaded.stderr
        server = inside(box, lambda: socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True))
        take(server)
        for family in (4, 6):  # who is where is found out by the first packets
            assert any(running.reaches("desk", "web", family, 443) for _ in range(5))
        yield running
        server.close()


_FORWARDING = ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding")


def _legs(web: str, box: str) -> list[tuple[str, ...]]:
    return [
        (web, "docker0", "172.17.0.1/16"),
        (web, "docker0", "fd00:17::1/64", "nodad"),
        (box, "eth1", "172.17.0.2/16"),
        (box, "eth1", "fd00:17::2/64", "nodad"),
    ]


def _load(hosts: Flat, *openings: Rule, now: int = 1_000_000) -> None:
    hosts.load("web", as_json(table_of(flat_network(), "web", *openings, now=now)))


@pytest.mark.slow
@pytest.mark.parametrize("family", [4, 6])
def test_what_is_published_is_reached_as_flows_say(hosts: Flat, family: int) -> None:
    nft(hosts.at("web"), "delete", "table", "inet", "limen")
    assert all(hosts.reaches("desk", "web", family, one) for one in (443, 3389))
    with hosts.connect("desk", "web", family, 3389) as before:
        assert goes_on(before)
        _load(hosts)
        assert [hosts.reaches("desk", "web", family, one) for one in (443, 3389)] == [True, False]
        assert not goes_on(before)
    with hosts.connect("desk", "web", family, 443) as live:
        assert goes_on(live)


@pytest.mark.slow
def test_containers_reach_what_is_published_beside_them(hosts: Flat) -> None:
    """By the server's own address, as a program does that calls the company's site."""
    _load(hosts)
    with inside(hosts.at("box"), lambda: socket.create_connection((_WEB[4], 3_389), 1.0)) as live:
        assert goes_on(live)


@pytest.mark.slow
@pytest.mark.parametrize("family", [4, 6])
def test_an_opening_to_a_container_ends_with_its_connection(hosts: Flat, family: int) -> None:
    own = int(address("servers", family, 11))
    box = Box(family, (int(address("office", family, 10)),) * 2, (own, own), (6, 6), (3389, 3389))
    now = SystemClock().now()
    _load(hosts, Rule("door", True, "office", "servers", box, now + 2_900), now=now)
    with hosts.connect("desk", "web", family, 3389) as live:
        assert goes_on(live)
        assert 1.0 < lasts(live, 10) < 3.5
    assert not hosts.reaches("desk", "web", family, 3389)


def test_only_what_asks_where_a_packet_goes_asks_what_it_was_sent_to() -> None:
    source, destination = ({"payload": {"protocol": "ip6", "field": name}} for name in ("saddr", "daddr"))
    port = {"payload": {"protocol": "th", "field": "dport"}}
    line = Line(({"match": {"op": "==", "left": {"concat": [source, destination, port]}, "right": "@x"}}, ACCEPT))
    published, _ = published_chains([line])
    assert published.name == PUBLISHED
    assert published.lines[-1].statements[0]["match"]["left"]["concat"] == [
        source,
        {"ct": {"key": "ip6 daddr", "dir": "original"}},
        {"ct": {"key": "proto-dst", "dir": "original"}},
    ]
    assert len(published.lines) == len(OF_CONTAINERS) + 2
