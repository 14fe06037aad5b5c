"""A laptop elsewhere, with a real WireGuard in the network of a zone's host, and a key of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from tests.network.firewalls.real_router import RealRouter, can_be_made

_NUMBERS = count()


def why_not() -> str:
    """Why there are no tunnels here; "" where there can be."""
    missing = [one for one in ("wg", "wireguard-go") if shutil.which(one) is None]
    if missing:
        return f"{missing[0]} is missing (apt: wireguard-tools wireguard-go)"
    return can_be_made() or ("" if Path("/dev/net/tun").exists() else "no /dev/net/tun here")


needs_tunnels = pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")


def interface(letter: str) -> str:
    """A name of its own on the whole machine: sockets of wireguard-go go by it."""
    return f"lw{letter}{os.getpid() % 1_000_000}n{next(_NUMBERS)}"


@dataclass
class Laptop:
    """`tunnel` is its interface."""

    router: RealRouter
    vlan: int
    private: str
    tunnel: str

    @property
    def key(self) -> str:
        return said("wg", "pubkey", given=self.private)

    def run(self, *command: str, given: str = "") -> str:
        return said("nsenter", f"--net=/proc/{self.router.hosts[self.vlan]}/ns/net", *command, given=given)

    def is_heard(self, seconds: float = 12) -> bool:
        """Whether the other end takes this key: one begins anew every five seconds (WireGuard, REKEY_TIMEOUT)."""
        until = time.monotonic() + seconds
        while "latest handshake" not in self.run("wg", "show", self.tunnel):
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def connect_to(self, endpoint: str, key: str, addresses: tuple[str, ...], *routes: str) -> None:
        """Have these addresses at the end of the tunnel, and send there what goes to these networks."""
        lines = ["[Interface]", f"PrivateKey = {self.private}", "[Peer]", f"PublicKey = {key}"]
        lines += [f"Endpoint = {endpoint}", f"AllowedIPs = {', '.join(routes)}", "PersistentKeepalive = 1"]
        self.run("wg", "setconf", self.tunnel, "/dev/stdin", given="\n".join(lines) + "\n")
        self.run("ip", "address", "flush", "dev", self.tunnel)
        for address in addresses:
            self.run("ip", "address", "add", address, "dev", self.tunnel, *(["nodad"] if ":" in address else []))
        self.run("ip", "link", "set", self.tunnel, "mtu", "1420", "up")
        for route in routes:
            self.run("ip", "route", "replace", route, "dev", self.tunnel)


@contextmanager
def laptop(router: RealRouter, vlan: int = 10, private: str = "") -> Iterator[Laptop]:
    one = Laptop(router, vlan, private or said("wg", "genkey"), interface("l"))
    words = ["nsenter", f"--net=/proc/{router.hosts[vlan]}/ns/net", "wireguard-go", "-f", one.tunnel]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 5
        while not Path(f"/var/run/wireguard/{one.tunnel}.sock").exists():
            assert time.monotonic() < until
            time.sleep(0.02)
        yield one
    finally:
        process.terminate()
        process.wait(timeout=60)


def said(*command: str, given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, check=False, text=True, timeout=60)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout.strip()
