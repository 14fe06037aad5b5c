"""Connections that have to go on working: whoever is here by SSH, and the way to Limen."""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import subprocess
import urllib.parse
from pathlib import Path
from typing import Iterator


class AdminConnection:
    """One that has to go on working. `is_in`: it comes to this machine. Else it goes from here."""

    def __init__(self, interface: str, here: str, there: str, port: int, *, is_in: bool) -> None:
        self.interface, self.here, self.there, self.port, self.is_in = interface, here, there, port, is_in

    def __str__(self) -> str:
        if self.is_in:
            return f"whoever is here by SSH from {self.there} ({self.interface})"
        return f"the way to Limen at {self.there} ({self.interface})"


def admin_connections(url: str) -> list[AdminConnection]:
    """Who is here by SSH now, and how Limen is reached."""
    found: list[AdminConnection] = []
    ports = _ports_of_sshd()
    for here, port, there, _, state, _ in _sockets():
        if state == 1 and port in ports:
            interface, _ = _route(there)
            found.append(AdminConnection(interface, here, there, port, is_in=True))
    place = urllib.parse.urlsplit(url)
    port = place.port or (443 if place.scheme == "https" else 80)
    try:
        for address in sorted(
            {str(one[4][0]) for one in socket.getaddrinfo(place.hostname, port, type=socket.SOCK_STREAM)}
        ):
            interface, here = _route(address)
            if here:
                found.append(AdminConnection(interface, here, address, port, is_in=False))
    except OSError:
        pass  # whether Limen is reached is tried in earnest
    seen = {(one.interface, one.here, one.there, one.port): one for one in found if one.interface not in {"", "lo"}}
    return list(seen.values())[:50]


def _ports_of_sshd() -> set[int]:
    inodes = set()
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() in {"sshd", "dropbear"}:
                inodes |= {
                    os.readlink(one)[8:-1] for one in (comm.parent / "fd").iterdir() if "socket:[" in os.readlink(one)
                }
        except OSError:
            continue
    return {port for _, port, _, _, state, inode in _sockets() if state == 10 and inode in inodes} | {22}


def _sockets() -> Iterator[tuple[str, int, str, int, int, str]]:
    """Each TCP socket: its address and port here and there, its state, and its inode (proc(5))."""
    for name in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/self/net", name).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            here, there = map(_end, words[1:3])
            yield (*here, *there, int(words[3], 16), words[9])


def _end(text: str) -> tuple[str, int]:
    number, _, port = text.partition(":")
    data = b"".join(bytes.fromhex(number[at : at + 8])[::-1] for at in range(0, len(number), 8))
    address = ipaddress.ip_address(data)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address), int(port, 16)


def _route(address: str) -> tuple[str, str]:
    """The interface and the own address by which an address is reached; ("", ""): it is not."""
    done = subprocess.run(["ip", "-j", "route", "get", address], capture_output=True, text=True, check=False)
    try:
        (said,) = json.loads(done.stdout)
        return said["dev"], said.get("prefsrc", "")
    except (ValueError, KeyError):
        return "", ""
