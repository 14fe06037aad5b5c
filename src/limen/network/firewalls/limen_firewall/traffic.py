"""What packets do here that Limen hears of: those that the rules deny, and connections that begin."""

from __future__ import annotations

import ipaddress
import socket
import struct
import threading
import time
from collections import Counter
from typing import Any

from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall.connections import connections
from limen.network.firewalls.limen_firewall.netlink import ACK, LOG, NO_ROOM, Netlink, attribute, attributes

ON_TRIAL = "limen trial"
"""How the prefix begins of what is logged and let through."""
MOST_EVENTS = 5_000
_FRAGMENT, _SIGNED = 44, 51
_EXTENSIONS = {0, 43, _FRAGMENT, _SIGNED, 60, 135, 139, 140}
"""Headers of IPv6 that stand before the one that has ports."""


def read_logged(group: int, denied: Folded, tried: Folded) -> None:
    """For ever: the packets that the rules log to this group of NFLOG (linux/netfilter/nfnetlink_log.h): what they
    deny, and what they would deny were the pair of zones not on trial.
    """
    netlink = Netlink(timeout=None)
    netlink.send(LOG, 1, ACK, attribute(1, b"\1"), socket.AF_UNSPEC, group)  # NFULNL_CFG_CMD_BIND
    netlink.send(LOG, 1, ACK, attribute(2, struct.pack(">IBB", 128, 2, 0) + b"\0\0"), socket.AF_UNSPEC, group)
    netlink.send(LOG, 1, ACK, attribute(4, struct.pack(">I", 10)), socket.AF_UNSPEC, group)  # 0.1 s at most
    while True:
        try:
            for kind, body in netlink.messages():
                if kind == LOG << 8:
                    _add(body, denied, tried)
        except OSError as wrong:
            if wrong.errno != NO_ROOM:
                raise


def _add(body: bytes, denied: Folded, tried: Folded) -> None:
    try:
        one = Denied(body)
    except Wrong:
        return
    into = tried if one.prefix.startswith(ON_TRIAL) else denied
    into.add(one.came_by, one.goes_by, one.source, one.destination, one.protocol, one.port)


def read_begun(into: Folded) -> None:
    """For ever: each connection that begins, by conntrack's events (NFNLGRP_CONNTRACK_NEW)."""
    netlink = Netlink((1,), timeout=None)
    while True:
        try:
            for one in connections(netlink):
                destination, port = one.reached
                into.add(one.source, destination, one.protocol, port)
        except KeyError:
            continue
        except OSError as wrong:
            if wrong.errno != NO_ROOM:
                raise


class Denied:
    """A packet that the rules denied, as NFLOG tells it. Raises Wrong for what is no packet of IP."""

    def __init__(self, body: bytes) -> None:
        said = attributes(body)
        self.came_by, self.goes_by = (_interface(said.get(kind, b"")) for kind in (4, 5))
        self.prefix = said.get(10, b"").rstrip(b"\0").decode("ascii", "replace")[:64]
        packet = said.get(9, b"")
        version = packet[0] >> 4 if packet else 0
        if version == 4 and len(packet) >= 20:
            self.protocol, rest = packet[9], packet[(packet[0] & 15) * 4 :]
            source, destination = packet[12:16], packet[16:20]
            is_first = not int.from_bytes(packet[6:8], "big") & 0x1FFF
        elif version == 6 and len(packet) >= 40:
            self.protocol, rest = _behind_headers(packet)
            source, destination = packet[8:24], packet[24:40]
            is_first = True
        else:
            raise Wrong("not a packet")
        self.family = version
        self.source, self.destination = str(ipaddress.ip_address(source)), str(ipaddress.ip_address(destination))
        self.port = 0
        if is_first and self.protocol in {6, 17, 33, 132} and len(rest) >= 4:
            self.port = int.from_bytes(rest[2:4], "big")
        elif is_first and self.protocol in {1, 58} and rest:
            self.port = rest[0]


def _behind_headers(packet: bytes) -> tuple[int, bytes]:
    """Of a packet of IPv6 the protocol, and what is said of it, behind all headers of extension (RFC 8200, section 4):
    whoever puts some before it does not hide which port is tried. What does not end within the packet stays as it is.
    """
    kind, at = packet[6], 40
    while kind in _EXTENSIONS and len(packet) >= at + 8:
        size = 8 if kind == _FRAGMENT else 4 * (packet[at + 1] + 2) if kind == _SIGNED else 8 * (packet[at + 1] + 1)
        is_later_fragment = kind == _FRAGMENT and int.from_bytes(packet[at + 2 : at + 4], "big") >> 3
        kind, at = packet[at], at + size
        if is_later_fragment:
            return kind, b""
    return kind, packet[at:]


def _interface(number: bytes) -> str:
    try:
        return socket.if_indextoname(int.from_bytes(number, "big")) if number else ""
    except OSError:
        return ""


class Folded:
    """What happened, folded by second: of more than can be told the number is kept."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Any, ...]] = Counter()
        self._lost = 0
        self._lock = threading.Lock()

    def add(self, *what: Any) -> None:
        with self._lock:
            key = (int(time.time()), *what)
            if key in self._counts or len(self._counts) < MOST_EVENTS:
                self._counts[key] += 1
            else:
                self._lost += 1

    def take(self) -> tuple[list[list[Any]], int]:
        with self._lock:
            taken, self._counts = self._counts, Counter()
            lost, self._lost = self._lost, 0
        return [[*key, count] for key, count in taken.items()], lost

    def put_back(self, told: list[list[Any]], lost: int) -> None:
        """It could not be told."""
        with self._lock:
            self._lost += lost
            for *key, count in told:
                if len(self._counts) < MOST_EVENTS:
                    self._counts[tuple(key)] += count
                else:
                    self._lost += count
