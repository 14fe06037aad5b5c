"""A real canary, a real firewall between two zones, and a second way beside it."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.network.firewalls.real_router import RealRouter, inside, needs_a_router
from tests.network.firewalls.world import NAME, World
from tests.network.live import take
from tests.network.probes.canaries import CANARY, DB, VAULT, network
from tests.waiting import until

from limen.network.firewalls.intended import intended
from limen.network.model import Network
from limen.network.probes.model import Round
from limen.network.probes.probing import Probing

pytestmark = [needs_a_router, pytest.mark.slow]
TODAY = "2026-11-27"
CAME_THROUGH = "network.probe_came_through"


@contextmanager
def vault(router: RealRouter, rules: str) -> Iterator[int]:
    """Behind the host in vlan10, which is the firewall `core` here. It gives the process that holds the vault."""
    words = ["unshare", "--net", "sh", "-c", "ip link set lo up; echo; exec sleep infinity"]
    holder = subprocess.Popen(words, stdout=subprocess.PIPE)
    servers: list[socket.socket] = []
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        core = router.hosts[10]
        for pid, command in (
            (core, f"ip link add vault0 type veth peer name eth0 netns {holder.pid}"),
            (core, "ip address add 10.60.0.1/24 dev vault0"),
            (core, "ip link set vault0 up"),
            (core, "sysctl -qw net.ipv4.ip_forward=1"),
            (holder.pid, f"ip address add {VAULT}/24 dev eth0"),
            (holder.pid, "ip link set eth0 up"),
            (holder.pid, "ip route add default via 10.60.0.1"),
            (router.pid, "ip route add 10.60.0.0/24 via 10.10.0.10"),
            (router.pid, f"ip route replace 10.50.0.10 dev vlan50 src {DB}"),
        ):
            there(pid, command)
        words = ["nsenter", f"--net=/proc/{core}/ns/net", "nft", "-j", "-f", "-"]
        subprocess.run(words, input=rules.encode(), check=True, capture_output=True)
        for port in (22, 443):
            server = inside(holder.pid, lambda port=port: socket.create_server((VAULT, port)))
            servers.append(server)
            take(server)
        yield holder.pid
    finally:
        for server in servers:
            server.close()
        holder.kill()
        holder.wait()


def there(pid: int, command: str) -> None:
    subprocess.run(["nsenter", f"--net=/proc/{pid}/ns/net", *command.split()], check=True, capture_output=True)


def connect_beside(router: RealRouter, other: int) -> None:
    """A wire from the canary to the vault that no firewall is at."""
    for pid, command in (
        (router.pid, f"ip link add beside type veth peer name beside netns {other}"),
        (router.pid, "ip address add 10.61.0.1/30 dev beside"),
        (router.pid, "ip link set beside up"),
        (other, "ip address add 10.61.0.2/30 dev beside"),
        (other, "ip link set beside up"),
        (other, f"ip route add {DB} via 10.61.0.1"),
        (router.pid, f"ip route add {VAULT} via 10.61.0.2"),
    ):
        there(pid, command)


async def test_a_second_way_beside_the_firewall_is_found_within_one_round(world: World) -> None:
    of, house = network(int(world.limen.address.rpartition(":")[2])), world.limen.house
    probing = house.limen.core.offers.take(Probing)
    with vault(world.router, intended(of, "core", TODAY, world.now).ruleset) as held:
        house.limen.known.set_rules(Network, of)
        await world.confirmed(intended(of, NAME, TODAY, world.now).ruleset)
        asked = await tried(world, probing)
        assert {(one.port, one.must_pass) for one in asked.probes if one.host == "vault"} == {(443, True), (22, False)}
        came = {one.probe.port: (one.outcome, one.is_as_stated) for one in probing.results("servers", "vaults")}
        assert came == {443: ("through", True), 22: ("refused", True)}
        assert not house.events(CAME_THROUGH)
        assert not house.events("network.probe_failed")

        connect_beside(world.router, held)
        await tried(world, probing)
        await until(lambda: house.events(CAME_THROUGH))
        (event,) = house.events(CAME_THROUGH)
        said = event.details
        assert (said["firewall"], said["from_zone"], said["to_zone"], said["address"], said["port"]) == (
            *(NAME, "servers", "vaults", VAULT, 22),
        )
        await tried(world, probing)
        assert len(house.events(CAME_THROUGH)) == 1  # once until it is over
        assert not house.events("network.drift")
        assert not world.firewalls.followers.opened


async def tried(world: World, probing: Probing) -> Round:
    (enrolled,) = world.firewalls.followers.firewalls.values()
    asked = await probing.begin(CANARY, enrolled)
    assert asked is not None
    await until(lambda: probing.rounds.get(NAME) is asked)
    return asked
