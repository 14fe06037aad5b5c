"""Rulesets of nftables as anybody may write them, at random: what is read is what the kernel does."""

from __future__ import annotations

import random

import pytest
from tests.dial import floor, size
from tests.laws.network_kernel import aimed_at, lab_says, unlike
from tests.network.lab import Lab, needs_namespaces, nft
from tests.network.policies import UPLINK, ZONES

from limen.network.model import INTERNET
from limen.network.nft.listing import tables
from limen.network.packets import Ruleset
from limen.network.reading.nft import read

pytestmark = pytest.mark.slow
_RULESETS, _CONNECTS = 40, 60
_LEGS = {name: (f"vlan{number}",) for name, number in ZONES} | {INTERNET: (UPLINK,)}
_CHAINS = 4
_ANSWERS = "ct state established,related accept"
_TARGETS = ("10.20.0.10", "10.20.0.0/24", "10.30.0.0/28", "10.40.0.11", "10.10.0.8-10.10.0.10", "198.18.0.0/24")
_TARGETS_6 = ("fd00:20::10", "fd00:20::/64", "fd00:30::/112", "fd00:40::11", "2001:db8:9::/64")


def test_what_is_read_is_what_the_kernel_does() -> None:
    needs_namespaces()
    wrong, through, connects = [], 0, 0
    with Lab() as lab:
        for seed in range(size(_RULESETS)):
            numbers = random.Random(seed)
            while nft(lab.router, "-f", "-", text=_text(numbers)).returncode:
                continue  # nft refuses what can't be, as IPv4 in a rule of IPv6
            lab.forget()
            reading = read(tables(lab.listing()), _LEGS, 0)
            assert reading.is_exact, (seed, reading.notes)
            packets = unlike(
                [aimed_at(numbers, Ruleset(tuple(_LEGS), reading.ruleset.rules)) for _ in range(_CONNECTS)]
            )
            seen = lab.probe(packets, 0.08)
            through, connects = through + sum(seen), connects + len(packets)
            for packet, came in zip(packets, seen, strict=True):
                meant = reading.ruleset.allows(packet)
                if came != meant and lab_says(lab, packet) != meant:
                    wrong.append((seed, packet, came, reading.ruleset.decides(packet)))
            assert not nft(lab.router, "flush", "ruleset").returncode
    assert not wrong, "\n".join(map(str, wrong[:5]))
    assert connects > floor(2_000)
    assert through > floor(300)


def _text(numbers: random.Random) -> str:
    chains = [f"chain c{number} {{\n{_rules(numbers, number)}\n}}" for number in reversed(range(1, _CHAINS))]
    policy, second = numbers.choice(("accept", "drop")), numbers.random() < 0.4
    chains.append(
        f"chain through {{\ntype filter hook forward priority 0; policy {policy};\n{_ANSWERS}\n{_rules(numbers, 0)}\n}}"
    )
    text = (
        "table inet theirs {\nset hosts { type ipv4_addr; flags interval; elements = { 10.20.0.0/24, 10.30.0.10 }; }\n"
    )
    text += "map ways { type ifname . inet_service : verdict; elements = { "
    text += f'"vlan10" . 443 : accept, "vlan20" . 22 : drop, "vlan30" . 445 : jump c{_CHAINS - 1} }}; }}\n'
    text = text.replace("map ways", "\n".join(chains[:1]) + "\nmap ways", 1) + "\n".join(chains[1:]) + "\n}\n"
    if second:
        rules = _rules(numbers, _CHAINS, family=4)
        head = f"type filter hook forward priority 10; policy accept;\n{_ANSWERS}"
        text += f"table ip more {{\nchain through {{\n{head}\n{rules}\n}}\n}}\n"
    return text


def _rules(numbers: random.Random, chain: int, family: int = 0) -> str:
    return "\n".join(_rule(numbers, chain, family) for _ in range(numbers.randint(1, 6)))


def _rule(numbers: random.Random, chain: int, family: int) -> str:
    matches = " ".join(_match(numbers, family) for _ in range(numbers.choice((0, 1, 1, 2))))
    callable_ = [f"c{number}" for number in range(chain + 1, _CHAINS)]
    verdicts = ["accept", "accept", "drop", "counter drop", "reject", "return", "continue"]
    verdicts += [f"{verb} {name}" for name in callable_ for verb in ("jump", "goto")]
    if chain < _CHAINS - 1 and numbers.random() < 0.15:
        ports = "22 : accept, 443 : drop, 8000-9000 : return"
        return f"{matches} tcp dport vmap {{ {ports} }}" if numbers.random() < 0.5 else "iifname . tcp dport vmap @ways"
    return f"{matches} {numbers.choice(verdicts)}".strip()


def _match(numbers: random.Random, family: int) -> str:
    no = numbers.choice(("", "", "!= "))
    fours = [
        f"ip saddr {no}{numbers.choice(_TARGETS)}",
        f"ip daddr {no}{numbers.choice(_TARGETS)}",
        f"ip daddr {no}@hosts" if not family else "ip daddr 10.20.0.0/24",
        f"ip protocol {no}{{ tcp, icmp }}",
        f"icmp type {no}{numbers.choice(('echo-request', '{ echo-request, timestamp-request }'))}",
    ]
    sixes = [
        f"ip6 saddr {no}{numbers.choice(_TARGETS_6)}",
        f"ip6 daddr {no}{numbers.choice(_TARGETS_6)}",
        "icmpv6 type echo-request",
        "meta nfproto ipv6",
    ]
    both = [
        f"tcp dport {no}{numbers.choice(('22', '{ 22, 443, 8000-9000 }', '1-1024', '443'))}",
        f"udp dport {numbers.choice(('53', '!= 53', '> 100', '<= 445'))}",
        f"tcp sport {numbers.choice(('< 1024', '>= 1024'))}",
        f"meta l4proto {no}{numbers.choice(('tcp', '{ tcp, udp }', 'udp'))}",
        f"iifname {no}{numbers.choice(('vlan10', '{ vlan10, vlan20 }', 'vlan*'))}".replace("vlan*", '"vlan*"'),
        f"oifname {no}{numbers.choice(('vlan20', UPLINK))}",
        numbers.choice(("ct state new", "ct state != established", "ct state { new, related }", "ct state invalid")),
        "counter",
        "meta l4proto { tcp, udp } th dport { 22, 53 }",
    ]
    return numbers.choice(both + fours + ([] if family else sixes))
