"""The demo's router in namespaces, as tests have it: with a host in each of three zones, and what is tried on it.

Limen is reached by way of the host in vlan50, as over a real network.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from pathlib import Path

import pytest

from limen.demo import router
from limen.demo.router import AT, Router, can_be_made, inside, made_router

__all__ = ["AT", "LIMEN", "RealRouter", "can_be_made", "inside", "limen_reached", "needs_a_router", "real_router"]
ZONES = (10, 20, 50)
LIMEN = "10.50.0.10"
needs_a_router = pytest.mark.skipif(bool(can_be_made()), reason=can_be_made() or "-")


class RealRouter(Router):
    def kill(self) -> None:
        """-9, with nothing that watches over it."""
        self.run("pkill", "-KILL", "-f", "limen-firewall follow")  # in the router's own PID namespace

    def kept(self, name: str) -> str:
        return self.run("sh", "-c", f"cat /etc/limen-firewall/{name} 2>/dev/null || true")

    # Probes

    @contextmanager
    def listening(self, vlan: int, port: int, family: int = 4) -> Iterator[socket.socket]:
        """A server on that zone's host; what it takes is answered, byte by byte."""

        def make() -> socket.socket:
            if family == 6:
                return socket.create_server((f"fd00:{vlan}::10", port), family=socket.AF_INET6)
            return socket.create_server((f"10.{vlan}.0.10", port))

        server = inside(self.hosts[vlan], make)
        threading.Thread(target=_echo, args=(server,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown(socket.SHUT_RDWR)
            server.close()

    def reaches(self, vlan: int, address: str, port: int) -> bool:
        try:
            self.connect(vlan, address, port).close()
        except OSError:
            return False
        return True


def _echo(server: socket.socket) -> None:
    def answer(one: socket.socket) -> None:
        with one, suppress(OSError):
            while said := one.recv(100):
                one.sendall(said)

    with suppress(OSError):
        while True:
            threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()


@contextmanager
def real_router(folder: Path) -> Iterator[RealRouter]:
    with made_router(RealRouter, folder, dict.fromkeys(ZONES, 10), LIMEN) as one:
        yield one


def limen_reached(one: Router, port: int) -> AbstractAsyncContextManager[Callable[[bool], None]]:
    """Limen on loopback, by way of the host in vlan50. What is given says whether it answers."""
    return router.limen_reached(one, 50, LIMEN, port)
