"""A router with the real nftables and limen-firewall, and a host in each of some zones, in namespaces of their own.

The router is this machine in a mount, a network and a PID namespace (namespaces(7)): its /etc is its own, and what is
loaded or killed there is nobody else's. It reaches Limen by way of the host of one zone, as over a real network. All of
it ends with the process that made it, however that ends.
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
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from limen.errors import LimenError
from limen.following.one_file import one_file

T = TypeVar("T")
R = TypeVar("R", bound="Router")
PROGRAM: Final = "limen.network.firewalls.limen_firewall.main"
AT: Final = "/usr/local/sbin/limen-firewall"
_TRIED: Final = ("unshare", "--net", "nft", "list", "ruleset")
PROGRAMS: Final = ("nft", "ip", "ssh-keygen", "unshare", "nsenter")
_LONGEST_SECONDS: Final = 60.0
_NEW_NETWORK: Final = 0x40000000  # CLONE_NEWNET of setns(2)
_STAYS: Final = "exec cat"
"""What holds a namespace: it ends when whoever holds its standard input is gone."""
_SET_UP: Final = f"""
set -e
mkdir "$1/etc"
for one in passwd group nsswitch.conf protocols services localtime ld.so.cache ld.so.conf ld.so.conf.d alternatives
do test ! -e "/etc/$one" || cp -aL "/etc/$one" "$1/etc/" 2>/dev/null || true; done
mount --bind "$1/etc" /etc
for place in /run /usr/local/sbin; do mount -t tmpfs -o mode=755 tmpfs "$place"; done
printf '127.0.0.1 localhost\\n%s %s\\n' "$2" "$3" > /etc/hosts
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
echo is up
{_STAYS}
"""


def can_be_made() -> str:
    """Why no such router can be made here; "" where one can."""
    if os.geteuid() != 0:
        return "needs root"
    missing = [one for one in PROGRAMS if shutil.which(one) is None]
    if missing:
        return f"{missing[0]} is missing (apt: nftables iproute2 openssh-client)"
    done = subprocess.run(_TRIED, capture_output=True, check=False)  # noqa: S603 -- ours
    return "" if done.returncode == 0 else "no network namespaces with nftables here"


def inside(pid: int, work: Callable[[], T]) -> T:
    """What `work` gives in the network of this process: a socket stays where it was made."""
    found: list[T] = []
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            with Path(f"/proc/{pid}/ns/net").open("rb") as place:
                if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), _NEW_NETWORK):
                    raise OSError(ctypes.get_errno(), "setns")  # noqa: TRY301 -- raised where it was asked for
            found.append(work())
        except BaseException as error:  # noqa: BLE001 -- it is raised where it was asked for
            wrong.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if wrong:
        raise wrong[0]
    return found[0]


@dataclass
class Router:
    """`pid` is its first process; `hosts` the process that holds each zone's host, by the number of its VLAN."""

    folder: Path
    pid: int
    hosts: dict[int, int]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def words(self, *command: str) -> list[str]:
        return ["nsenter", "--target", str(self.pid), "--mount", "--net", "--pid", *command]

    def run(self, *command: str, given: str = "", check: bool = True) -> str:
        """What a command says there, as root. Raises LimenError where it fails and `check` is."""
        done = subprocess.run(  # noqa: S603 -- ours
            self.words(*command), input=given, capture_output=True, check=False, text=True, timeout=_LONGEST_SECONDS
        )
        if done.returncode and check:
            raise LimenError(f"the router's {command[0]} failed: {done.stderr.strip()[:300]}", "restart the demo")
        return done.stdout + done.stderr

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 -- ours
                self.words(*command), stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
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

    def wait_for(self, *command: str, seconds: float = 20.0) -> None:
        """Until a command succeeds there. Raises LimenError where it does not in time."""
        until = time.monotonic() + seconds
        while subprocess.run(self.words(*command), capture_output=True, check=False).returncode:  # noqa: S603 -- ours
            if time.monotonic() > until:
                raise LimenError(f"the router is not ready: {self.said('follow')[-300:]}", "restart the demo")
            time.sleep(0.05)

    def said(self, name: str) -> str:
        log = self.folder / f"{name}.log"
        return log.read_text() if log.exists() else ""

    def connect(self, vlan: int, address: str, port: int, seconds: float = 1.0) -> socket.socket:
        """A connection from that zone's host. Raises OSError where there is none."""
        return inside(self.hosts[vlan], lambda: socket.create_connection((address, port), timeout=seconds))


@contextmanager
def made_router(
    kind: type[R], folder: Path, ends: Mapping[int, int], limen: str, name: str = "limen.harbor.localhost"
) -> Iterator[R]:
    """A router whose leg in each VLAN n has 10.n.0.1 and fd00:n::1, and the host behind it the number that `ends` says.

    `limen` is where the router finds Limen, whose name is `name`. `folder` must not exist yet.
    """
    folder.mkdir(mode=0o700)
    words = ["unshare", "--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child"]
    held = subprocess.Popen(  # noqa: S603 -- ours
        [*words, "--mount-proc", "sh", "-c", _SET_UP, "sh", str(folder), limen, name], **_PIPES
    )
    holders = {vlan: _host() for vlan in ends}
    router: R | None = None
    try:
        if _line_of(held) != b"is up\n":
            raise LimenError("no router can be made on this machine", "mount and network namespaces are needed")
        inner = int(Path(f"/proc/{held.pid}/task/{held.pid}/children").read_text().split()[0])
        router = kind(folder, inner, {vlan: one.pid for vlan, one in holders.items()})
        for vlan, one in holders.items():
            _line_of(one)
            _wire(router, vlan, ends[vlan])
        yield router
    finally:
        for process in (held, *holders.values()):
            process.kill()  # and with the router every process of its namespace
            process.communicate()
        for process in router.running if router is not None else ():
            process.kill()
            process.wait(timeout=20)


_PIPES: Final[Mapping[str, Any]] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}


def _host() -> subprocess.Popen[bytes]:
    words = ["unshare", "--net", "sh", "-c", f"ip link set lo up; echo; {_STAYS}"]
    return subprocess.Popen(words, **_PIPES)  # noqa: S603 -- ours


def _line_of(process: subprocess.Popen[bytes]) -> bytes:
    return process.stdout.readline() if process.stdout is not None else b""


def _wire(router: Router, vlan: int, end: int) -> None:
    """A leg of the router in a zone, as a real one would have on a VLAN, and the host at its end."""
    host = router.hosts[vlan]
    there = ["nsenter", f"--net=/proc/{host}/ns/net", "ip"]
    here = ["nsenter", f"--net=/proc/{router.pid}/ns/net", "ip"]
    for command in (
        [*here, "link", "add", f"vlan{vlan}", "type", "veth", "peer", "name", "eth0", "netns", str(host)],
        [*here, "address", "add", f"10.{vlan}.0.1/24", "dev", f"vlan{vlan}"],
        [*here, "address", "add", f"fd00:{vlan}::1/64", "dev", f"vlan{vlan}", "nodad"],
        [*here, "link", "set", f"vlan{vlan}", "up"],
        [*there, "address", "add", f"10.{vlan}.0.{end}/24", "dev", "eth0"],
        [*there, "address", "add", f"fd00:{vlan}::{end}/64", "dev", "eth0", "nodad"],
        [*there, "link", "set", "eth0", "up"],
        [*there, "route", "add", "default", "via", f"10.{vlan}.0.1"],
        [*there, "route", "add", "default", "via", f"fd00:{vlan}::1"],
    ):
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- ours


@asynccontextmanager
async def limen_reached(router: Router, vlan: int, address: str, port: int) -> AsyncIterator[Callable[[bool], None]]:
    """What the router's address of Limen leads to: Limen on loopback, by way of the host in this VLAN. What is given
    says whether it answers.
    """
    is_there = True
    carrying: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not is_there:
            writer.transport.abort()
            return
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_copy(reader, other_writer), _copy(other_reader, writer))

    def answers(value: bool) -> None:  # noqa: FBT001 -- it is all that it is told
        nonlocal is_there
        is_there = value
        for task in [] if value else list(carrying):
            task.cancel()

    async def carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            carrying.add(task)
        try:
            await carry(reader, writer)
        except (asyncio.CancelledError, OSError):
            writer.transport.abort()
        finally:
            carrying.discard(task)

    listening = inside(router.hosts[vlan], lambda: socket.create_server((address, port)))
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
