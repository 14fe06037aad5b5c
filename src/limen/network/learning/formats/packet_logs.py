"""Packets that firewalls log: the kernel's filter, as iptables, nftables, UFW and UniFi gateways write it, and pf of
OPNsense and pfSense (`filterlog`).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from limen.clock import Instant
from limen.network.learning.flows import QUESTIONS, Ends, ObservedFlow, ends_of
from limen.network.packets.box import ICMP, ICMPV6, TCP, WITH_PORTS

_NAMED: Final = {"TCP": TCP, "UDP": 17, "ICMP": ICMP, "ICMPV6": ICMPV6, "SCTP": 132, "DCCP": 33}
_PASSES: Final = re.compile(r"allow|accept|pass|permit|-a\b|-a-|-ret-", re.IGNORECASE)
"""How a prefix says that a packet went through: in words, or as UniFi's letter (`[LAN_IN-2001-A]`, `[FW-A-…]`)."""
_PAIR: Final = re.compile(r"\b([A-Z]+)=(\S*)")
_FILTERLOG: Final = "filterlog"


def is_packet_log(line: str) -> bool:
    return (" SRC=" in line and "IN=" in line) or _FILTERLOG in line


def flow_of(line: str, otherwise: Instant) -> ObservedFlow | None:
    """The packet of a line, where it begins a connection."""
    body = line.partition(_FILTERLOG)[2]
    at = _instant(line, otherwise)
    return _of_pf(body, at) if body else _of_kernel(line, at)


def _of_kernel(line: str, at: Instant) -> ObservedFlow | None:
    start = line.find("IN=")
    said = dict(reversed(_PAIR.findall(line[start:])))
    if not said.get("OUT", ""):
        return None  # to the machine itself, which no flow between zones is about
    word = said.get("PROTO", "")
    protocol = _NAMED.get(word, int(word) if word.isdecimal() and len(word) <= 3 else -1)
    flags = set(line[start:].split())
    is_first = protocol != TCP or ("SYN" in flags and "ACK" not in flags)
    asked = said.get("DPT") if protocol in WITH_PORTS else said.get("TYPE", "")
    prefix = line[:start].rpartition("] ")[2] or line[:start]
    ends = ends_of(said.get("SRC", ""), said.get("DST", ""))
    return _flow(at, ends, protocol, asked, is_refused=not _PASSES.search(prefix)) if is_first else None


def _of_pf(body: str, at: Instant) -> ObservedFlow | None:
    """Fields by their place (the document "Filter Log Format" of both). What leaves is
    logged twice: the line of its entry counts.
    """
    words = (body.partition(": ")[2] or body.strip(" :")).split(",")
    is_4 = len(words) > 20 and words[8] == "4"
    if not is_4 and not (len(words) > 17 and words[8] == "6"):
        return None
    protocol, rest = (words[15], words[18:]) if is_4 else (words[13], words[15:])
    if words[7] != "in" or len(rest) < 4 or not protocol.isdecimal() or len(protocol) > 3:
        return None
    number = int(protocol)
    is_first = number != TCP or (len(rest) > 5 and "S" in rest[5] and "A" not in rest[5])
    asked = rest[3] if number in WITH_PORTS else {"request": "8", "echoreq": "128"}.get(rest[2], "")
    return _flow(at, ends_of(rest[0], rest[1]), number, asked, is_refused=words[6] != "pass") if is_first else None


def _flow(at: Instant, ends: Ends | None, protocol: int, asked: str | None, *, is_refused: bool) -> ObservedFlow | None:
    """`asked`: the port, or the type of ICMP, as text."""
    if ends is None or not 0 <= protocol <= 255:
        return None
    if protocol in WITH_PORTS:
        if not asked or not asked.isdecimal() or len(asked) > 5 or int(asked) > 65_535:
            return None
        port = int(asked)
    else:
        if protocol in QUESTIONS and asked != str(QUESTIONS[protocol]):
            return None
        port = QUESTIONS.get(protocol, 0)
    return ObservedFlow(at, "", "", *ends, protocol, port, was_refused=is_refused)


def _instant(line: str, otherwise: Instant) -> Instant:
    """A time as RFC 5424 and newer rsyslog write it; older ones have no year, so what came with the file counts."""
    word = line.partition(" ")[0]
    if len(word) < 20 or not word[:4].isdecimal():
        _, _, rest = line.partition(" ")
        word = rest.partition(" ")[0]  # after <134>1
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        return otherwise
    return int(found.timestamp() * 1000) if found.tzinfo else otherwise
