"""Netlink: how the kernel's netfilter is asked and tells (nfnetlink(7), linux/netfilter/*.h)."""

from __future__ import annotations

import os
import socket
import struct
from typing import Callable, Iterator

from limen.following.program.kept import Wrong

_NFNETLINK = 12
_REQUEST, ACK, DUMP = 0x1, 0x4, 0x300
CONNTRACK, LOG, _TABLES = 1, 4, 10
_CHANGES = 7
"""The group that hears of every change of rules (NFNLGRP_NFTABLES)."""
NO_ROOM = 105
"""ENOBUFS: more came than could be read."""


class Netlink:
    """A socket to the kernel's netfilter."""

    def __init__(self, groups: tuple[int, ...] = (), timeout: float | None = 5.0) -> None:
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NFNETLINK)
        self.socket.settimeout(timeout)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 8_000_000)  # SO_RCVBUFFORCE
        self.socket.bind((0, 0))
        for group in groups:
            self.socket.setsockopt(270, 1, group)  # SOL_NETLINK, NETLINK_ADD_MEMBERSHIP
        self._number = 0

    def send(self, part: int, kind: int, flags: int, body: bytes, family: int = 0, about: int = 0) -> None:
        self._number += 1
        message = struct.pack("BBH", family, 0, socket.htons(about)) + body
        self.socket.send(
            struct.pack("=IHHII", 16 + len(message), part << 8 | kind, _REQUEST | flags, self._number, 0) + message
        )

    def messages(self) -> Iterator[tuple[int, bytes]]:
        """Of the next read, each message's type and what follows the header of nfnetlink; ends at the end of a dump.
        Raises OSError for an error that the kernel answers.
        """
        data = self.socket.recv(1 << 20)
        while len(data) >= 16:
            size, kind = struct.unpack_from("=IH", data)
            if size < 16:
                return
            if kind == 2:  # NLMSG_ERROR; 0 is an acknowledgement
                (error,) = struct.unpack_from("=i", data, 16)
                if error:
                    raise OSError(-error, os.strerror(-error))
                yield 2, b""
            else:
                yield kind, data[20:size]
            data = data[size + 3 & ~3 :]

    def close(self) -> None:
        self.socket.close()


def read_changes(told: Callable[[], None]) -> None:
    """For ever: say at once when anybody changed rules."""
    netlink = Netlink((_CHANGES,), timeout=None)
    while True:
        try:
            netlink.socket.recv(1 << 20)
        except OSError as wrong:
            if wrong.errno != NO_ROOM:
                raise
        told()


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def attributes(data: bytes) -> dict[int, bytes]:
    found = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if size < 4:
            break
        found[kind & 0x3FFF] = data[4:size]
        data = data[size + 3 & ~3 :]
    return found


def generation() -> int:
    """How often the rules of this network namespace were changed, by anybody (NFT_MSG_GETGEN)."""
    netlink = Netlink()
    try:
        netlink.send(_TABLES, 16, 0, b"")
        for _, body in netlink.messages():
            return int.from_bytes(attributes(body)[1], "big")
        raise Wrong("the kernel does not say the generation of its rules")
    finally:
        netlink.close()
