"""Connections through this machine, as conntrack has them."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Iterator

from limen.network.firewalls.limen_firewall.netlink import ACK, CONNTRACK, DUMP, Netlink, attribute, attributes


class Connection:
    """The first packet of a connection, as conntrack has it. `raw` is what names it to the kernel; `answer` is the
    packet that is expected back.
    """

    def __init__(self, raw: bytes, answer: bytes = b"") -> None:
        said = attributes(raw)
        addresses, protocol = attributes(said.get(1, b"")), attributes(said.get(2, b""))
        self.family, self.raw = (4 if 1 in addresses else 6), raw
        first, last = (1, 2) if self.family == 4 else (3, 4)
        self.source = str(ipaddress.ip_address(addresses[first]))
        self.destination = str(ipaddress.ip_address(addresses[last]))
        self.protocol = protocol.get(1, b"\0")[0]
        self.port = int.from_bytes(protocol.get(3, b""), "big")
        if self.protocol in {1, 58}:
            self.port = protocol.get(5 if self.protocol == 1 else 8, b"\0")[0]
        self._answer = answer

    @property
    def reached(self) -> tuple[str, int]:
        """Where it goes once its destination is translated, which is what rules of forwarding see: whence the answer
        comes.
        """
        said = attributes(self._answer)
        addresses, protocol = attributes(said.get(1, b"")), attributes(said.get(2, b""))
        address = addresses.get(1 if self.family == 4 else 3)
        port = protocol.get(2)
        return (
            str(ipaddress.ip_address(address)) if address else self.destination,
            int.from_bytes(port, "big") if port and self.protocol not in {1, 58} else self.port,
        )


def connections(netlink: Netlink) -> Iterator[Connection]:
    """Those that the next read tells of."""
    for kind, body in netlink.messages():
        if kind == 3:  # NLMSG_DONE
            return
        found = attributes(body)
        if kind >> 8 == CONNTRACK and 1 in found:
            yield Connection(found[1], found.get(2, b""))


def cut(ends: list[dict[str, Any]]) -> int:
    """Forget the connections of openings that have ended, so that their next packet is decided anew; how many."""
    if not ends:
        return 0
    number, netlink = 0, Netlink()
    try:
        netlink.send(CONNTRACK, 1, DUMP, b"")  # IPCTNL_MSG_CT_GET
        found: list[Connection] = []
        is_done = False
        while not is_done:
            for kind, body in netlink.messages():
                if kind == 3:
                    is_done = True
                elif kind >> 8 == CONNTRACK and 1 in attributes(body):
                    found.append(Connection(attributes(body)[1]))
        for one in found:
            if any(_is_of(one, opening) for opening in ends):
                family = socket.AF_INET if one.family == 4 else socket.AF_INET6
                netlink.send(CONNTRACK, 2, ACK, attribute(0x8001, one.raw), family)  # IPCTNL_MSG_CT_DELETE
                try:
                    number += sum(kind == 2 for kind, _ in netlink.messages())
                except FileNotFoundError:
                    continue
    finally:
        netlink.close()
    return number


def _is_of(one: Connection, opening: dict[str, Any]) -> bool:
    """Whether this connection is one that the opening let in."""
    source, destination = ipaddress.ip_address(one.source), ipaddress.ip_address(one.destination)
    for address, ends in ((source, opening["source"]), (destination, opening["destination"])):
        first, last = map(ipaddress.ip_address, ends)
        if address.version != first.version or not int(first) <= int(address) <= int(last):
            return False
    return all(
        low <= value <= high
        for value, (low, high) in ((one.protocol, opening["protocol"]), (one.port, opening["port"]))
    )
