"""A connection between two hosts of the lab that goes on: whoever is reached sends back what it gets."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.network.lab import Lab, nft
from tests.network.policies import address

from limen.network.packets import Packet


@contextmanager
def listening(lab: Lab, zone: str, port: int) -> Iterator[None]:
    """The zone's hosts answer at this port, and nowhere else any more."""
    emptied = nft(lab.host(zone), "flush", "ruleset")
    assert not emptied.returncode, emptied.stderr
    server = lab.inside(
        lab.host(zone), lambda: socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    )
    take(server)
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def take(server: socket.socket) -> None:
    """Whoever connects is sent back what they send, for as long as it is open."""
    threading.Thread(target=_take, args=(server,), daemon=True).start()


def _take(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            threading.Thread(target=_echo, args=(server.accept()[0],), daemon=True).start()


def _echo(one: socket.socket) -> None:
    with one, suppress(OSError):
        while said := one.recv(100):
            one.sendall(said)


def connect(lab: Lab, from_zone: str, to_zone: str, family: int, port: int) -> socket.socket:
    """Raises OSError where it does not come about."""
    packet = Packet(from_zone, to_zone, family, address(from_zone, family, 10), address(to_zone, family, 10), 6, port)
    return lab.inside(
        lab.host(from_zone),
        lambda: socket.create_connection((str(packet.addresses[1]), port), 1.0, (str(packet.addresses[0]), 0)),
    )


def goes_on(one: socket.socket, patience: float = 0.3) -> bool:
    """Whether what is sent comes back."""
    one.settimeout(patience)
    try:
        one.sendall(b"x")
        return one.recv(1) == b"x"
    except OSError:
        return False


def lasts(one: socket.socket, most: float) -> float:
    """For how many seconds from now it goes on; `most`: it still does."""
    began = time.monotonic()
    while goes_on(one):
        if time.monotonic() - began > most:
            return most
        time.sleep(0.005)
    return time.monotonic() - began
