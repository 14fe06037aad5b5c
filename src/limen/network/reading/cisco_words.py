"""The words of Cisco's access lists: blocks of lines, protocols, ports and types of ICMP by name.

Names of ports are those of the ASA (Cisco ASA Series General Operations CLI Configuration Guide, "Protocols and
Applications") and of IOS (Cisco IOS Security Command Reference, `access-list (IP extended)`), which agree where both
have one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from limen.network.packets import ANY_PORT, Interval
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP
from limen.network.reading.intervals import number
from limen.network.reading.reading import MOST_BYTES, refuse_beyond

MOST_LINES: Final = 500_000
LONGEST_LINE: Final = 4_096
PROTOCOLS: Final = {
    "ah": 51, "ahp": 51, "eigrp": 88, "esp": 50, "gre": 47, "icmp": ICMP, "icmp6": ICMPV6, "igmp": 2, "igrp": 9,
    "ipinip": 4, "nos": 94, "ospf": 89, "pcp": 108, "pim": 103, "pptp": 47, "sctp": 132, "snp": 109, "tcp": TCP,
    "udp": UDP,
}  # fmt: skip
EVERY_PROTOCOL: Final = frozenset({"ip", "ipv6", "ip4", "ip6"})
_BOTH: Final = {
    "discard": 9, "domain": 53, "echo": 7, "kerberos": 750, "nfs": 2049, "pim-auto-rp": 496, "sip": 5060,
    "sunrpc": 111, "tacacs": 49, "talk": 517,
}  # fmt: skip
_PORTS: Final = {
    TCP: {
        **_BOTH, "aol": 5190, "bgp": 179, "chargen": 19, "cifs": 3020, "citrix-ica": 1494, "cmd": 514, "ctiqbe": 2748,
        "daytime": 13, "exec": 512, "finger": 79, "ftp": 21, "ftp-data": 20, "gopher": 70, "h323": 1720,
        "hostname": 101, "http": 80, "https": 443, "ident": 113, "imap4": 143, "irc": 194, "klogin": 543,
        "kshell": 544, "ldap": 389, "ldaps": 636, "login": 513, "lotusnotes": 1352, "lpd": 515, "netbios-ssn": 139,
        "nntp": 119, "pcanywhere-data": 5631, "pop2": 109, "pop3": 110, "pptp": 1723, "rsh": 514, "rtsp": 554,
        "smtp": 25, "sqlnet": 1521, "ssh": 22, "telnet": 23, "uucp": 540, "whois": 43, "www": 80,
    },
    UDP: {
        **_BOTH, "biff": 512, "bootpc": 68, "bootps": 67, "cifs": 3020, "dnsix": 195, "http": 80, "isakmp": 500,
        "mobile-ip": 434, "nameserver": 42, "netbios-dgm": 138, "netbios-ns": 137, "netbios-ss": 139,
        "non500-isakmp": 4500, "ntp": 123, "pcanywhere-status": 5632, "radius": 1645, "radius-acct": 1646, "rip": 520,
        "secureid-udp": 5510, "snmp": 161, "snmptrap": 162, "syslog": 514, "tftp": 69, "time": 37, "vxlan": 4789,
        "who": 513, "www": 80, "xdmcp": 177,
    },
    132: {},
}  # fmt: skip
_TYPES: Final = {
    ICMP: {
        "alternate-address": 6, "conversion-error": 31, "echo": 8, "echo-reply": 0, "information-reply": 16,
        "information-request": 15, "mask-reply": 18, "mask-request": 17, "mobile-redirect": 32,
        "parameter-problem": 12, "redirect": 5, "router-advertisement": 9, "router-solicitation": 10,
        "source-quench": 4, "time-exceeded": 11, "timestamp-reply": 14, "timestamp-request": 13, "traceroute": 30,
        "unreachable": 3,
    },
    ICMPV6: {
        "echo": 128, "echo-request": 128, "echo-reply": 129, "membership-query": 130, "membership-reduction": 132,
        "membership-report": 131, "mld-query": 130, "mld-reduction": 132, "mld-report": 131, "nd-na": 136,
        "nd-ns": 135, "neighbor-advertisement": 136, "neighbor-redirect": 137, "neighbor-solicitation": 135,
        "packet-too-big": 2, "parameter-problem": 4, "router-advertisement": 134, "router-renumbering": 138,
        "router-solicitation": 133, "time-exceeded": 3, "unreachable": 1,
    },
}  # fmt: skip


class Numbered(NamedTuple):
    """A line, with its place in the file."""

    number: int
    text: str


@dataclass(frozen=True)
class Block:
    """A line of the configuration, and those that are indented below it."""

    head: Numbered
    below: tuple[Numbered, ...]


class Words:
    """The words of a line, one after the other."""

    def __init__(self, line: Iterable[str]) -> None:
        self._left = list(line)[::-1]

    @property
    def left(self) -> str:
        return " ".join(reversed(self._left))

    def peek(self) -> str:
        """The next; "" at the end."""
        return self._left[-1] if self._left else ""

    def take(self) -> str:
        """Raises ValueError at the end."""
        if not self._left:
            raise ValueError("the line ends")
        return self._left.pop()

    def took(self, *words: str) -> bool:
        """Whether the next is one of these, which then is taken."""
        is_next = bool(self._left) and self._left[-1] in words
        if is_next:
            self._left.pop()
        return is_next


def blocks_of(text: str) -> tuple[list[Block], list[Numbered]]:
    """The blocks of a file, and lines that are too long to be read. Raises UnreadableError."""
    refuse_beyond(len(text), MOST_BYTES, "bytes")
    lines = text.splitlines()
    refuse_beyond(len(lines), MOST_LINES, "lines")
    blocks: list[tuple[Numbered, list[Numbered]]] = []
    long: list[Numbered] = []
    for number_, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line or line.startswith(("!", ":")):
            continue
        if len(line) > LONGEST_LINE:
            long.append(Numbered(number_, line))
        elif raw[0] in " \t" and blocks:
            blocks[-1][1].append(Numbered(number_, line))
        else:
            blocks.append((Numbered(number_, line), []))
    return [Block(head, tuple(below)) for head, below in blocks], long


def protocol_of(word: str) -> int:
    """Raises ValueError."""
    value = PROTOCOLS[word] if word in PROTOCOLS else number(word)
    if value > 255:
        raise ValueError(word)
    return value


def port_of(word: str, protocol: int) -> int:
    """Raises ValueError."""
    known = _PORTS.get(protocol, {})
    value = known[word] if word in known else number(word)
    if value > ANY_PORT[1]:
        raise ValueError(word)
    return value


def is_port(word: str, protocol: int) -> bool:
    try:
        port_of(word, protocol)
    except ValueError:
        return False
    return True


def type_of(word: str, protocol: int) -> Interval:
    """Of ICMP. Raises ValueError."""
    known = _TYPES[protocol]
    value = known[word] if word in known else number(word)
    if value > 255:
        raise ValueError(word)
    return value, value


def is_type(word: str, protocol: int) -> bool:
    try:
        type_of(word, protocol)
    except ValueError:
        return False
    return True


OPERATORS: Final = ("eq", "neq", "lt", "gt", "range")


def ports_said(words: Words, protocol: int) -> list[Interval]:
    """Behind an operator, which is the next word. Raises ValueError."""
    operator = words.take()
    first = port_of(words.take(), protocol)
    if operator == "eq":
        found = [(first, first)]
        while is_port(words.peek(), protocol):
            value = port_of(words.take(), protocol)
            found.append((value, value))
        return found
    if operator == "range":
        last = port_of(words.take(), protocol)
        return [(min(first, last), max(first, last))]
    below, above = (0, first - 1), (first + 1, ANY_PORT[1])
    found = {"neq": [below, above], "lt": [below], "gt": [above]}[operator]
    return [(low, high) for low, high in found if low <= high]
