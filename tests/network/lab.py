"""A router and the hosts around it, in network namespaces of this machine: a real kernel with real packets.

Each zone is one namespace with two hosts' addresses in both families, joined to the router by one link, whose end at
the router is called as the zone's interface. The internet is a zone of its own. Whatever port is asked, a host answers:
its own nftables lead every TCP and UDP port to one listener, and the kernel answers pings. So whether a connect comes
through is decided by the router alone.

`probe` tries many at once. Names are of this process, and everything goes with `close`.
"""

from __future__ import annotations

import ctypes
import errno
import itertools
import multiprocessing
import os
import select
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final, Self, TypeVar

from tests.network.policies import HOSTS, UPLINK, ZONES, address
from tests.real_parts import absent

from limen.network.model import INTERNET
from limen.network.packets import Packet

_T = TypeVar("_T")
_CLONE_NEWNET: Final = 0x40000000
_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_NUMBERS: Final = itertools.count()
LISTENER: Final = 9
ALL: Final = (*ZONES, (INTERNET, 0))
ECHO: Final = {4: ((8, 0), (13, 14)), 6: ((128, 129),)}
"""Types of ICMP that a host answers, each with the type of its answer."""
_QUIET: Final = """
table inet answers {
  chain in {
    type nat hook prerouting priority -100; policy accept;
    meta l4proto { tcp, udp } redirect to :9
  }
}
"""


def needs_namespaces() -> None:
    """Skips loudly where namespaces can't be made; where all is required it fails."""
    name = f"lm{os.getpid()}n{next(_NUMBERS)}"
    try:
        made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
        rules = ["ip", "netns", "exec", name, "nft", "list", "ruleset"]
        listed = subprocess.run(rules, capture_output=True, text=True, check=False) if not made.returncode else made
        problem = listed.stderr.strip() if listed.returncode else ""
    except FileNotFoundError as missing:
        problem = str(missing)
    else:
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    if problem:
        said = f"needs network namespaces and nftables (CAP_NET_ADMIN): {problem[:200]}"
        absent(said)


@contextmanager
def namespace() -> Iterator[str]:
    """One empty namespace, for rules without packets."""
    name = f"lm{os.getpid()}s{next(_NUMBERS)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


def nft(name: str, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """`nft` in a namespace."""
    command = ["ip", "netns", "exec", name, "nft", *words]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def inside(name: str, does: Callable[[], _T]) -> _T:
    """Does it in a namespace; a socket keeps the one that it was born in."""
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        _enter(there)
        return does()
    finally:
        _enter(here)
        os.close(here)
        os.close(there)


class Lab:
    """`with Lab() as lab: lab.load(text); lab.probe(packets)`."""

    def __init__(self) -> None:
        self._prefix = f"lm{os.getpid()}x{next(_NUMBERS)}"
        self.router = f"{self._prefix}-rt"
        self._answering: multiprocessing.process.BaseProcess | None = None
        self._conntrack: socket.socket | None = None

    def __enter__(self) -> Self:
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._answering:
            self._answering.kill()
            self._answering.join()
        if self._conntrack:
            self._conntrack.close()
        for name in (self.router, *(self.host(zone) for zone, _ in ALL)):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    def host(self, zone: str) -> str:
        """The namespace of a zone's hosts."""
        return f"{self._prefix}-{zone[:4]}"

    def _build(self) -> None:
        names = (self.router, *(self.host(zone) for zone, _ in ALL))
        _batch("", [f"netns add {name}" for name in names])
        for name in names:
            self.inside(name, _takes_addresses_at_once)
        lines = []
        for zone, number in ALL:
            at_router = UPLINK if zone == INTERNET else f"vlan{number}"
            lines.append(f"link add eth0 netns {self.host(zone)} type veth peer name {at_router} netns {self.router}")
        _batch("", lines)
        _batch(self.router, [line for zone, number in ALL for line in _router_leg(zone, number)])
        for zone, _ in ALL:
            _batch(self.host(zone), list(_hosts(zone)))
            loaded = nft(self.host(zone), "-f", "-", text=_QUIET)
            assert not loaded.returncode, loaded.stderr
        self.inside(self.router, _forwards)
        for zone, _ in ALL:
            self.inside(self.host(zone), _answers_at_once)
        self._conntrack = self.inside(
            self.router,
            lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12),  # NETLINK_NETFILTER
        )
        listeners = [one for zone, _ in ALL for one in self.inside(self.host(zone), _listeners)]
        self._answering = multiprocessing.get_context("fork").Process(target=_answer, args=(listeners,), daemon=True)
        self._answering.start()
        for one in listeners:
            one.close()
        self.load("table inet limen\ndelete table inet limen\n", as_json=False)
        everyone = [
            Packet(a, b, family, address(a, family, one), address(b, family, other), 6, 1, 0)
            for a, _ in ALL
            for b, _ in ALL
            for family in (4, 6)
            for one in HOSTS
            for other in HOSTS
        ]
        for _ in range(3):  # the first packets wait until neighbours have found each other
            if all(self.probe([one for one in everyone if one.from_zone != one.to_zone], patience=2)):
                return
        raise RuntimeError("the lab's hosts don't reach each other")

    def inside(self, name: str, does: Callable[[], _T]) -> _T:
        return inside(name, does)

    def load(self, text: str, *, as_json: bool = True) -> None:
        """Puts rules into the router. Connections that were let through before are forgotten."""
        loaded = nft(self.router, *(["-j"] if as_json else []), "-f", "-", text=text)
        assert not loaded.returncode, loaded.stderr[:2_000]
        self.forget()

    def forget(self) -> None:
        """Every connection that the router tracks (IPCTNL_MSG_CT_DELETE without attributes)."""
        assert self._conntrack
        self._conntrack.send(struct.pack("=LHHLLBBH", 20, 1 << 8 | 2, 1 | 4, 1, 0, 0, 0, 0))
        self._conntrack.recv(4_096)

    def listing(self) -> str:
        return nft(self.router, "-j", "list", "ruleset").stdout

    def probe(self, packets: Sequence[Packet], patience: float = 0.15) -> list[bool]:
        """Which come through and are answered; all at once. Nothing heard for `patience` seconds ends it."""
        asked = _Asked(patience)
        by_zone: dict[str, list[int]] = {}
        for number, packet in enumerate(packets):
            by_zone.setdefault(packet.from_zone, []).append(number)
        for zone, numbers in by_zone.items():
            self.inside(self.host(zone), lambda numbers=numbers: [asked.ask(one, packets[one]) for one in numbers])
        answered = asked.answers()
        return [number in answered for number in range(len(packets))]


class _Asked:
    """Connects that are under way."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._waiting: dict[int, tuple[int, Packet, socket.socket]] = {}
        self._poll = select.epoll()
        self._answered: set[int] = set()

    def ask(self, number: int, packet: Packet) -> None:
        family = socket.AF_INET if packet.family == 4 else socket.AF_INET6
        kind = {6: socket.SOCK_STREAM, 17: socket.SOCK_DGRAM}.get(packet.protocol, socket.SOCK_RAW)
        one = socket.socket(family, kind | socket.SOCK_NONBLOCK, packet.protocol)
        source, destination = packet.addresses
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.bind((source, packet.source_port if kind != socket.SOCK_RAW else 0))
        try:
            one.connect((destination, packet.port if kind != socket.SOCK_RAW else 0))
            if kind == socket.SOCK_DGRAM:
                one.send(b"?")
            elif kind == socket.SOCK_RAW:
                one.send(_echo(packet, number))
        except OSError as problem:
            if problem.errno != errno.EINPROGRESS:
                one.close()
                return
        self._poll.register(one, select.EPOLLOUT if kind == socket.SOCK_STREAM else select.EPOLLIN)
        self._waiting[one.fileno()] = number, packet, one

    def answers(self) -> set[int]:
        heard = time.monotonic()
        while self._waiting and time.monotonic() - heard < self._patience:
            for number, _ in self._poll.poll(self._patience / 4):
                if number in self._waiting and self._hear(*self._waiting[number]):
                    heard = time.monotonic()
                    self._waiting.pop(number)[2].close()
        for _, _, one in self._waiting.values():
            one.close()
        self._poll.close()
        return self._answered

    def _hear(self, number: int, packet: Packet, one: socket.socket) -> bool:
        """Whether it is settled, one way or the other."""
        if packet.protocol == 6:
            if not one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._answered.add(number)
            return True
        try:
            said = one.recv(4_096)
        except OSError:
            return True
        if packet.protocol == 17:
            self._answered.add(number)
            return True
        said = said[(said[0] & 15) * 4 :] if packet.family == 4 else said
        answer = dict(ECHO[packet.family])[packet.port]
        if said[0] == answer and said[4:8] == _identity(number):
            self._answered.add(number)
            return True
        return False


def _identity(number: int) -> bytes:
    return struct.pack("!HH", os.getpid() & 0xFFFF, number & 0xFFFF)


def _echo(packet: Packet, number: int) -> bytes:
    """A request of ICMP; for ICMPv6 the kernel fills in the checksum."""
    body = bytes(12) if packet.port == 13 else b""
    whole = struct.pack("!BBH", packet.port, 0, 0) + _identity(number) + body
    if packet.family == 6:
        return whole
    total = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    total = (total >> 16) + (total & 0xFFFF)
    return whole[:2] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + whole[4:]


def _enter(descriptor: int) -> None:
    if _LIBC.setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _batch(name: str, lines: Sequence[str]) -> None:
    command = ["ip", *(["-n", name] if name else []), "-batch", "-"]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr


def _text(zone: str, family: int, host: int) -> str:
    number = address(zone, family, host)
    return str(IPv4Address(number) if family == 4 else IPv6Address(number))


def _router_leg(zone: str, number: int) -> Iterator[str]:
    name = UPLINK if zone == INTERNET else f"vlan{number}"
    yield "link set lo up"
    yield f"addr add {_text(zone, 4, 1)}/24 dev {name}"
    yield f"addr add {_text(zone, 6, 1)}/64 dev {name} nodad"
    yield f"link set {name} up"
    if zone == INTERNET:
        yield f"route add default via {_text(zone, 4, HOSTS[0])}"
        yield f"route add default via {_text(zone, 6, HOSTS[0])}"


def _hosts(zone: str) -> Iterator[str]:
    yield "link set lo up"
    for host in HOSTS:
        yield f"addr add {_text(zone, 4, host)}/24 dev eth0"
        yield f"addr add {_text(zone, 6, host)}/64 dev eth0 nodad"
    yield "link set eth0 up"
    yield f"route add default via {_text(zone, 4, 1)}"
    yield f"route add default via {_text(zone, 6, 1)}"


def _set(path: str, value: int) -> None:
    file = Path("/proc/sys/net", path)
    if file.exists():
        file.write_text(str(value))


def _takes_addresses_at_once() -> None:
    """IPv6 asks first whether somebody has them already (RFC 4862), which takes a second."""
    for name in ("all", "default"):
        _set(f"ipv6/conf/{name}/accept_dad", 0)
        _set(f"ipv6/conf/{name}/dad_transmits", 0)


def _forwards() -> None:
    """It forwards, sends each error as soon as it is due, and forgets what is over."""
    for path in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        _set(path, 1)
    for path in ("ipv4/icmp_ratelimit", "ipv4/icmp_ratemask", "ipv6/icmp/ratelimit", "ipv4/conf/all/send_redirects"):
        _set(path, 0)
    _set("ipv4/icmp_msgs_per_sec", 10_000_000)
    _set("ipv4/icmp_msgs_burst", 10_000_000)
    for interface in Path("/proc/sys/net/ipv4/conf").iterdir():
        _set(f"ipv4/conf/{interface.name}/rp_filter", 0)
    _forgets()


def _answers_at_once() -> None:
    for path in ("ipv4/icmp_ratelimit", "ipv4/icmp_ratemask", "ipv6/icmp/ratelimit"):
        _set(path, 0)
    _forgets()


def _forgets() -> None:
    for state in ("time_wait", "close", "close_wait", "fin_wait", "last_ack"):
        _set(f"netfilter/nf_conntrack_tcp_timeout_{state}", 1)
    for path in ("udp_timeout", "udp_timeout_stream", "icmp_timeout", "icmpv6_timeout"):
        _set(f"netfilter/nf_conntrack_{path}", 1)


def _listeners() -> list[socket.socket]:
    found = []
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        one = socket.socket(socket.AF_INET6, kind | socket.SOCK_NONBLOCK)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("::", LISTENER))
        if kind == socket.SOCK_STREAM:
            one.listen(4_096)
        found.append(one)
    return found


def _answer(listeners: list[socket.socket]) -> None:
    """In a process of its own: takes each connection and ends it, and sends datagrams back."""
    poll = select.epoll()
    by_number = {one.fileno(): one for one in listeners}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    while True:
        for number, _ in poll.poll():
            one = by_number[number]
            try:
                while True:
                    if one.type & socket.SOCK_STREAM:
                        one.accept()[0].close()
                    else:
                        said, whom = one.recvfrom(64)
                        one.sendto(said, whom)
            except OSError:
                continue
