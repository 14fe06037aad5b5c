"""Whether rules would cut a connection: tried where nobody's packets are, before they are in force."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from limen.following.program.commands import run
from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall.admin_connections import AdminConnection
from limen.network.firewalls.limen_firewall.rulesets import Ruleset


def cut_by(ruleset: Ruleset, wanted: list[AdminConnection]) -> list[str]:
    """Which of these the rules would cut: tried with the rules in a network of its own, which has interfaces of the
    same names and addresses.
    """
    if not wanted:
        return []
    with Rehearsal() as network:
        for interface in sorted({one.interface for one in wanted}):
            network.link(interface, [one for one in wanted if one.interface == interface])
        run(*network.inside(network.here), "nft", "-j", "-f", "-", given=ruleset.transaction([]))
        return [str(one) for one in wanted if not network.reaches(one)]


class Rehearsal:
    """Two networks of their own, with nobody in them: this machine, and whoever is connected to it."""

    def __enter__(self) -> Rehearsal:
        self.here, self.there = (
            subprocess.Popen(["unshare", "--net", "sleep", "300"], stdout=subprocess.DEVNULL) for _ in range(2)
        )
        mine = os.readlink("/proc/self/ns/net")
        until = time.monotonic() + 5
        while any(os.readlink(f"/proc/{one.pid}/ns/net") == mine for one in (self.here, self.there)):
            if time.monotonic() > until:
                raise Wrong("no network namespaces here")
            time.sleep(0.005)
        for one in (self.here, self.there):
            self._ip(one, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self.here, self.there):
            one.kill()
            one.wait()

    def inside(self, one: subprocess.Popen[bytes]) -> tuple[str, ...]:
        return ("nsenter", f"--net=/proc/{one.pid}/ns/net", "--")

    def link(self, interface: str, wanted: list[AdminConnection]) -> None:
        self._ip(
            self.here,
            "link",
            "add",
            "name",
            interface,
            "type",
            "veth",
            "peer",
            "name",
            interface,
            "netns",
            str(self.there.pid),
        )
        for one in (self.here, self.there):
            self._ip(one, "link", "set", interface, "up")
        for each in wanted:
            for one, address, other in ((self.here, each.here, each.there), (self.there, each.there, each.here)):
                self._ip(one, "address", "replace", address, "dev", interface, *(["nodad"] if ":" in address else []))
                self._ip(one, "route", "replace", other, "dev", interface, "src", address)

    def reaches(self, wanted: AdminConnection) -> bool:
        """Whether it comes about."""
        ends = (self.here, wanted.here), (self.there, wanted.there)
        (listening, address), (asking, source) = ends if wanted.is_in else ends[::-1]
        server = subprocess.Popen(
            [*self.inside(listening), sys.executable, "-I", "-c", _LISTEN, address, str(wanted.port)],
            stdout=subprocess.PIPE,
        )
        try:
            assert server.stdout is not None
            if server.stdout.read(1) != b"!":
                raise Wrong(f"{wanted} could not be tried")
            words = [*self.inside(asking), sys.executable, "-I", "-c", _CONNECT, address, str(wanted.port), source]
            return subprocess.run(words, check=False, timeout=20).returncode == 0
        finally:
            server.kill()
            server.wait()

    def _ip(self, one: subprocess.Popen[bytes], *words: str) -> None:
        run(*self.inside(one), "ip", *words)


_LISTEN = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
server = socket.create_server((sys.argv[1], int(sys.argv[2])), family=family)
sys.stdout.write("!"); sys.stdout.flush()
while True: server.accept()
"""
_CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2, source_address=(sys.argv[3], 0))
except OSError:
    sys.exit(1)
"""
