"""A router with the real nftables and limen-firewall, and a host in each of three zones, in namespaces of their own.

The router is this machine in a mount, a network and a PID namespace (namespaces(7)): its /etc is a copy, and what is
loaded or killed there is nobody else's. Limen is reached by way of the host in vlan50, as over a real network.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from limen.following.one_file import one_file
from limen.web.network.firewalls import PROGRAM

T = TypeVar("T")
ZONES = (10, 20, 50)
PROGRAMS = ("nft", "ip", "ssh-keygen", "unshare", "nsenter")
AT = "/usr/local/sbin/limen-firewall"
LIMEN = "10.50.0.10"
_SET_UP = """
set -e
cp -a /etc "$1/etc"
mount --bind "$1/etc" /etc
for place in /run /usr/local/sbin; do mount -t tmpfs -o mode=755 tmpfs "$place"; done
printf '127.0.0.1 localhost\\n10.50.0.10 limen.harbor.localhost\\n' > /etc/hosts
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
echo is up
exec sleep infinity
"""


def can_be_made() -> str:
    """Why no such router can be made here; "" where one can."""
    if os.geteuid() != 0:
        return "needs root"
    missing = [one for one in PROGRAMS if shutil.which(one) is None]
    if missing:
        return f"{missing[0]} is missing (apt: nftables iproute2 openssh-client)"
    done = subprocess.run(["unshare", "--net", "nft", "list", "ruleset"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "no network namespaces with nftables here"


needs_a_router = pytest.mark.skipif(bool(can_be_made()), reason=can_be_made() or "-")


def inside(pid: int, work: Callable[[], T]) -> T:
    """What `work` gives in the network of this process: a socket stays where it was made."""
    found: list[T | BaseException] = []

    def run() -> None:
        with open(f"/proc/{pid}/ns/net") as place:  # noqa: PTH123 -- its number is needed
            if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), 0x40000000):
                found.append(OSError(ctypes.get_errno(), "setns"))
                return
        try:
            found.append(work())
        except BaseException as error:  # noqa: BLE001 -- it is raised where it was asked for
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


@dataclass
class RealRouter:
    folder: Path
    pid: int
    hosts: dict[int, int]
    """The process that holds each zone's host, by the number of its VLAN."""
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def words(self, *command: str) -> list[str]:
        return ["nsenter", "--target", str(self.pid), "--mount", "--net", "--pid", *command]

    def run(self, *command: str, given: str = "", check: bool = True) -> str:
        """What a command says there, as root."""
        done = subprocess.run(
            self.words(*command), input=given, capture_output=True, check=False, text=True, timeout=60
        )
        assert done.returncode == 0 or not check, (command, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(self.words(*command), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def enrol(self, url: str, token: str) -> None:
        """As the command says."""
        (self.folder / "limen-firewall").write_text(one_file(PROGRAM))
        self.run("python3", "-I", str(self.folder / "limen-firewall"), "enrol", url, given=f"{token}\n")

    def follow(self) -> None:
        self.run("rm", "-f", "/run/limen-firewall/ready")
        self.start("follow", AT, "follow")
        self.wait_for("test", "-e", "/run/limen-firewall/ready")

    def kill(self) -> None:
        """-9, with nothing that watches over it."""
        self.run("pkill", "-KILL", "-f", "limen-firewall follow")  # in the router's own PID namespace

    def kept(self, name: str) -> str:
        return self.run("sh", "-c", f"cat /etc/limen-firewall/{name} 2>/dev/null || true")

    def wait_for(self, *command: str, seconds: float = 20.0) -> None:
        until = time.monotonic() + seconds
        while subprocess.run(self.words(*command), capture_output=True, check=False).returncode:
            assert time.monotonic() < until, (command, self.said("follow"))
            time.sleep(0.05)

    def said(self, name: str) -> str:
        log = self.folder / f"{name}.log"
        return log.read_text() if log.exists() else ""

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

    def connect(self, vlan: int, address: str, port: int, seconds: float = 1.0) -> socket.socket:
        """A connection from that zone's host. Raises OSError where there is none."""
        return inside(self.hosts[vlan], lambda: socket.create_connection((address, port), timeout=seconds))

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
    folder.mkdir()
    words = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
    ]
    outer = subprocess.Popen([*words, "sh", "-c", _SET_UP, "sh", str(folder)], stdout=subprocess.PIPE)
    holders = [
        subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up; echo; exec sleep infinity"], stdout=subprocess.PIPE
        )
        for _ in ZONES
    ]
    router = None
    try:
        assert outer.stdout is not None
        assert outer.stdout.readline() == b"is up\n"
        inner = int(Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()[0])
        router = RealRouter(folder, inner, {vlan: one.pid for vlan, one in zip(ZONES, holders, strict=True)})
        for vlan, one in zip(ZONES, holders, strict=True):
            assert one.stdout is not None
            one.stdout.readline()
            _wire(router, vlan)
        yield router
    finally:
        for process in (outer, *holders):
            process.kill()  # and with the router every process of its namespace
            process.wait()
        for process in router.running if router is not None else ():
            process.kill()
            process.wait(timeout=60)


def _wire(router: RealRouter, vlan: int) -> None:
    """A leg of the router in a zone, as a real one would have on a VLAN, and the host at its end."""
    host = router.hosts[vlan]
    there = ["nsenter", f"--net=/proc/{host}/ns/net", "ip"]
    router_net = f"/proc/{router.pid}/ns/net"
    here = ["nsenter", f"--net={router_net}", "ip"]
    for command in (
        [*here, "link", "add", f"vlan{vlan}", "type", "veth", "peer", "name", "eth0", "netns", str(host)],
        [*here, "address", "add", f"10.{vlan}.0.1/24", "dev", f"vlan{vlan}"],
        [*here, "address", "add", f"fd00:{vlan}::1/64", "dev", f"vlan{vlan}", "nodad"],
        [*here, "link", "set", f"vlan{vlan}", "up"],
        [*there, "address", "add", f"10.{vlan}.0.10/24", "dev", "eth0"],
        [*there, "address", "add", f"fd00:{vlan}::10/64", "dev", "eth0", "nodad"],
        [*there, "link", "set", "eth0", "up"],
        [*there, "route", "add", "default", "via", f"10.{vlan}.0.1"],
        [*there, "route", "add", "default", "via", f"fd00:{vlan}::1"],
    ):
        subprocess.run(command, check=True, capture_output=True)


@asynccontextmanager
async def limen_reached(router: RealRouter, port: int) -> AsyncIterator[Callable[[bool], None]]:
    """What the router's address of Limen leads to: Limen on loopback, by way of the host in vlan50. What is given says
    whether it answers.
    """
    is_there = True

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not is_there:
            writer.transport.abort()
            return
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_copy(reader, other_writer), _copy(other_reader, writer))

    def answers(value: bool) -> None:
        nonlocal is_there
        is_there = value
        for task in [] if value else list(carrying):
            task.cancel()

    carrying: set[asyncio.Task[None]] = set()

    async def carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        carrying.add(task)
        try:
            await carry(reader, writer)
        except (asyncio.CancelledError, OSError):
            writer.transport.abort()
        finally:
            carrying.discard(task)

    listening = inside(router.hosts[50], lambda: socket.create_server((LIMEN, port)))
    server = await asyncio.start_server(carried, sock=listening)
    try:
        yield answers
    finally:
        answers(False)
        server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
