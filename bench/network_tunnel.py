"""The part `tunnel`, as root: what a tunnel carries with Limen's table at the firewall, and without any."""

from __future__ import annotations

import socket
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

from tests.network.firewalls.real_router import RealRouter, inside, real_router
from tests.network.firewalls.world import NAME
from tests.network.tunnels.far import SERVER, network
from tests.network.tunnels.laptop import Laptop, interface, laptop, why_not

from bounds import Bounds
from limen.clock import SystemClock
from limen.network.firewalls.intended import intended

BOUNDS: Bounds = {"tunnel_ratio": (">=", 0.9)}
ROUNDS: Final = 7
SECONDS: Final = 1.5
PORT: Final = 3_389
ADDRESS: Final = "10.99.0.7"
OPENED: Final = f'{ADDRESS} . {SERVER} . "vlan20" . tcp . {PORT} timeout 1h'
_CHUNK: Final = b"x" * (1 << 20)


def tunnel() -> dict[str, float]:
    """`tunnel_ratio`: of as many seconds with the table and without, in turn, by their medians. `tunnel_mb_s`: with."""
    if reason := why_not():
        print(f"  tunnel: left out, {reason}")
        return {}
    with tempfile.TemporaryDirectory() as folder, real_router(Path(folder) / "router") as router:
        leg = interface("b")
        with laptop(router) as one, _Sink(router):
            _end_here(router, leg, one)
            table = intended(network(leg), NAME, "2026-11-27", SystemClock().now()).ruleset
            rates: dict[bool, list[float]] = {True: [], False: []}
            _rate(router)
            for number in range(2 * ROUNDS):
                is_guarded = number % 2 == 1
                router.run("nft", "flush", "ruleset")
                if is_guarded:
                    router.run("nft", "-j", "-f", "-", given=table)
                    router.run("nft", "-f", "-", given=f"add element inet limen opened.vpn.ports4 {{ {OPENED} }}\n")
                rates[is_guarded].append(_rate(router))
    guarded, bare = (statistics.median(rates[one]) for one in (True, False))
    return {"tunnel_ratio": round(guarded / bare, 3), "tunnel_mb_s": round(guarded / 1e6, 1)}


class _Sink:
    """A server that reads whatever comes, as long as the block runs."""

    def __init__(self, router: RealRouter) -> None:
        self._server = inside(router.hosts[20], lambda: socket.create_server((SERVER, PORT)))

    def __enter__(self) -> None:
        threading.Thread(target=self._serve, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                one, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=_read, args=(one,), daemon=True).start()


def _read(one: socket.socket) -> None:
    """All of it; at the end how much it was."""
    room, total = bytearray(1 << 20), 0
    with one:
        while size := one.recv_into(room):
            total += size
        one.sendall(str(total).encode())


def _rate(router: RealRouter) -> float:
    """Bytes a second, counted where they arrive."""
    with inside(router.hosts[10], lambda: socket.create_connection((SERVER, PORT), timeout=10)) as one:
        begun = time.monotonic()
        while time.monotonic() - begun < SECONDS:
            one.sendall(_CHUNK)
        one.shutdown(socket.SHUT_WR)
        return int(one.recv(100)) / (time.monotonic() - begun)


def _end_here(router: RealRouter, leg: str, one: Laptop) -> None:
    """The tunnel's other end at the router, as limen-firewall makes it."""
    private = router.run("wg", "genkey").strip()
    public = router.run("wg", "pubkey", given=private).strip()
    router.run("wireguard-go", leg)
    lines = ["[Interface]", f"PrivateKey = {private}", "ListenPort = 51820"]
    lines += ["[Peer]", f"PublicKey = {one.key}", f"AllowedIPs = {ADDRESS}"]
    router.run("wg", "setconf", leg, "/dev/stdin", given="\n".join(lines) + "\n")
    router.run("ip", "address", "add", "10.99.0.1/24", "dev", leg)
    router.run("ip", "link", "set", leg, "mtu", "1420", "up")
    one.connect_to("10.10.0.1:51820", public, (ADDRESS,), "10.20.0.0/24")
