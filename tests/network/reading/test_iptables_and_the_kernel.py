"""What iptables-save says, read by Limen, against what the kernel does with the same file."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import pytest
from tests.dial import size
from tests.network.packet_lab import HOSTS, LEGS, PacketLab, address, packet_lab

from limen.network.packets import Packet
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP
from limen.network.reading.iptables import read_iptables, zone_of

PORTS = (22, 53, 80, 443, 3389, 8000, 8010)
SOURCE_PORTS = (1024, 2000, 40000, 65535)
ESP = 50


@pytest.fixture(scope="module")
def lab() -> Iterator[PacketLab]:
    with packet_lab() as one:
        yield one


@pytest.mark.parametrize("family", [4, 6])
def test_the_kernel_lets_through_what_the_reading_says(lab: PacketLab, family: int) -> None:
    restore = shutil.which("iptables-nft-restore" if family == 4 else "ip6tables-nft-restore")
    assert restore, "iptables is not installed"
    save = "iptables-nft-save" if family == 4 else "ip6tables-nft-save"
    verdicts: Counter[bool] = Counter()
    for seed in range(size(150)):
        chance = random.Random(f"{family}-{seed}")
        text = rules(chance, family)
        lab.run(restore, said=text)
        for form in (text, lab.run(save, "-t", "filter")):
            reading = read_iptables(form, "rules", family)
            assert not reading.not_understood, form
            probes = [probe(chance, family) for _ in range(40)]
            got = lab.arrived(probes)
            said = [
                reading.ruleset.allows(
                    one._replace(
                        from_zone=zone_of(reading.ruleset.zones, one.from_zone),
                        to_zone=zone_of(reading.ruleset.zones, one.to_zone),
                    )
                )
                for one in probes
            ]
            wrong = [(one.addresses, one, a) for one, a, b in zip(probes, got, said, strict=True) if a != b]
            assert not wrong, f"seed {seed}: the kernel says otherwise: {wrong[:3]}\n{form}"
            verdicts.update(got)
    assert min(verdicts[True], verdicts[False]) > sum(verdicts.values()) // 20, verdicts


def probe(chance: random.Random, family: int) -> Packet:
    one, other = chance.sample(range(len(LEGS)), 2)
    protocol = chance.choice([TCP, TCP, UDP, ICMP if family == 4 else ICMPV6, ESP])
    port = source_port = 0
    if protocol in {TCP, UDP}:
        port, source_port = chance.choice(PORTS), chance.choice(SOURCE_PORTS)
    elif protocol != ESP:
        port = chance.choice([8, 13]) if family == 4 else 128
    places = [address(leg, chance.randrange(HOSTS), family) for leg in (one, other)]
    return Packet(LEGS[one], LEGS[other], family, *places, protocol, port, source_port)


# A file


def rules(chance: random.Random, family: int) -> str:
    """A filter with chains that jump, go and return, and every match that Limen reads."""
    names = [f"chain{number}" for number in range(chance.randrange(4))]
    lines = [":INPUT ACCEPT [0:0]", f":FORWARD {chance.choice(['DROP', 'ACCEPT'])} [0:0]", ":OUTPUT ACCEPT [0:0]"]
    lines += [f":{name} - [0:0]" for name in names]
    lines += ["-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"] if chance.random() < 0.7 else []
    lines += [f"-A FORWARD {rule(chance, family, names)}" for _ in range(chance.randint(2, 7))]
    for number, name in enumerate(names):
        below = names[number + 1 :]
        lines += [f"-A {name} {rule(chance, family, below)}" for _ in range(chance.randint(1, 5))]
    return "\n".join(["*filter", *lines, "COMMIT", ""])


def rule(chance: random.Random, family: int, below: list[str]) -> str:
    words = [interface(chance, "-i"), interface(chance, "-o")]
    words += [place(chance, family, "-s"), place(chance, family, "-d"), service(chance, family)]
    words += ["-m conntrack --ctstate NEW"] if chance.random() < 0.1 else []
    words += ["-m conntrack ! --ctstate NEW"] if chance.random() < 0.05 else []
    words += [f'-m comment --comment "a -j ACCEPT {chance.random()}"'] if chance.random() < 0.1 else []
    ends = ["-j ACCEPT", "-j ACCEPT", "-j ACCEPT", "-j DROP", "-j DROP", "-j RETURN", ""]
    ends += [f"{chance.choice(['-j', '-j', '-g'])} {chance.choice(below)}" for _ in range(4) if below]
    return " ".join([word for word in words if word] + [chance.choice(ends)])


def no(chance: random.Random) -> str:
    return "! " if chance.random() < 0.2 else ""


def interface(chance: random.Random, option: str) -> str:
    return f"{no(chance)}{option} {chance.choice([*LEGS, 'lan+'])}" if chance.random() < 0.4 else ""


def place(chance: random.Random, family: int, option: str) -> str:
    if chance.random() < 0.5:
        return ""
    kind = IPv4Address if family == 4 else IPv6Address
    low = address(chance.randrange(len(LEGS)), chance.randrange(HOSTS), family)
    if chance.random() < 0.3:
        which = "--src-range" if option == "-s" else "--dst-range"
        return f"-m iprange {no(chance)}{which} {kind(low)}-{kind(low + chance.randrange(4))}"
    bits = chance.choice([0, 1, 2, 16]) if family == 4 else chance.choice([0, 1, 2, 64])
    return f"{no(chance)}{option} {kind(low)}/{(32 if family == 4 else 128) - bits}"


def service(chance: random.Random, family: int) -> str:
    kind = chance.randrange(9)
    protocol = chance.choice(["tcp", "udp"])
    ports = sorted(chance.sample(PORTS, 2))
    icmp = ("icmp", "icmp", "--icmp-type", 8) if family == 4 else ("ipv6-icmp", "icmp6", "--icmpv6-type", 128)
    return [
        "",
        "",
        f"-p {protocol}",
        f"{no(chance)}-p {chance.choice([protocol, icmp[0], 'esp'])}",
        f"-p {protocol} -m {protocol} {no(chance)}--dport {ports[0]}:{ports[1]}",
        f"-p {protocol} -m {protocol} --sport {chance.choice(SOURCE_PORTS)} {no(chance)}--dport {ports[0]}",
        f"-p {protocol} -m multiport {no(chance)}--dports {ports[0]},{ports[1]}:{ports[1] + 20}",
        f"-p {protocol} -m multiport --ports {ports[0]},{chance.choice(SOURCE_PORTS)}",
        f"-p {icmp[0]} -m {icmp[1]} {no(chance)}{icmp[2]} {icmp[3]}",
    ][kind]
