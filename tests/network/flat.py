"""Hosts on one switch, in network namespaces: nothing stands between them but what each has itself."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from tests.network.lab import inside, nft
from tests.network.live import take

_NUMBERS: Final = itertools.count()


@dataclass(frozen=True)
class Flat:
    prefix: str
    addresses: dict[str, Sequence[str]]

    def at(self, name: str) -> str:
        """The namespace of a host."""
        return f"{self.prefix}-{name}"

    def load(self, name: str, text: str) -> None:
        loaded = nft(self.at(name), "-j", "-f", "-", text=text)
        assert not loaded.returncode, loaded.stderr[:2_000]

    def forget_neighbours(self) -> None:
        """So that they have to be found again, with rules in force."""
        for name in self.addresses:
            _ip("-n", self.at(name), "neigh", "flush", "all")

    def connect(self, name: str, other: str, family: int, port: int) -> socket.socket:
        """Raises OSError where it does not come about."""
        source, target = (self._address(one, family) for one in (name, other))
        return inside(self.at(name), lambda: socket.create_connection((target, port), 1.0, source_address=(source, 0)))

    def reaches(self, name: str, other: str, family: int, port: int) -> bool:
        try:
            self.connect(name, other, family, port).close()
        except OSError:
            return False
        return True

    def _address(self, name: str, family: int) -> str:
        return next(one for one in self.addresses[name] if (":" in one) is (family == 6))


@contextmanager
def flat(addresses: dict[str, Sequence[str]], ports: Sequence[int]) -> Iterator[Flat]:
    """Each host has these addresses, all of 10.0.0.0/8 and fd00::/16 on its wire, and answers at these ports."""
    one = Flat(f"lf{os.getpid()}x{next(_NUMBERS)}", addresses)
    names = [one.at("switch"), *(one.at(name) for name in addresses)]
    servers: list[socket.socket] = []
    try:
        for name in names:
            _ip("netns", "add", name)
        _ip("-n", names[0], "link", "add", "br0", "type", "bridge")
        _ip("-n", names[0], "link", "set", "br0", "up")
        for number, (name, some) in enumerate(addresses.items()):
            where, port = one.at(name), f"port{number}"
            _ip("link", "add", "eth0", "netns", where, "type", "veth", "peer", "name", port, "netns", names[0])
            _ip("-n", names[0], "link", "set", port, "master", "br0", "up")
            _ip("-n", where, "link", "set", "lo", "up")
            for each in some:
                _ip("-n", where, "addr", "add", f"{each}/{16 if ':' in each else 8}", "dev", "eth0", *_at_once(each))
            _ip("-n", where, "link", "set", "eth0", "up")
            servers += [_answering(where, each) for each in ports]
        yield one
    finally:
        for server in servers:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _at_once(address: str) -> list[str]:
    return ["nodad"] if ":" in address else []


def _answering(where: str, port: int) -> socket.socket:
    server = inside(where, lambda: socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True))
    take(server)
    return server


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert not done.returncode, (words, done.stderr)
