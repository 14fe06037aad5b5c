"""A router of the real kernel in network namespaces, and packets written by hand that go through it or don't.

Three legs, `lan1`, `lan2` and `wan0`; behind each a host that listens to whatever arrives. Nothing answers, so every
packet begins a connection. It takes no part in the machine's own network.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final, TypeVar

from tests.real_parts import absent

from limen.network.packets import Packet
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP

T = TypeVar("T")
LEGS: Final = ("lan1", "lan2", "wan0")
HOSTS: Final = 6
"""Addresses behind each leg that the router knows: 10.<leg>.0.1 and on, fd00:<leg>::1 and on."""
_ETHER: Final = {4: 0x0800, 6: 0x86DD}
_ALL: Final = 0x0003
_CLONE_NEWNET: Final = 0x40000000
_NETLINK_NETFILTER: Final = 12


def address(leg: int, host: int, family: int) -> int:
    text = f"10.{leg + 1}.0.{host + 1}" if family == 4 else f"fd00:{leg + 1}::{host + 1}"
    return int(IPv4Address(text) if family == 4 else IPv6Address(text))


@dataclass
class PacketLab:
    prefix: str
    sockets: dict[str, socket.socket] = field(default_factory=dict)
    macs: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    """Of each leg: the host's, and the router's."""
    sent: int = 0

    @property
    def router(self) -> str:
        return f"{self.prefix}r"

    def run(self, *command: str, said: str = "") -> str:
        """A command in the router."""
        done = subprocess.run(
            ["ip", "netns", "exec", self.router, *command],
            check=False,
            input=said,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}\n{said}"
        return done.stdout

    def arrived(self, packets: Iterable[Packet]) -> list[bool]:
        """Of each packet, whether it came out at the leg that it was meant for; what they carry tells them apart."""
        expected: list[tuple[bytes, str]] = []
        for one in packets:
            self._forget_connections()
            self.sent += 1
            mark = struct.pack("!8sQ", b"limenlab", self.sent)
            mine, theirs = self.macs[one.from_zone]
            self.sockets[one.from_zone].send(theirs + mine + struct.pack("!H", _ETHER[one.family]) + written(one, mark))
            expected.append((mark, one.to_zone))
        time.sleep(0.005)
        seen = {leg: self._seen(leg) for leg in LEGS}
        return [any(mark in frame for frame in seen[leg]) for mark, leg in expected]

    def _forget_connections(self) -> None:
        """So that no packet counts as an answer to one of before (`IPCTNL_MSG_CT_DELETE` of everything)."""
        netlink = self.sockets["netlink"]
        netlink.send(struct.pack("=IHHIIBBH", 20, 0x0102, 0x5, self.sent, 0, 0, 0, 0))
        answer = netlink.recv(4096)
        assert struct.unpack_from("=i", answer, 16) == (0,), answer

    def _seen(self, leg: str) -> list[bytes]:
        """What came in at the host. What it sent itself is seen too, by its own address, and left out."""
        frames: list[bytes] = []
        while True:
            try:
                frame = self.sockets[leg].recv(2048, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return frames
            if frame[6:12] == self.macs[leg][1]:
                frames.append(frame)


@contextmanager
def packet_lab() -> Iterator[PacketLab]:
    """Skipped loudly without the right to make namespaces; under LIMEN_REQUIRE_ALL that fails."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "m")
    lab = PacketLab(f"lk{worker}{os.getpid() % 100_000}")
    try:
        try:
            _build(lab)
        except (OSError, subprocess.CalledProcessError) as error:
            said = f"no network namespaces here: {error}"
            absent(said)
        yield lab
    finally:
        _tear_down(lab)


def _build(lab: PacketLab) -> None:
    if shutil.which("ip") is None or os.geteuid() != 0:
        raise OSError("it needs root and iproute2")
    _ip("netns", "add", lab.router)
    settings = ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.conf.all.rp_filter=0"]
    settings += ["net.ipv4.conf.default.rp_filter=0", "net.ipv4.conf.all.send_redirects=0"]
    settings += ["net.ipv4.conf.default.send_redirects=0", "net.ipv6.conf.default.accept_dad=0"]
    for one in settings:
        name, value = one.split("=")
        _in_namespace(lab.router, lambda n=name, v=value: _set(n, v))
    lab.sockets["netlink"] = _in_namespace(lab.router, _netlink)
    for number, leg in enumerate(LEGS):
        host = f"{lab.prefix}{number}"
        _ip("netns", "add", host)
        _ip("link", "add", leg, "netns", lab.router, "type", "veth", "peer", "name", "eth0", "netns", host)
        _ip("-n", host, "link", "set", "eth0", "up")
        _ip("-n", lab.router, "link", "set", leg, "up")
        lab.sockets[leg] = _in_namespace(host, _listening)
        lab.macs[leg] = (_mac(host, "eth0"), _mac(lab.router, leg))
        mac = lab.macs[leg][0].hex(":")
        batch = [
            f"addr add 10.{number + 1}.255.254/16 dev {leg}",
            f"addr add fd00:{number + 1}::ffff/64 dev {leg} nodad",
        ]
        for family in (4, 6):
            for one in range(HOSTS):
                kind = IPv4Address if family == 4 else IPv6Address
                batch.append(f"neigh add {kind(address(number, one, family))} lladdr {mac} dev {leg} nud permanent")
        subprocess.run(
            ["ip", "-n", lab.router, "-batch", "-"], input="\n".join(batch), text=True, check=True, timeout=30
        )
    time.sleep(0.3)  # until the links are up for IPv6 too


def _tear_down(lab: PacketLab) -> None:
    for one in lab.sockets.values():
        one.close()
    for name in (lab.router, *(f"{lab.prefix}{number}" for number in range(len(LEGS)))):
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True, timeout=30)


def _ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True, timeout=30).stdout


def _mac(namespace: str, interface: str) -> bytes:
    words = _ip("-n", namespace, "-o", "link", "show", interface).split()
    return bytes.fromhex(words[words.index("link/ether") + 1].replace(":", ""))


def _set(name: str, value: str) -> None:
    Path("/proc/sys", *name.split(".")).write_text(value, "utf-8")


def _listening() -> socket.socket:
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
    one.bind(("eth0", _ALL))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    return one


def _netlink() -> socket.socket:
    one = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
    one.settimeout(10)
    return one


def _in_namespace(name: str, what: Callable[[], T]) -> T:
    """Done in a thread of its own, since a thread is in a namespace. A socket stays in the one that it was made in."""
    done: list[T] = []
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            with Path("/run/netns", name).open("rb") as file:
                assert ctypes.CDLL(None, use_errno=True).setns(file.fileno(), _CLONE_NEWNET) == 0
            done.append(what())
        except BaseException as error:  # noqa: BLE001 -- raised again where it was asked for
            wrong.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if wrong:
        raise wrong[0]
    return done[0]


# Packets


def written(packet: Packet, mark: bytes) -> bytes:
    """The packet as it is on the wire (RFC 791, RFC 8200), with all its checksums right: conntrack looks at them."""
    size = 4 if packet.family == 4 else 16
    source, destination = (value.to_bytes(size, "big") for value in (packet.source, packet.destination))
    inside = _inside(packet, mark, source, destination)
    if packet.family == 6:
        return struct.pack("!IHBB", 6 << 28, len(inside), packet.protocol, 64) + source + destination + inside
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(inside), 0, 0, 64, packet.protocol, 0) + source + destination
    return head[:10] + _sum(head) + head[12:] + inside


def _inside(packet: Packet, mark: bytes, source: bytes, destination: bytes) -> bytes:
    ports = packet.source_port, packet.port
    number = int.from_bytes(mark[-2:], "big")
    if packet.protocol == TCP:
        bare, at = struct.pack("!HHIIBBHHH", *ports, 1, 0, 0x50, 0x02, 1024, 0, 0) + mark, 16
    elif packet.protocol == UDP:
        bare, at = struct.pack("!HHHH", *ports, 8 + len(mark), 0) + mark, 6
    elif packet.protocol in {ICMP, ICMPV6}:
        bare, at = struct.pack("!BBHHH", packet.port, 0, 0, number, 1) + mark, 2
    else:
        return struct.pack("!II", number + 256, 1) + mark
    pseudo = b"" if packet.protocol == ICMP else source + destination + struct.pack("!II", len(bare), packet.protocol)
    return bare[:at] + _sum(pseudo + bare) + bare[at + 2 :]


def _sum(data: bytes) -> bytes:
    """The internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)
