"""nftables as the kernel takes it: loading, new connections beside many flows, and what ends by itself. Root only."""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Callable
from itertools import pairwise

from tests.network.lab import Lab, namespace, nft
from tests.network.live import connect, goes_on, listening
from tests.network.networks import zone
from tests.network.policies import UPLINK, ZONES, address

from limen.clock import SystemClock
from limen.network.emit.nft_router import router_of
from limen.network.emit.nftables import firewall
from limen.network.model import Network, Zone
from limen.network.nft.as_json import as_json
from limen.network.packets import Box, Packet, Rule, Ruleset

MANY = 50_000
LINEAR = 5_000
ROUNDS = 5
SENT = 30_000
_UDP, _TCP = (17, 17), (6, 6)


def kernel() -> dict[str, float]:
    return {**_loading(), **_new_connections(), **_closing()}


def _loading() -> dict[str, float]:
    spread, one_pair = _many_flows(100), _many_flows(1)
    started = time.monotonic()
    text = _text(*spread)
    emitted = time.monotonic() - started
    return {
        "emit_50k_s": round(emitted, 2),
        "load_50k_s": _load_seconds(text),
        "load_50k_one_pair_s": _load_seconds(_text(*one_pair)),
    }


def _many_flows(pairs: int) -> tuple[Ruleset, Network]:
    """From each zone to hosts of the next: some 250 of them, each with services of its own."""
    network = Network(tuple(zone(f"zone{number}", "server", number) for number in range(1, pairs + 2)))
    rules = []
    for one, other in pairwise(network.zones):
        source, (low, _) = _interval(one), _interval(other)
        for number in range(MANY // pairs):
            host, service = divmod(number, -(-MANY // pairs // 250))
            destination, port = (low + 1 + host,) * 2, (1_000 + service * 10,) * 2
            rules.append(
                Rule(f"{one.name}-{number}", True, one.name, other.name, Box(4, source, destination, _TCP, port))
            )
    return Ruleset(network.zone_names, tuple(rules)), network


def _interval(one: Zone) -> tuple[int, int]:
    prefix = one.prefixes[0]
    return int(prefix.network_address), int(prefix.broadcast_address)


def _text(ruleset: Ruleset, network: Network) -> str:
    return as_json(firewall(ruleset, network, router_of(network), 0).table)


def _load_seconds(text: str) -> float:
    """Of three, the middle one; each into a namespace of its own."""
    took = []
    for _ in range(3):
        with namespace() as name:
            started = time.monotonic()
            loaded = nft(name, "-j", "-f", "-", text=text)
            took.append(time.monotonic() - started)
            assert not loaded.returncode, loaded.stderr[:500]
    return round(statistics.median(took), 2)


def _new_connections() -> dict[str, float]:
    """Datagrams from one host to another, each to another port and so a connection of its own. What the sender takes
    for them is counted with it, the same for all.
    """
    network = Network(tuple(zone(name, "server", number) for name, number in ZONES))
    router = router_of(network, [UPLINK])
    few, many = (as_json(firewall(_flows(network, number), network, router, 0).table) for number in (0, MANY))
    rates: dict[str, list[float]] = {"few": [], "many": [], "linear": []}
    with Lab() as lab:
        _sink(lab)
        for _ in range(ROUNDS):
            for name, load in (
                ("few", lambda: lab.load(few)),
                ("many", lambda: lab.load(many)),
                ("linear", lambda: lab.load(_linear(), as_json=False)),
            ):
                rates[name].append(_rate(lab, load))
    middle = {name: statistics.median(some) for name, some in rates.items()}
    return {
        "new_connections_per_s": round(middle["few"]),
        "new_connections_50k_per_s": round(middle["many"]),
        "new_connection_ratio": round(middle["many"] / middle["few"], 2),
        "linear_ratio": round(middle["linear"] / middle["few"], 2),
    }


def _flows(network: Network, others: int) -> Ruleset:
    """The one that is used, behind many that are not."""
    source, target = _interval(network.zones[0]), address("servers", 4, 10)
    low, _ = _interval(network.zones[1])
    boxes = [Box(4, source, (low + 20 + n % 200,) * 2, _TCP, (1 + n // 200,) * 2) for n in range(others)]
    boxes.append(Box(4, source, (target, target), _UDP, (1, 65_000)))
    rules = [Rule(f"flow-{number}", True, "office", "servers", box) for number, box in enumerate(boxes)]
    return Ruleset(network.zone_names, tuple(rules))


def _linear() -> str:
    """The same, but a rule for each flow, and a tenth of them."""
    rules = "\n".join(
        f"ip saddr 10.10.0.0/24 ip daddr 10.20.0.{20 + n % 200} tcp dport {1 + n // 200} accept" for n in range(LINEAR)
    )
    used = "ip saddr 10.10.0.0/24 ip daddr 10.20.0.10 udp dport 1-65000 accept"
    head = "type filter hook forward priority 0; policy drop;\nct state established,related accept"
    return (
        f"table inet limen\ndelete table inet limen\ntable inet limen {{\nchain f {{\n{head}\n{rules}\n{used}\n}}\n}}\n"
    )


def _sink(lab: Lab) -> None:
    """The receiving host counts, and answers nothing."""
    text = "flush ruleset\ntable inet sink {\ncounter got { }\nchain in {\ntype filter hook prerouting priority -300\n"
    text += "meta l4proto udp counter name got drop\n}\n}\n"
    loaded = nft(lab.host("servers"), "-f", "-", text=text)
    assert not loaded.returncode, loaded.stderr


def _rate(lab: Lab, load: Callable[[], None]) -> float:
    load()
    nft(lab.host("servers"), "reset", "counters")
    target = str(Packet("", "", 4, 0, address("servers", 4, 10), 17, 0).addresses[1])
    one = lab.inside(lab.host("office"), lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    one.sendto(b"", (target, 1))
    started = time.monotonic()
    for port in range(2, SENT + 2):
        one.sendto(b"", (target, port))
    took = time.monotonic() - started
    one.close()
    listed = nft(lab.host("servers"), "list", "counters").stdout
    got = int(listed.split("packets ")[1].split()[0])
    assert got > SENT * 0.98, f"{got} of {SENT} came through"
    return SENT / took


def _closing() -> dict[str, float]:
    """An opening of two seconds, asked every few milliseconds until it is closed, and a connection through it that goes
    on until it doesn't: whichever ends later. Nothing of Limen runs meanwhile.
    """
    network = Network(tuple(zone(name, "server", number) for name, number in ZONES))
    late = []
    with Lab() as lab, listening(lab, "servers", 3389):
        for family in (4, 6):
            packet = Packet(
                "office", "servers", family, address("office", family, 10), address("servers", family, 10), 6, 3389
            )
            box = Box(family, (packet.source,) * 2, (packet.destination,) * 2, _TCP, (3389, 3389))
            now = SystemClock().now()
            rules = Ruleset(network.zone_names, (Rule("door", True, "office", "servers", box, now + 2_000),))
            lab.load(as_json(firewall(rules, network, router_of(network), now).table))
            loaded = time.monotonic()
            with connect(lab, "office", "servers", family, 3389) as live:
                while goes_on(live, 0.1):
                    time.sleep(0.005)
            late.append((time.monotonic() - loaded - 2.0) * 1_000)
            while lab.probe([packet])[0]:
                time.sleep(0.005)
            late.append((time.monotonic() - loaded - 2.0) * 1_000)
    return {"grant_close_ms": round(max(late), 1)}
