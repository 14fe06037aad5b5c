#!/usr/bin/python3 -I
"""limen-firewall: what makes a router or a server enforce what network.yaml says. One file, Python 3.9 or newer and
nft, ip and ssh-keygen, and nothing else.

    limen-firewall enrol https://limen.harbor.example   the one-time token is typed, or piped in
    limen-firewall status
    limen-firewall undo                                 go back to the rules that were confirmed last
    limen-firewall leave                                undo all of it

The kernel enforces the rules by itself. This program loads them as one transaction, goes back unless the change is
confirmed, puts back what others change of them, closes what is open for a while when its time is over, and tells
Limen which packets were denied. What is in force holds while Limen and this program are away, and ends of what is
open for a while hold as well: the kernel has them. Where tunnels end here and have names, a process beside it answers
DNS, by dnspython.
"""

from __future__ import annotations

import argparse
import ctypes
import difflib
import fcntl
import functools
import getpass
import hashlib
import importlib
import ipaddress
import json
import os
import pwd
import re
import resource
import select
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import syslog
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter, deque
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator

PROGRAM = Path("/usr/local/sbin/limen-firewall")
KEPT = Path("/etc/limen-firewall")
RUN = Path("/run/limen-firewall")
UNIT = Path("/etc/systemd/system/limen-firewall.service")
EARLY = Path("/etc/systemd/system/limen-firewall-restore.service")
NAMESPACE = "limen-firewall-state"
FAMILY, TABLE = "inet", "limen"
OBJECTS = {"table", "chain", "rule", "set", "map", "element", "counter", "limit"}
"""What a ruleset may hold, all of it of this one table."""
STATEMENTS = {
    "match",
    "vmap",
    "counter",
    "log",
    "limit",
    "accept",
    "drop",
    "reject",
    "jump",
    "goto",
    "return",
    "continue",
    "mangle",
    "set",
    "ct count",
}
"""What a rule may do. Nothing that sends a packet elsewhere: no NAT, no queue, no copy."""
MANGLED = {"ct": {"mark"}}
"""What a rule may write: a connection's mark."""
PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "33": "dccp", "58": "ipv6-icmp", "132": "sctp"}
"""What a listing calls them."""
ON_TRIAL = "limen trial"
"""How the prefix begins of what is logged and let through."""
TRIAL_SECONDS = 60.0
LOOK_SECONDS = 1.0
FULL_SECONDS = 600.0
TICK_SECONDS = 0.1
SEND_SECONDS = 1.0
ANSWER_SECONDS = 40.0
NFT_SECONDS = 60.0
ASTRAY_SECONDS = 30.0
MOST_BYTES = 64_000_000
MOST_OBJECTS = 400_000
MOST_OPENINGS = 20_000
MOST_EVENTS = 5_000
MOST_DIFFERENCES = 50
LONGEST_SHOWN = 300
LONGEST_OPENING = 31 * 86_400
MOST_PEERS = 5_000
TUNNELS_LOOK_SECONDS = 5.0
MOST_NAMES = 20_000
MOST_ADDRESSES = 8
"""Of each family, of one name: so many fit into the 512 bytes that every answer fits into (RFC 1035, 2.3.4)."""
LONGEST_QUESTION = 512
LONGEST_TTL = 5
QUESTIONS_A_SECOND, QUESTIONS_AT_ONCE = 20.0, 50
NAMES_SECONDS = 2.0


class Wrong(Exception):
    """What can't be done, and what to do about it."""


# Files


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """All of it or nothing, and never half of it to whoever reads meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".limen.")
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, mode)
    os.replace(name, path)


def read_json(name: str) -> Any:
    try:
        return json.loads((KEPT / name).read_text())
    except FileNotFoundError:
        return {}


@contextmanager
def locked() -> Iterator[None]:
    """One at a time changes what is in force: this program, and what watches over a trial."""
    RUN.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (RUN / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def boottime() -> float:
    """Seconds since the boot, which nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


# Rulesets: what is taken, and what it comes to in the kernel


class Ruleset:
    """The objects of a ruleset in nft's JSON (libnftables-json(5)), in their order. Raises Wrong for anything that is
    not of table `inet limen`: all of it is refused then.
    """

    def __init__(self, text: str) -> None:
        self.digest = hashlib.sha256(text.encode()).hexdigest()
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            raise Wrong("the ruleset is not JSON") from None
        listed = said.get("nftables") if isinstance(said, dict) else None
        if not isinstance(listed, list) or len(listed) > MOST_OBJECTS:
            raise Wrong("the ruleset is no list of nft's, or longer than any")
        mine = {"table": {"family": FAMILY, "name": TABLE}}
        if listed[:3] == [{"add": mine}, {"delete": mine}, {"add": mine}]:
            listed = listed[2:]  # that it takes the place of what was there is said anew for each transaction
        self.objects = [_object(one) for one in listed]
        if [one for one in self.objects if "table" in one] != [mine]:
            raise Wrong(f"the ruleset has to make the table {FAMILY} {TABLE}, once")
        flags = {one["set"]["name"]: one["set"].get("flags", []) for one in self.objects if "set" in one}
        self.noted = {name for name, some in flags.items() if "dynamic" in some}
        """The sets that packets write."""
        self.timed = {name for name, some in flags.items() if "timeout" in some} - self.noted
        """The sets of what is open for a while."""

    def transaction(self, openings: list[dict[str, Any]]) -> str:
        """What puts it in place of what was there, all at once, with what is open for a while."""
        mine = {"table": {"family": FAMILY, "name": TABLE}}
        start = [{"add": mine}, {"delete": mine}]
        return json.dumps({"nftables": [*start, *({"add": one} for one in self.objects), *openings]})


def _object(one: Any) -> dict[str, Any]:
    """One object, as it is added."""
    if isinstance(one, dict) and list(one) == ["add"]:
        one = one["add"]
    if not isinstance(one, dict) or len(one) != 1:
        raise Wrong("the ruleset has something that is no object")
    ((kind, said),) = one.items()
    if kind not in OBJECTS or not isinstance(said, dict):
        raise Wrong(f"the ruleset has a {str(kind)[:40]!r}, which Limen never makes")
    table = said.get("name") if kind == "table" else said.get("table")
    if (said.get("family"), table) != (FAMILY, TABLE):
        raise Wrong(
            f"the ruleset has a {kind} of {str(said.get('family'))[:20]} {str(table)[:40]}, which is not Limen's"
        )
    for statement in said.get("expr", []) if kind == "rule" else ():
        _check_statement(statement)
    return one


def _check_statement(statement: Any) -> None:
    if not isinstance(statement, dict) or len(statement) != 1:
        raise Wrong("a rule has something that is no statement")
    ((kind, said),) = statement.items()
    if kind not in STATEMENTS:
        raise Wrong(f"a rule does {str(kind)[:40]!r}, which Limen never does")
    if kind == "mangle" and not (
        isinstance(said, dict)
        and isinstance(said.get("key"), dict)
        and all(value.get("key") in MANGLED.get(name, ()) for name, value in said["key"].items())
    ):
        raise Wrong("a rule writes what Limen never writes")


def nft(*words: str, given: str = "", inside: tuple[str, ...] = ()) -> str:
    """What nft says. Raises Wrong where it does not take what it is given."""
    try:
        done = subprocess.run(
            [*inside, "nft", *words], input=given, capture_output=True, text=True, check=False, timeout=NFT_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Wrong("nft took too long") from None
    if done.returncode:
        raise Wrong(f"nft: {_shown(done.stderr.strip() or done.stdout.strip())}")
    return done.stdout


def listed(text: str) -> dict[str, Any]:
    """A listing as what can be compared: each chain's rules in their order, and of each other object what it is. What
    counts and what runs out is left out; of sets with timeouts the elements are apart.
    """
    found: dict[str, Any] = {}
    for one in json.loads(text)["nftables"]:
        ((kind, said),) = one.items()
        if kind in {"metainfo", "table"}:
            continue
        said = _still(said)
        if kind == "rule":
            found.setdefault(f"chain {said['chain']}", [{}])
            found[f"chain {said['chain']}"].append({"expr": said.get("expr", []), "comment": said.get("comment", "")})
            continue
        for name in ("family", "table"):
            said.pop(name, None)
        name = f"{kind} {said.pop('name')}"
        if kind == "chain":
            found[name] = [said]
            continue
        elements = [json.dumps(element, sort_keys=True) for element in said.pop("elem", [])]
        found[name] = {**said, "elem": sorted(elements)}
    return found


def _still(said: Any) -> Any:
    """Without what changes by itself."""
    if isinstance(said, list):
        return [_still(one) for one in said]
    if not isinstance(said, dict):
        return said
    if set(said) == {"counter"} and isinstance(said["counter"], dict):
        return {"counter": None}
    return {
        key: _still(value)
        for key, value in said.items()
        if key not in {"handle", "packets", "bytes", "expires", "counter"} or isinstance(value, str)
    }


def intended(ruleset: Ruleset) -> dict[str, Any]:
    """What this ruleset is in the kernel's words: loaded where nobody's packets are, and listed there."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(ruleset.transaction([]))
        file.flush()
        command = f"nft -j -f {file.name} && exec nft -j list table {FAMILY} {TABLE}"
        done = subprocess.run(
            ["unshare", "--net", "sh", "-c", command], capture_output=True, text=True, check=False, timeout=NFT_SECONDS
        )
    if done.returncode:
        raise Wrong(f"nft: {_shown(done.stderr.strip())}")
    return listed(done.stdout)


def live() -> dict[str, Any] | None:
    """What is in force; None: the table is not there."""
    try:
        return listed(nft("-j", "list", "table", FAMILY, TABLE))
    except Wrong as wrong:
        if "No such file" in str(wrong):
            return None
        raise


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def differences(is_now: dict[str, Any] | None, wanted: dict[str, Any], fickle: set[str]) -> list[dict[str, str]]:
    """Each thing in force that is not as it is wanted: where, and what it was and is ("": nothing)."""
    if is_now is None:
        return [{"where": f"table {FAMILY} {TABLE}", "was": "there", "is": ""}]
    found: list[dict[str, str]] = []
    for where in sorted({*is_now, *wanted}):
        before, after = wanted.get(where), is_now.get(where)
        if before is None or after is None:
            found.append({"where": where, "was": _shown(before or ""), "is": _shown(after or "")})
        elif isinstance(before, list):
            found += _changed_lines(where, [_line(one) for one in before], [_line(one) for one in after])
        else:
            kind, _, name = where.partition(" ")
            if {**before, "elem": 0} != {**after, "elem": 0}:
                shown = ({**one, "elem": []} for one in (before, after))
                found.append(dict(zip(("where", "was", "is"), (where, *map(_shown, shown)))))
            if not (kind == "set" and name in fickle):
                was, now = set(before["elem"]), set(after["elem"])
                found += [{"where": where, "was": _shown(one), "is": ""} for one in sorted(was - now)]
                found += [{"where": where, "was": "", "is": _shown(one)} for one in sorted(now - was)]
        if len(found) > MOST_DIFFERENCES:
            break
    return found[:MOST_DIFFERENCES]


def _line(one: Any) -> str:
    return json.dumps(one, sort_keys=True)


def _changed_lines(where: str, before: list[str], after: list[str]) -> Iterator[dict[str, str]]:
    if before == after:
        return
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for kind, low, high, lower, higher in matcher.get_opcodes():
        if kind != "equal":
            for place in range(max(high - low, higher - lower)):
                was = before[low + place] if low + place < high else ""
                now = after[lower + place] if lower + place < higher else ""
                yield {"where": where, "was": _shown(was), "is": _shown(now)}


# Netlink: the generation of the rules, connections, and packets that were denied (nfnetlink(7), linux/netfilter/*.h)

_NFNETLINK = 12
_REQUEST, _ACK, _DUMP = 0x1, 0x4, 0x300
_CONNTRACK, _LOG, _TABLES = 1, 4, 10


class Netlink:
    """A socket to the kernel's netfilter."""

    def __init__(self, groups: tuple[int, ...] = (), timeout: float | None = 5.0) -> None:
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NFNETLINK)
        self.socket.settimeout(timeout)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 8_000_000)  # SO_RCVBUFFORCE
        self.socket.bind((0, 0))
        for group in groups:
            self.socket.setsockopt(270, 1, group)  # SOL_NETLINK, NETLINK_ADD_MEMBERSHIP
        self._number = 0

    def send(self, part: int, kind: int, flags: int, body: bytes, family: int = 0, about: int = 0) -> None:
        self._number += 1
        message = struct.pack("BBH", family, 0, socket.htons(about)) + body
        self.socket.send(
            struct.pack("=IHHII", 16 + len(message), part << 8 | kind, _REQUEST | flags, self._number, 0) + message
        )

    def messages(self) -> Iterator[tuple[int, bytes]]:
        """Of the next read, each message's type and what follows the header of nfnetlink; ends at the end of a dump.
        Raises OSError for an error that the kernel answers.
        """
        data = self.socket.recv(1 << 20)
        while len(data) >= 16:
            size, kind = struct.unpack_from("=IH", data)
            if size < 16:
                return
            if kind == 2:  # NLMSG_ERROR; 0 is an acknowledgement
                (error,) = struct.unpack_from("=i", data, 16)
                if error:
                    raise OSError(-error, os.strerror(-error))
                yield 2, b""
            else:
                yield kind, data[20:size]
            data = data[size + 3 & ~3 :]

    def close(self) -> None:
        self.socket.close()


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def attributes(data: bytes) -> dict[int, bytes]:
    found = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if size < 4:
            break
        found[kind & 0x3FFF] = data[4:size]
        data = data[size + 3 & ~3 :]
    return found


def generation() -> int:
    """How often the rules of this network namespace were changed, by anybody (NFT_MSG_GETGEN)."""
    netlink = Netlink()
    try:
        netlink.send(_TABLES, 16, 0, b"")
        for _, body in netlink.messages():
            return int.from_bytes(attributes(body)[1], "big")
        raise Wrong("the kernel does not say the generation of its rules")
    finally:
        netlink.close()


class Connection:
    """The first packet of a connection, as conntrack has it. `raw` is what names it to the kernel; `answer` is the
    packet that is expected back.
    """

    def __init__(self, raw: bytes, answer: bytes = b"") -> None:
        said = attributes(raw)
        addresses, protocol = attributes(said.get(1, b"")), attributes(said.get(2, b""))
        self.family, self.raw = (4 if 1 in addresses else 6), raw
        first, last = (1, 2) if self.family == 4 else (3, 4)
        self.source = str(ipaddress.ip_address(addresses[first]))
        self.destination = str(ipaddress.ip_address(addresses[last]))
        self.protocol = protocol.get(1, b"\0")[0]
        self.port = int.from_bytes(protocol.get(3, b""), "big")
        if self.protocol in {1, 58}:
            self.port = protocol.get(5 if self.protocol == 1 else 8, b"\0")[0]
        self._answer = answer

    @property
    def reached(self) -> tuple[str, int]:
        """Where it goes once its destination is translated, which is what rules of forwarding see: whence the answer
        comes.
        """
        said = attributes(self._answer)
        addresses, protocol = attributes(said.get(1, b"")), attributes(said.get(2, b""))
        address = addresses.get(1 if self.family == 4 else 3)
        port = protocol.get(2)
        return (
            str(ipaddress.ip_address(address)) if address else self.destination,
            int.from_bytes(port, "big") if port and self.protocol not in {1, 58} else self.port,
        )


def connections(netlink: Netlink) -> Iterator[Connection]:
    """Those that the next read tells of."""
    for kind, body in netlink.messages():
        if kind == 3:  # NLMSG_DONE
            return
        found = attributes(body)
        if kind >> 8 == _CONNTRACK and 1 in found:
            yield Connection(found[1], found.get(2, b""))


def cut(ends: list[dict[str, Any]]) -> int:
    """Forget the connections of openings that have ended, so that their next packet is decided anew; how many."""
    if not ends:
        return 0
    number, netlink = 0, Netlink()
    try:
        netlink.send(_CONNTRACK, 1, _DUMP, b"")  # IPCTNL_MSG_CT_GET
        found: list[Connection] = []
        is_done = False
        while not is_done:
            for kind, body in netlink.messages():
                if kind == 3:
                    is_done = True
                elif kind >> 8 == _CONNTRACK and 1 in attributes(body):
                    found.append(Connection(attributes(body)[1]))
        for one in found:
            if any(_is_of(one, opening) for opening in ends):
                family = socket.AF_INET if one.family == 4 else socket.AF_INET6
                netlink.send(_CONNTRACK, 2, _ACK, attribute(0x8001, one.raw), family)  # IPCTNL_MSG_CT_DELETE
                try:
                    number += sum(kind == 2 for kind, _ in netlink.messages())
                except FileNotFoundError:
                    continue
    finally:
        netlink.close()
    return number


def _is_of(one: Connection, opening: dict[str, Any]) -> bool:
    """Whether this connection is one that the opening let in."""
    source, destination = ipaddress.ip_address(one.source), ipaddress.ip_address(one.destination)
    for address, ends in ((source, opening["source"]), (destination, opening["destination"])):
        first, last = map(ipaddress.ip_address, ends)
        if address.version != first.version or not int(first) <= int(address) <= int(last):
            return False
    return all(
        low <= value <= high
        for value, (low, high) in ((one.protocol, opening["protocol"]), (one.port, opening["port"]))
    )


class Denied:
    """A packet that the rules denied, as NFLOG tells it. Raises Wrong for what is no packet of IP."""

    def __init__(self, body: bytes) -> None:
        said = attributes(body)
        self.came_by, self.goes_by = (_interface(said.get(kind, b"")) for kind in (4, 5))
        self.prefix = said.get(10, b"").rstrip(b"\0").decode("ascii", "replace")[:64]
        packet = said.get(9, b"")
        version = packet[0] >> 4 if packet else 0
        if version == 4 and len(packet) >= 20:
            self.protocol, rest = packet[9], packet[(packet[0] & 15) * 4 :]
            source, destination = packet[12:16], packet[16:20]
            is_first = not int.from_bytes(packet[6:8], "big") & 0x1FFF
        elif version == 6 and len(packet) >= 40:
            self.protocol, rest = packet[6], packet[40:]
            source, destination = packet[8:24], packet[24:40]
            is_first = True
        else:
            raise Wrong("not a packet")
        self.family = version
        self.source, self.destination = str(ipaddress.ip_address(source)), str(ipaddress.ip_address(destination))
        self.port = 0
        if is_first and self.protocol in {6, 17, 33, 132} and len(rest) >= 4:
            self.port = int.from_bytes(rest[2:4], "big")
        elif is_first and self.protocol in {1, 58} and rest:
            self.port = rest[0]


def _interface(number: bytes) -> str:
    try:
        return socket.if_indextoname(int.from_bytes(number, "big")) if number else ""
    except OSError:
        return ""


class Folded:
    """What happened, folded by second: of more than can be told the number is kept."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Any, ...]] = Counter()
        self._lost = 0
        self._lock = threading.Lock()

    def add(self, *what: Any) -> None:
        with self._lock:
            key = (int(time.time()), *what)
            if key in self._counts or len(self._counts) < MOST_EVENTS:
                self._counts[key] += 1
            else:
                self._lost += 1

    def take(self) -> tuple[list[list[Any]], int]:
        with self._lock:
            taken, self._counts = self._counts, Counter()
            lost, self._lost = self._lost, 0
        return [[*key, count] for key, count in taken.items()], lost

    def put_back(self, told: list[list[Any]], lost: int) -> None:
        """It could not be told."""
        with self._lock:
            self._lost += lost
            for *key, count in told:
                if len(self._counts) < MOST_EVENTS:
                    self._counts[tuple(key)] += count
                else:
                    self._lost += count


def read_logged(group: int, denied: Folded, tried: Folded) -> None:
    """For ever: the packets that the rules log to this group of NFLOG (linux/netfilter/nfnetlink_log.h): what they
    deny, and what they would deny were the pair of zones not on trial.
    """
    netlink = Netlink(timeout=None)
    netlink.send(_LOG, 1, _ACK, attribute(1, b"\1"), socket.AF_UNSPEC, group)  # NFULNL_CFG_CMD_BIND
    netlink.send(_LOG, 1, _ACK, attribute(2, struct.pack(">IBB", 128, 2, 0) + b"\0\0"), socket.AF_UNSPEC, group)
    netlink.send(_LOG, 1, _ACK, attribute(4, struct.pack(">I", 10)), socket.AF_UNSPEC, group)  # 0.1 s at most
    while True:
        try:
            for kind, body in netlink.messages():
                if kind == _LOG << 8:
                    one = Denied(body)
                    into = tried if one.prefix.startswith(ON_TRIAL) else denied
                    into.add(one.came_by, one.goes_by, one.source, one.destination, one.protocol, one.port)
        except Wrong:
            continue
        except OSError as wrong:
            if wrong.errno != 105:  # ENOBUFS: more came than could be read
                raise


def read_begun(into: Folded) -> None:
    """For ever: each connection that begins, by conntrack's events (NFNLGRP_CONNTRACK_NEW)."""
    netlink = Netlink((1,), timeout=None)
    while True:
        try:
            for one in connections(netlink):
                destination, port = one.reached
                into.add(one.source, destination, one.protocol, port)
        except KeyError:
            continue
        except OSError as wrong:
            if wrong.errno != 105:
                raise


# Whose way in the rules would cut


class Way:
    """A connection that has to go on working. `is_in`: it comes to this machine. Else it goes from here."""

    def __init__(self, interface: str, here: str, there: str, port: int, *, is_in: bool) -> None:
        self.interface, self.here, self.there, self.port, self.is_in = interface, here, there, port, is_in

    def __str__(self) -> str:
        if self.is_in:
            return f"whoever is here by SSH from {self.there} ({self.interface})"
        return f"the way to Limen at {self.there} ({self.interface})"


def ways(url: str) -> list[Way]:
    """Who is here by SSH now, and how Limen is reached."""
    found: list[Way] = []
    ports = _ports_of_sshd()
    for here, port, there, _, state, _ in _sockets():
        if state == 1 and port in ports:
            interface, _ = _route(there)
            found.append(Way(interface, here, there, port, is_in=True))
    place = urllib.parse.urlsplit(url)
    port = place.port or (443 if place.scheme == "https" else 80)
    try:
        for address in sorted(
            {str(one[4][0]) for one in socket.getaddrinfo(place.hostname, port, type=socket.SOCK_STREAM)}
        ):
            interface, here = _route(address)
            if here:
                found.append(Way(interface, here, address, port, is_in=False))
    except OSError:
        pass  # whether Limen is reached is tried in earnest
    seen = {(one.interface, one.here, one.there, one.port): one for one in found if one.interface not in {"", "lo"}}
    return list(seen.values())[:50]


def _sockets() -> Iterator[tuple[str, int, str, int, int, str]]:
    """Each TCP socket: its address and port here and there, its state, and its inode (proc(5))."""
    for name in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/self/net", name).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            here, there = map(_end, words[1:3])
            yield (*here, *there, int(words[3], 16), words[9])


def _end(text: str) -> tuple[str, int]:
    number, _, port = text.partition(":")
    data = b"".join(bytes.fromhex(number[at : at + 8])[::-1] for at in range(0, len(number), 8))
    address = ipaddress.ip_address(data)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address), int(port, 16)


def _ports_of_sshd() -> set[int]:
    inodes = set()
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() in {"sshd", "dropbear"}:
                inodes |= {
                    os.readlink(one)[8:-1] for one in (comm.parent / "fd").iterdir() if "socket:[" in os.readlink(one)
                }
        except OSError:
            continue
    return {port for _, port, _, _, state, inode in _sockets() if state == 10 and inode in inodes} | {22}


def _route(address: str) -> tuple[str, str]:
    """The interface and the own address by which an address is reached; ("", ""): it is not."""
    done = subprocess.run(["ip", "-j", "route", "get", address], capture_output=True, text=True, check=False)
    try:
        (said,) = json.loads(done.stdout)
        return said["dev"], said.get("prefsrc", "")
    except (ValueError, KeyError):
        return "", ""


def cut_by(ruleset: Ruleset, wanted: list[Way]) -> list[str]:
    """Which of these ways the rules would cut: tried with the rules in a network of its own, which has interfaces of
    the same names and addresses.
    """
    if not wanted:
        return []
    with Rig() as rig:
        for interface in sorted({one.interface for one in wanted}):
            rig.link(interface, [one for one in wanted if one.interface == interface])
        nft("-j", "-f", "-", given=ruleset.transaction([]), inside=rig.inside(rig.here))
        return [str(one) for one in wanted if not rig.reaches(one)]


class Rig:
    """Two networks of their own, with nobody in them: this machine, and whoever is connected to it."""

    def __enter__(self) -> Rig:
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

    def link(self, interface: str, wanted: list[Way]) -> None:
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
        for way in wanted:
            for one, address, other in ((self.here, way.here, way.there), (self.there, way.there, way.here)):
                self._ip(one, "address", "replace", address, "dev", interface, *(["nodad"] if ":" in address else []))
                self._ip(one, "route", "replace", other, "dev", interface, "src", address)

    def reaches(self, way: Way) -> bool:
        """Whether a connection this way comes about."""
        ends = (self.here, way.here), (self.there, way.there)
        (listening, address), (asking, source) = ends if way.is_in else ends[::-1]
        server = subprocess.Popen(
            [*self.inside(listening), sys.executable, "-I", "-c", _LISTEN, address, str(way.port)],
            stdout=subprocess.PIPE,
        )
        try:
            assert server.stdout is not None
            if server.stdout.read(1) != b"!":
                raise Wrong(f"{way} could not be tried")
            words = [*self.inside(asking), sys.executable, "-I", "-c", _CONNECT, address, str(way.port), source]
            return subprocess.run(words, check=False, timeout=20).returncode == 0
        finally:
            server.kill()
            server.wait()

    def _ip(self, one: subprocess.Popen[bytes], *words: str) -> None:
        done = subprocess.run([*self.inside(one), "ip", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Wrong(f"ip {' '.join(words)}: {done.stderr.strip()[:200]}")


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


# What Limen says


class Limen:
    """Where Limen is, and how it is asked."""

    def __init__(self, url: str, authority: str = "", secret: str = "") -> None:
        place = urllib.parse.urlsplit(url)
        is_here = place.hostname in {"127.0.0.1", "::1"} or (place.hostname or "").endswith(".localhost")
        if place.scheme != "https" and not (place.scheme == "http" and is_here):
            raise Wrong("Limen is asked over https")
        self._url, self._secret = url.rstrip("/"), secret
        self.at = 0.0
        """What time it was there at the last answer, in seconds since 1970; 0: it did not say."""
        self._context = ssl.create_default_context(cafile=authority or None)

    def ask(self, path: str, said: dict[str, Any]) -> dict[str, Any] | None:
        """What Limen answers; None where there is nothing new. Raises OSError where it can't be asked."""
        headers = {"content-type": "application/json", "user-agent": "limen-firewall/1"}
        if self._secret:
            headers["authorization"] = f"Bearer {self._secret}"
        request = urllib.request.Request(self._url + path, json.dumps(said).encode(), headers, method="POST")
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=self._context), NoRedirects(), urllib.request.ProxyHandler({})
        )
        with opener.open(request, timeout=ANSWER_SECONDS) as answer:
            body, at = answer.read(MOST_BYTES + 1), answer.headers.get("limen-at", "")
        self.at = int(at) / 1000 if at.isdigit() and len(at) < 15 else 0.0
        if len(body) > MOST_BYTES:
            raise Wrong("Limen's answer is too long")
        return json.loads(body) if body else None


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """The secret goes nowhere else."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


def verify(text: str, signature: str) -> None:
    """Raises Wrong where no key that is known here signed this."""
    with tempfile.NamedTemporaryFile("w", suffix=".sig") as file:
        file.write(signature)
        file.flush()
        command = ["ssh-keygen", "-Y", "verify", "-f", str(KEPT / "signers"), "-I", "limen", "-n", NAMESPACE]
        done = subprocess.run([*command, "-s", file.name], input=text.encode(), capture_output=True, check=False)
    if done.returncode:
        raise Wrong("Limen did not sign this state")


def taken_over(answer: dict[str, Any], *, is_first: bool = False) -> dict[str, Any]:
    """The state, where Limen signed it; its rulesets are kept. Raises Wrong for any other, an older one, or
    another's.
    """
    text = answer["state"]
    if not is_first:
        verify(text, answer["signature"])
    said: dict[str, Any] = json.loads(text)
    about = read_json("config")
    if said["firewall"] != about["firewall"]:
        raise Wrong("this state is another firewall's")
    if said["number"] < about.get("number", 0):
        raise Wrong("this state is older than the one in force")
    if len(said["openings"]) > MOST_OPENINGS:
        raise Wrong("more is open for a while than there may be")
    write(KEPT / "signers", "".join(f'limen namespaces="{NAMESPACE}" {line}\n' for line in said["signers"]))
    wanted = {said["ruleset"], (said["change"] or {}).get("digest", "")} - {""}
    for digest, ruleset in answer.get("rulesets", {}).items():
        if digest in wanted and hashlib.sha256(ruleset.encode()).hexdigest() == digest:
            write(_kept(digest), ruleset)
    missing = [digest for digest in wanted if not _kept(digest).exists()]
    if missing:
        raise Wrong("Limen's answer lacks the ruleset that its state names")
    write(KEPT / "config", json.dumps({**about, "number": said["number"], "at": said["at"]}))
    return said


def _kept(digest: str) -> Path:
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise Wrong("not the digest of a ruleset")
    return KEPT / "rulesets" / digest


# Trials: in force until they are confirmed, and back by themselves


def confirmed() -> Ruleset | None:
    """What a person, or Limen's own check, has confirmed last; None: nothing yet."""
    digest = read_json("confirmed").get("digest", "")
    return Ruleset(_kept(digest).read_text()) if digest else None


def load(ruleset: Ruleset | None, openings: list[dict[str, Any]]) -> None:
    """Put this in force in one transaction; None: nothing of Limen's."""
    mine = {"table": {"family": FAMILY, "name": TABLE}}
    nothing = json.dumps({"nftables": [{"add": mine}, {"delete": mine}]})
    nft("-j", "-f", "-", given=nothing if ruleset is None else ruleset.transaction(openings))


def go_back(why: str, change: str = "") -> bool:
    """Put what was confirmed last in force again, where a trial is on (this one); whether there was one."""
    with locked():
        trial = read_json("trial")
        if not trial or change not in {"", trial["change"]}:
            return False
        load(confirmed(), [])
        syslog.syslog(syslog.LOG_WARNING, f"went back from change {trial['change']}: {why}")
        note(trial["change"], "undone", why)
        (KEPT / "trial").unlink()
    return True


def note(change: str, how: str, why: str = "") -> None:
    """How a change went. It is told to Limen, and not tried again."""
    before = [one for one in read_json("outcomes").get("all", []) if one["id"] != change][-19:]
    write(KEPT / "outcomes", json.dumps({"all": [*before, {"id": change, "is": how, "why": why[:LONGEST_SHOWN]}]}))


def watch() -> None:
    """Beside the program: go back in time although it was killed."""
    trial = read_json("trial")
    while trial and read_json("trial").get("change") == trial["change"]:
        if boottime() >= trial["until"] or boot_id() != trial["boot"]:
            go_back("nobody confirmed it in time", trial["change"])
        time.sleep(TICK_SECONDS)


class Clock:
    """What time it is by Limen, which each answer tells: nobody who turns this machine's clock makes anything last."""

    def __init__(self) -> None:
        self.since_boot: float | None = None

    def hear(self, at: float) -> None:
        self.since_boot = at - boottime()

    def now(self) -> float | None:
        """In seconds since 1970; None before the first answer."""
        return None if self.since_boot is None else boottime() + self.since_boot

    def astray(self) -> float:
        """By how many seconds this machine's clock is ahead of Limen's."""
        now = self.now()
        return 0.0 if now is None else time.time() - now


class Firewall:
    """What is in force here, and what is to be. Two threads use it, one at a time."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.tunnels, self.names = Tunnels(), Names()
        self.lock = threading.RLock()
        self.ruleset: Ruleset | None = None
        self.repairs = True
        self.open: dict[str, dict[str, Any]] = {}
        """What is open for a while, by its id; `ends` is when, since the boot."""
        self.drift: deque[dict[str, Any]] = deque(maxlen=100)
        self._wanted: dict[str, Any] | None = None
        self._beside: list[str] | None = None
        self._generation = -1
        self._full = 0.0
        self._told, self._told_of_tunnels = "", ""

    def begin(self) -> None:
        """What was confirmed last, before anything else: a change that was on trial when this program ended is not
        confirmed.
        """
        go_back("the program ended before it was confirmed")
        ruleset = confirmed()
        with self.lock, locked():
            self._mean(ruleset)
            if ruleset is not None and live() != self._wanted:
                load(ruleset, [])

    def _mean(self, ruleset: Ruleset | None) -> None:
        self.ruleset, self._generation = ruleset, -1
        self._wanted = None if ruleset is None else intended(ruleset)

    # Changes

    def follow(self, said: dict[str, Any], url: str) -> None:
        """Do as a state says. A change that can't be made is noted, with why."""
        self.repairs = bool(said["repair"])
        try:
            self.tunnels.follow(said.get("tunnels"))
            self.names.follow(said.get("tunnels"), self.clock.now())
        except (Wrong, OSError, subprocess.SubprocessError) as wrong:
            syslog.syslog(syslog.LOG_ERR, f"tunnels are not as they are to be: {wrong}")
        self._open_and_close(said["openings"])
        trial, change = read_json("trial"), said["change"]
        known = read_json("confirmed").get("digest", "")
        if trial and trial["digest"] == said["ruleset"] and not change:
            self.confirm()
        elif trial and (not change or change["id"] != trial["change"]):
            self.undo("it was undone")
        if change is None and said["ruleset"] not in {"", known, read_json("confirmed").get("digest", "")}:
            change = {"id": f"again-{said['ruleset'][:20]}", "digest": said["ruleset"], "needs": "reach"}
        tried = {one["id"] for one in read_json("outcomes").get("all", [])}
        if change is not None and change["id"] not in tried:
            try:
                self._try(change, url)
            except (Wrong, OSError, subprocess.SubprocessError) as wrong:
                syslog.syslog(syslog.LOG_ERR, f"refused change {change['id']}: {wrong}")
                note(change["id"], "refused", str(wrong))

    def _try(self, change: dict[str, Any], url: str) -> None:
        """Put a change in force on trial. Raises Wrong where it can't be, and then nothing has changed."""
        ruleset = Ruleset(_kept(change["digest"]).read_text())
        nft("-c", "-j", "-f", "-", given=ruleset.transaction([]))
        wanted = intended(ruleset)
        lost = cut_by(ruleset, ways(url))
        if lost:
            raise Wrong("it would cut " + "; ".join(lost))
        with self.lock, locked():
            until = boottime() + TRIAL_SECONDS
            about = {"change": change["id"], "digest": ruleset.digest, "needs": change["needs"]}
            write(KEPT / "trial", json.dumps({**about, "until": until, "boot": boot_id()}))
            subprocess.Popen(
                [sys.executable, "-I", os.path.abspath(__file__), "watch"],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                load(ruleset, self._elements(ruleset))
            except Wrong:
                (KEPT / "trial").unlink()
                raise
            self.ruleset, self._wanted, self._generation = ruleset, wanted, -1
            note(change["id"], "trial")

    def reached(self) -> None:
        """Limen answered with the rules of now in force."""
        if read_json("trial").get("needs") == "reach":
            self.confirm()

    def confirm(self) -> None:
        """From now on the change on trial is what is gone back to, and what a reboot begins with."""
        with self.lock, locked():
            trial = read_json("trial")
            if trial:
                write(KEPT / "confirmed", json.dumps({"digest": trial["digest"]}))
                (KEPT / "trial").unlink()
                note(trial["change"], "confirmed")
                for path in (KEPT / "rulesets").iterdir():
                    if path.name != trial["digest"]:
                        path.unlink()

    def undo(self, why: str) -> None:
        with self.lock:
            if go_back(why):
                self.went_back()

    def went_back(self) -> None:
        """The kernel has what was confirmed last."""
        with self.lock:
            self._mean(confirmed())
            if self.ruleset is not None and self.open:
                self._transact(self._elements(self.ruleset))

    # What is open for a while

    def _elements(self, ruleset: Ruleset, chosen: Iterable[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        """What opens what is to be open (or of it what is chosen), each at most until its own end. The kernel ends
        it. An element that is there already does not take another end, so it goes and comes in one transaction.
        """
        made = []
        for one in self.open.values() if chosen is None else chosen:
            left = int(one["ends"] - boottime())
            if one["set"] in ruleset.timed and left >= 1:
                made += [*_gone(one), {"add": _element(one, left)}]
        return made

    def _open_and_close(self, said: list[dict[str, Any]]) -> None:
        with self.lock:
            now = self.clock.now()
            if now is None or self.ruleset is None:
                return
            wanted = {}
            for one in said:
                left = min(one["until"] / 1000 - now, LONGEST_OPENING)
                if left >= 1:
                    wanted[one["id"]] = {**one, "ends": boottime() + left}
            ended = [one for id_, one in self.open.items() if id_ not in wanted or not _is_same(one, wanted[id_])]
            begun = [one for id_, one in wanted.items() if id_ not in self.open or not _is_same(one, self.open[id_])]
            self._transact([part for one in ended if one["set"] in self.ruleset.timed for part in _gone(one)])
            cut(ended)
            self.open = wanted
            self._transact(self._elements(self.ruleset, begun))

    def _transact(self, parts: list[dict[str, Any]]) -> None:
        """Change elements, and know whether anybody else changed anything meanwhile."""
        if parts:
            with locked():
                before = generation()
                nft("-j", "-f", "-", given=json.dumps({"nftables": parts}))
                if before == self._generation and generation() == before + 1:
                    self._generation = before + 1
                else:
                    self._generation = -1

    def close_ended(self) -> None:
        """The kernel has ended what was open until now; what it let through ends as well."""
        with self.lock:
            ended = {id_: one for id_, one in self.open.items() if one["ends"] <= boottime()}
            if ended:
                self.open = {id_: one for id_, one in self.open.items() if id_ not in ended}
                cut(list(ended.values()))

    # Drift

    def look(self) -> None:
        """Hold what is in force against what is to be, where anybody changed any rules; tell of it and put it back."""
        with self.lock, locked():
            if self.ruleset is None or self._wanted is None:
                return
            number = generation()
            if number == self._generation and time.monotonic() < self._full:
                return
            self._full = time.monotonic() + FULL_SECONDS
            trial = read_json("trial")
            if trial.get("digest", read_json("confirmed").get("digest")) != self.ruleset.digest:
                self._mean(confirmed())  # what watches over trials went back
                return
            is_now = live()
            found = differences(is_now, self._wanted, self.ruleset.timed | self.ruleset.noted)
            found += self._unknown_openings(is_now or {})
            told = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest() if found else ""
            if told != self._told:
                if found:
                    syslog.syslog(syslog.LOG_WARNING, f"the rules in force are not Limen's: {_shown(found[0])}")
                    self.drift.append({"at": int(time.time()), "found": found, "repaired": self.repairs})
                self._told = told
            self._look_beside()
            if found and self.repairs:
                load(self.ruleset, self._elements(self.ruleset))
                number, self._told = generation(), ""
            self._generation = number

    def look_at_tunnels(self) -> None:
        """Hold the tunnels that end here against what Limen said; tell of what is otherwise, and put it back."""
        found = self.tunnels.look()
        told = json.dumps(found, sort_keys=True) if found else ""
        with self.lock:
            if told != self._told_of_tunnels and found:
                syslog.syslog(syslog.LOG_WARNING, f"tunnels are not Limen's: {_shown(found[0])}")
                self.drift.append({"at": int(time.time()), "found": found, "repaired": self.repairs})
            self._told_of_tunnels = told
        if found and self.repairs:
            self.tunnels.put_back()
            self._told_of_tunnels = ""
        self.names.tend()

    def _unknown_openings(self, is_now: dict[str, Any]) -> list[dict[str, str]]:
        """What is open for a while, and Limen opened it to nobody."""
        if self.clock.now() is None or self.ruleset is None:
            return []
        known = {(one["set"], _plain(one["value"])) for one in self.open.values()}
        found = []
        for name in self.ruleset.timed:
            for text in is_now.get(f"set {name}", {}).get("elem", []):
                element = json.loads(text)
                value = element.get("elem", element).get("val", element) if isinstance(element, dict) else element
                if (name, _plain(value)) not in known:
                    found.append({"where": f"set {name}", "was": "", "is": _shown(text)})
        return found[:MOST_DIFFERENCES]

    def _look_beside(self) -> None:
        """Other tables' hooks: what they let through Limen's still denies, what they deny is denied, and a flow table
        sends packets past every rule.
        """
        beside = []
        for one in json.loads(nft("-j", "-t", "list", "ruleset"))["nftables"]:
            ((kind, said),) = one.items()
            is_hook = kind == "flowtable" or (kind == "chain" and "hook" in said)
            if is_hook and (said.get("family"), said.get("table")) != (FAMILY, TABLE):
                beside.append(
                    f"{kind} {said.get('family')} {said.get('table')} {said.get('name')} at {said.get('hook')}"
                )
        beside = sorted(beside)[:MOST_DIFFERENCES]
        if self._beside is not None and beside != self._beside:
            found = [{"where": one, "was": "", "is": "there"} for one in beside if one not in self._beside]
            found += [{"where": one, "was": "there", "is": ""} for one in self._beside if one not in beside]
            self.drift.append({"at": int(time.time()), "found": found, "repaired": False})
        self._beside = beside


def _element(one: dict[str, Any], timeout: int = 0) -> dict[str, Any]:
    value = one["value"]
    value = {"concat": value} if isinstance(value, list) else value
    about = {"family": FAMILY, "table": TABLE, "name": one["set"]}
    elem = {"elem": {"val": value, "timeout": timeout, "comment": one["id"]}} if timeout else value
    return {"element": {**about, "elem": [elem]}}


def _gone(one: dict[str, Any]) -> list[dict[str, Any]]:
    """What closes it, whether the kernel has ended it by now or not."""
    return [{"add": _element(one)}, {"delete": _element(one)}]


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one[key] == other[key] for key in ("set", "value", "until"))


def _plain(value: Any) -> str:
    if isinstance(value, dict) and "concat" in value:
        value = value["concat"]
    parts = value if isinstance(value, list) else [value]
    named = [one if isinstance(one, dict) else PROTOCOLS.get(str(one), str(one)) for one in parts]
    return json.dumps(named, sort_keys=True)


# Tunnels


class Tunnels:
    """The interface of WireGuard by which devices come that are elsewhere, and its peers: each with a key of its own
    and addresses of its own, so that nobody uses another's (wg(8), allowed-ips). It opens nothing: rules do.

    The private key is made here and stays here.
    """

    def __init__(self) -> None:
        self.key = ""
        """The public one; "" where no tunnels end here."""
        self._said: dict[str, Any] | None = None
        self._lock = threading.RLock()

    def follow(self, said: dict[str, Any] | None) -> None:
        """Have these tunnels, and no others. Raises Wrong."""
        with self._lock:
            self._follow(None if said is None else {name: one for name, one in said.items() if name != "names"})

    def _follow(self, said: dict[str, Any] | None) -> None:
        kept = read_json("tunnels").get("interface", "")
        if kept and (said is None or said["interface"] != kept):
            self.end()
        if said is None:
            return
        if is_interface(kept) and said == self._said:
            return
        about = checked_tunnels(said)
        interface = about["interface"]
        private = self._private()
        if not is_interface(interface):
            self._said = None
            write(KEPT / "tunnels", json.dumps({"interface": interface}))
            make_tunnels(interface)
        elif kept != interface:
            raise Wrong(f"{interface} is there already, and Limen did not make it")
        lines = ["[Interface]", f"PrivateKey = {private}", f"ListenPort = {about['port']}"]
        for peer in about["peers"]:
            lines += ["[Peer]", f"PublicKey = {peer['key']}", f"AllowedIPs = {', '.join(peer['addresses'])}"]
        run("wg", "syncconf", interface, "/dev/stdin", given="\n".join(lines) + "\n")
        if self._said is None or self._said["addresses"] != said["addresses"]:
            run("ip", "address", "flush", "dev", interface)
            for address in about["addresses"]:
                run("ip", "address", "replace", address, "dev", interface, *(["nodad"] if ":" in address else []))
            run("ip", "link", "set", interface, "mtu", "1420", "up")
        self._said, self.key = said, run("wg", "pubkey", given=private + "\n").strip()

    def look(self) -> list[dict[str, str]]:
        """What of them somebody changed here: where, and what it was and is ("": nothing)."""
        with self._lock:
            if self._said is None:
                return []
            interface, was = self._said["interface"], self._meant()
            is_now = _tunnels_now(interface) if is_interface(interface) else {}
            if not is_now:
                return [{"where": f"tunnels {interface}", "was": "there", "is": ""}]
            return [
                {"where": f"tunnels {interface}: {where}", "was": was.get(where, ""), "is": is_now.get(where, "")}
                for where in sorted({*was, *is_now})
                if was.get(where) != is_now.get(where)
            ][:MOST_DIFFERENCES]

    def put_back(self) -> None:
        """Have them as Limen said last. A peer that is otherwise goes first: what it has beside stays by `syncconf`."""
        with self._lock:
            said, self._said = self._said, None
            if said is None:
                return
            interface = said["interface"]
            if is_interface(interface):
                meant = {where: what for where, what in self._meant(said).items() if where.startswith("peer ")}
                for where, what in _tunnels_now(interface).items():
                    if where.startswith("peer ") and meant.get(where) != what:
                        run("wg", "set", interface, "peer", where[5:], "remove")
            self._follow(said)

    def _meant(self, said: dict[str, Any] | None = None) -> dict[str, str]:
        """As `_tunnels_now` has it."""
        said = said or self._said or {}
        own = {"key": self.key, "port": str(said["port"]), "state": "up", "addresses": _sorted(said["addresses"])}
        return {**own, **{f"peer {one['key']}": _sorted(one["addresses"]) for one in said["peers"]}}

    def end(self) -> None:
        """No tunnel ends here any more."""
        interface = read_json("tunnels").get("interface", "")
        if is_interface(interface):
            run("ip", "link", "delete", interface)
        (KEPT / "tunnels").unlink(missing_ok=True)
        self._said, self.key = None, ""

    def _private(self) -> str:
        path = KEPT / "tunnels.key"
        if not path.exists():
            if shutil.which("wg") is None:
                raise Wrong("wg is missing: install wireguard-tools")
            write(path, run("wg", "genkey"))
        return path.read_text().strip()


def checked_tunnels(said: Any) -> dict[str, Any]:
    """Raises Wrong for what is no interface with its peers, each with addresses of its own within the interface's."""
    try:
        about = {name: said[name] for name in ("interface", "port", "addresses", "peers")}
        own = [ipaddress.ip_interface(one) for one in about["addresses"]]
        given = [ipaddress.ip_address(one) for peer in about["peers"] for one in peer["addresses"]]
        keys = [peer["key"] for peer in about["peers"] if peer["addresses"]]
        is_right = (
            re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,14}", about["interface"])
            and type(about["port"]) is int
            and 0 < about["port"] < 65_536
            and all(re.fullmatch(r"[A-Za-z0-9+/]{43}=", key) for key in keys)
            and len(about["peers"]) == len(set(keys)) <= MOST_PEERS
            and len({*given, *(one.ip for one in own)}) == len(given) + len(own)
            and all(any(address in one.network for one in own) for address in given)
        )
    except (KeyError, TypeError, ValueError):
        is_right = False
    if not is_right:
        raise Wrong("these tunnels can't be")
    return about


def _tunnels_now(interface: str) -> dict[str, str]:
    """What the interface has, by what it is: its own key and port, its peers and their addresses (wg(8), `dump`)."""
    own, *peers = [line.split("\t") for line in run("wg", "show", interface, "dump").splitlines()]
    (link,) = json.loads(run("ip", "-j", "address", "show", "dev", interface))
    addresses = [f"{one['local']}/{one['prefixlen']}" for one in link["addr_info"] if one["scope"] != "link"]
    found = {
        "key": own[1],
        "port": own[2],
        "state": "up" if "UP" in link["flags"] else "down",
        "addresses": _sorted(addresses),
    }
    for key, shared, _, allowed, *_ in peers:
        its = _sorted(allowed.split(",") if allowed != "(none)" else [])
        found[f"peer {key}"] = its if shared == "(none)" else f"{its}, and a preshared key"
    return found


def _sorted(addresses: Iterable[str]) -> str:
    return ", ".join(sorted(str(ipaddress.ip_interface(one)) for one in addresses))


def is_interface(name: str) -> bool:
    try:
        return bool(name and socket.if_nametoindex(name))
    except OSError:
        return False


def make_tunnels(interface: str) -> None:
    """By the kernel, and where that can't, by wireguard-go, which goes on running without this program."""
    done = subprocess.run(
        ["ip", "link", "add", interface, "type", "wireguard"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        if shutil.which("wireguard-go") is None:
            raise Wrong("this kernel has no WireGuard: install wireguard-go")
        run("wireguard-go", interface)


# Names


class Names:
    """What devices find by DNS through their tunnels: each the names of what is open to it, and nobody any other.

    They are answered by a process beside this one, which may do nothing else. It ends with this one.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._at: dict[str, Any] | None = None
        self._open: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def follow(self, said: dict[str, Any] | None, now: float | None) -> None:
        """Have these names answered, and no others. `now` is Limen's. Raises Wrong."""
        with self._lock:
            if said is None or "names" not in said or now is None:
                self._end()
                return
            at = {
                "interface": said["interface"],
                "index": socket.if_nametoindex(said["interface"]),
                "addresses": [str(ipaddress.ip_interface(one).ip) for one in said["addresses"]],
            }
            self._open = checked_names(said, boottime() - now)
            if at != self._at or self._process is None or self._process.poll() is not None:
                self._end()
                self._begin(at)
            self._tell()

    def tend(self) -> None:
        """Begin it again where it ended. Raises Wrong."""
        with self._lock:
            if self._at is not None and (self._process is None or self._process.poll() is not None):
                at = self._at
                self._end()
                self._begin(at)
                self._tell()

    def _begin(self, at: dict[str, Any]) -> None:
        self._at = at
        self._process = subprocess.Popen(
            [sys.executable, "-I", os.path.abspath(__file__), "names"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        self._write(at)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._process, self._at = None, None

    def _tell(self) -> None:
        self._write(self._open)

    def _write(self, what: Any) -> None:
        """Within a time: who is stuck is begun again. Raises Wrong."""
        assert self._process is not None
        assert self._process.stdin is not None
        pipe, left, until = self._process.stdin.fileno(), json.dumps(what).encode() + b"\n", time.monotonic()
        until += NAMES_SECONDS
        while left:
            _, is_ready, _ = select.select([], [pipe], [], max(0.0, until - time.monotonic()))
            if not is_ready:
                self._process.kill()
                raise Wrong("names are not answered: what answers them does not listen")
            try:
                left = left[os.write(pipe, left) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise Wrong("names are not answered: what answers them ended") from None


def checked_names(said: dict[str, Any], ahead: float) -> dict[str, dict[str, Any]]:
    """By the address of who asks: each name, its addresses, and when it is over, in seconds since the boot, by which
    this machine is `ahead` of Limen. Raises Wrong for what is no name, or an address that is no host's.
    """
    found: dict[str, dict[str, Any]] = {address: {} for peer in said["peers"] for address in peer["addresses"]}
    if len(said["names"]) > MOST_NAMES:
        raise Wrong("these are more names than there can be")
    for one in said["names"]:
        addresses = [ipaddress.ip_address(address) for address in one["addresses"]]
        is_right = (
            len(one["name"]) <= 253
            and re.fullmatch(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", one["name"])
            and not any(at.is_loopback or at.is_link_local or at.is_multicast or at.is_unspecified for at in addresses)
        )
        if not is_right:
            raise Wrong("these names can't be")
        ends = one["until"] / 1000 + ahead
        for who in one["for"]:
            if who in found:
                before, latest = found[who].get(one["name"], ((), 0.0))
                found[who][one["name"]] = (
                    list({**dict.fromkeys(before), **dict.fromkeys(map(str, addresses))}),
                    max(latest, ends),
                )
    return found


@functools.lru_cache(maxsize=1)
def dnspython() -> Any:
    """It is for those alone who have tunnels with names. Raises Wrong where it is missing."""
    try:
        for part in ("exception", "flags", "message", "rcode", "rdataclass", "rdatatype", "rrset"):
            importlib.import_module(f"dns.{part}")
    except ImportError:
        raise Wrong("names are not answered: install python3-dnspython") from None
    return sys.modules["dns"]


def answered(question: bytes, names: dict[str, Any], now: float) -> bytes | None:
    """What somebody is told who asks this by DNS, and to whom these `names` are open; None: nothing, since it is no
    question, which keeps two that answer from talking to each other.

    What is not open is refused, with the same words whether it is there or not (RFC 1035, 4.1.1, RCODE 5): whoever is
    told that there is no such name would be told so for a while (RFC 2308) although it is opened meanwhile. Answers
    are short, never name anybody else who could be asked, and are gone from a cache soon.
    """
    if not 12 <= len(question) <= LONGEST_QUESTION:
        return None
    _, flags, asked, *others = struct.unpack_from(">6H", question)
    if flags & 0xF800 or asked != 1 or others[:2] != [0, 0] or others[2] > 1:
        return None
    dns = dnspython()
    try:
        query = dns.message.from_wire(question)
        response = dns.message.make_response(query, our_payload=LONGEST_QUESTION)
    except (dns.exception.DNSException, ValueError, IndexError, struct.error):
        return None
    (one,) = query.question
    addresses, ends = names.get(one.name.to_text(omit_final_dot=True).lower(), ((), 0.0))
    left = int(ends - now)
    if left < 1 or one.rdclass != dns.rdataclass.IN or dns.rdatatype.is_metatype(one.rdtype):
        response.set_rcode(dns.rcode.REFUSED)
        return bytes(response.to_wire())
    response.flags |= dns.flags.AA
    family = {dns.rdatatype.A: 4, dns.rdatatype.AAAA: 6}.get(one.rdtype, 0)
    fitting = [each for each in addresses if ipaddress.ip_address(each).version == family][:MOST_ADDRESSES]
    if fitting:
        response.answer.append(
            dns.rrset.from_text_list(one.name, min(LONGEST_TTL, left), one.rdclass, one.rdtype, fitting)
        )
    return bytes(response.to_wire(max_size=LONGEST_QUESTION))


class Share:
    """How many questions each may ask: so many at once, and so many a second from then on."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def keep(self, whose: Iterable[str]) -> None:
        """Only these may ask."""
        self._left = {who: self._left.get(who, (float(QUESTIONS_AT_ONCE), 0.0)) for who in whose}

    def take(self, who: str, now: float) -> bool:
        """Whether who has a share of now has something left of it."""
        if who not in self._left:
            return False
        left, at = self._left[who]
        left = min(QUESTIONS_AT_ONCE, left + (now - at) * QUESTIONS_A_SECOND)
        self._left[who] = (left - 1 if left >= 1 else left, now)
        return left >= 1


def answer_names() -> None:
    """Until the input ends: answer what comes by the tunnels, as the lines of the input say. First of them is where."""
    rest = b""
    while b"\n" not in rest:
        more = os.read(0, 1 << 20)
        if not more:
            return
        rest += more
    first, _, rest = rest.partition(b"\n")
    where = json.loads(first)
    answered(_SAMPLE, {"a.b": (["192.0.2.1"], 9.0)}, 0.0)  # what it takes is there before anything is given up
    answered(_SAMPLE_6, {"a.b": (["2001:db8::1"], 9.0)}, 0.0)
    asked = [_asked_at(where["interface"], address) for address in where["addresses"]]
    give_up_rights()
    names: dict[str, Any] = {}
    share, is_told = Share(), True
    while is_told:
        *whole, rest = rest.split(b"\n")
        if whole:
            names = json.loads(whole[-1])
            share.keep(names)
        is_ready, _, _ = select.select([0, *(one.fileno() for one in asked)], [], [])
        for one in asked:
            if one.fileno() in is_ready:
                _answer_some(one, names, share)
        if 0 in is_ready:
            more = os.read(0, 1 << 20)
            rest, is_told = rest + more, bool(more)


def _answer_some(asked: socket.socket, names: dict[str, Any], share: Share) -> None:
    for _ in range(50):
        try:
            question, (who, *where) = asked.recvfrom(LONGEST_QUESTION + 1)
            now = boottime()
            if share.take(who, now) and (answer := answered(question, names[who], now)):
                asked.sendto(answer, (who, *where))
        except BlockingIOError:
            return
        except OSError:
            continue


def _asked_at(interface: str, address: str) -> socket.socket:
    """Heard by the tunnels alone, whose other ends can't use another's address."""
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    try:
        one.bind((address, 53))
    except OSError as wrong:
        raise Wrong(f"names are not answered: port 53 of {address}: {wrong.strerror}") from None
    one.setblocking(False)
    return one


def give_up_rights() -> None:
    """Nothing but what is open already: nobody's rights, no other program, no file, and little memory."""
    nobody = pwd.getpwnam("nobody")
    for what, most in (
        (resource.RLIMIT_AS, 256 << 20),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(what, (most, most))
    os.setgroups([])
    os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
    os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)
    ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS


_SAMPLE = b"\0\0\1\0\0\1\0\0\0\0\0\1\1a\1b\0\0\1\0\1\0\0\x29\2\0\0\0\0\0\0\0"
"""A question for the address of a.b, with EDNS (RFC 6891)."""
_SAMPLE_6 = _SAMPLE.replace(b"b\0\0\1", b"b\0\0\x1c")


def run(*words: str, given: str = "") -> str:
    """What a command says. Raises Wrong where it fails."""
    done = subprocess.run(words, input=given, capture_output=True, text=True, check=False, timeout=NFT_SECONDS)
    if done.returncode:
        raise Wrong(f"{' '.join(words[:2])}: {_shown(done.stderr.strip())}")
    return done.stdout


# Following


def follow() -> None:
    """Ask Limen, for ever; meanwhile keep what is in force as it is to be."""
    RUN.mkdir(mode=0o700, parents=True, exist_ok=True)
    firewall, denied, tried, begun = Firewall(), Folded(), Folded(), Folded()
    firewall.begin()
    group = int(read_json("config").get("group", 5))
    for work, arguments in (
        (_ask_for_ever, (firewall,)),
        (_tell_for_ever, (firewall, {"denied": denied, "tried": tried, "begun": begun})),
        (_for_ever(read_logged), (group, denied, tried)),
        (_for_ever(read_begun), (begun,)),
    ):
        threading.Thread(target=work, args=arguments, daemon=True).start()
    write(RUN / "ready", str(os.getpid()))
    looks = looks_at_tunnels = 0.0
    while True:
        try:
            trial = read_json("trial")
            if trial and boottime() >= trial["until"]:
                firewall.undo("nobody confirmed it in time")
            firewall.close_ended()
            if time.monotonic() >= looks:
                looks = time.monotonic() + LOOK_SECONDS
                firewall.look()
            if time.monotonic() >= looks_at_tunnels:
                looks_at_tunnels = time.monotonic() + TUNNELS_LOOK_SECONDS
                firewall.look_at_tunnels()
        except (Wrong, OSError, ValueError, KeyError, subprocess.SubprocessError) as wrong:
            syslog.syslog(syslog.LOG_ERR, f"could not keep the rules: {wrong}")
            time.sleep(1.0)
        time.sleep(TICK_SECONDS)


def _for_ever(work: Callable[..., None]) -> Callable[..., None]:
    def run(*arguments: Any) -> None:
        while True:
            try:
                work(*arguments)
            except (OSError, Wrong, KeyError, struct.error) as wrong:
                syslog.syslog(syslog.LOG_ERR, f"{work.__name__} failed: {wrong}")
                time.sleep(5.0)

    return run


def _ask_for_ever(firewall: Firewall) -> None:
    wait = 0.5
    while True:
        try:
            about = read_json("config")
            limen = Limen(about["url"], about["authority"], about["secret"])
            outcomes = read_json("outcomes").get("all", [])
            kept = [path.name for path in (KEPT / "rulesets").glob("*")] if (KEPT / "rulesets").exists() else []
            answer = limen.ask(
                "/network/firewall/state",
                {
                    "after": about.get("number", 0),
                    "in_force": firewall.ruleset.digest if firewall.ruleset is not None else "",
                    "change": outcomes[-1] if outcomes else None,
                    "has": kept[:10],
                    "clock": int(firewall.clock.astray()),
                    **({"tunnel_key": firewall.tunnels.key} if firewall.tunnels.key else {}),
                },
            )
            if limen.at:
                firewall.clock.hear(limen.at)
            firewall.reached()
            if answer is not None:
                firewall.follow(taken_over(answer), about["url"])
            wait = 0.5
        except Exception as wrong:  # noqa: BLE001 -- whatever is wrong, what is in force holds
            syslog.syslog(syslog.LOG_WARNING, f"Limen could not be followed: {wrong}")
            time.sleep(wait)
            wait = min(wait * 2, 15.0)


def _tell_for_ever(firewall: Firewall, folded: dict[str, Folded]) -> None:
    while True:
        time.sleep(SEND_SECONDS)
        taken = {name: one.take() for name, one in folded.items()}
        drift = list(firewall.drift)
        if not drift and not any(events or lost for events, lost in taken.values()):
            continue
        try:
            about = read_json("config")
            limen = Limen(about["url"], about["authority"], about["secret"])
            events = {name: some for name, (some, _) in taken.items()}
            limen.ask("/network/firewall/events", {**events, "drift": drift, "lost": sum(n for _, n in taken.values())})
            for _ in drift:
                firewall.drift.popleft()
        except Exception as wrong:  # noqa: BLE001 -- it is told later
            syslog.syslog(syslog.LOG_WARNING, f"Limen could not be told: {wrong}")
            for name, one in folded.items():
                one.put_back(*taken[name])
            time.sleep(2.0)


# Setting up


def enrol(url: str, authority: str, token: str) -> None:
    for program in ("nft", "ip", "ssh-keygen", "unshare", "nsenter"):
        if shutil.which(program) is None:
            raise Wrong(f"{program} is missing: install nftables, iproute2, openssh-client and util-linux")
    nft("list", "tables")
    answer = Limen(url, authority).ask("/network/firewall/enrol", {"token": token})
    if answer is None:
        raise Wrong("Limen answered nothing")
    said = json.loads(answer["state"])
    about = {"url": url, "authority": authority, "secret": answer["secret"], "firewall": said["firewall"]}
    KEPT.mkdir(mode=0o700, exist_ok=True)
    write(KEPT / "config", json.dumps(about))
    taken_over(answer, is_first=True)
    verify(answer["state"], answer["signature"])
    install()


def install() -> None:
    if Path(__file__).resolve() != PROGRAM:
        write(PROGRAM, Path(__file__).read_text(), 0o755)
    if Path("/run/systemd/system").exists():
        write(UNIT, _UNIT, 0o644)
        write(EARLY, _EARLY, 0o644)
        subprocess.run(["systemctl", "daemon-reload"], check=True)
        subprocess.run(["systemctl", "enable", "--quiet", EARLY.name], check=True)
        subprocess.run(["systemctl", "enable", "--now", "--quiet", UNIT.name], check=True)
        subprocess.run(["systemctl", "restart", UNIT.name], check=True)


_UNIT = f"""[Unit]
Description=Follow Limen: the rules of this firewall
After=network.target

[Service]
ExecStart={PROGRAM} follow
Restart=always
RestartSec=1
KillMode=process

[Install]
WantedBy=multi-user.target
"""
_EARLY = f"""[Unit]
Description=The rules of this firewall that were confirmed last
DefaultDependencies=no
Before=network-pre.target shutdown.target
Wants=network-pre.target
After=local-fs.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={PROGRAM} restore

[Install]
WantedBy=sysinit.target
"""


def restore() -> None:
    """Before the network is up, and without Limen: what was confirmed last."""
    if not go_back("this machine started again before it was confirmed"):
        load(confirmed(), [])


def undo() -> None:
    if not go_back("somebody undid it on this machine"):
        raise Wrong("nothing is on trial")


def leave() -> None:
    for unit in (UNIT, EARLY):
        if Path("/run/systemd/system").exists():
            subprocess.run(["systemctl", "disable", "--now", "--quiet", unit.name], check=False)
        unit.unlink(missing_ok=True)
    with locked():
        Tunnels().end()
        load(None, [])
        shutil.rmtree(KEPT, ignore_errors=True)


def status() -> None:
    about, trial = read_json("config"), read_json("trial")
    if not about:
        raise Wrong("this machine has not enrolled")
    print(f"follows {about['url']}")
    ruleset = confirmed()
    print(f"confirmed: {ruleset.digest[:12] if ruleset is not None else 'nothing yet'}")
    if trial:
        print(f"on trial: {trial['digest'][:12]}, {max(0, int(trial['until'] - boottime()))} s left")
    wanted = Ruleset(_kept(trial["digest"]).read_text()) if trial else ruleset
    if wanted is not None:
        for one in differences(live(), intended(wanted), wanted.timed | wanted.noted):
            print(f"not as it is to be: {one['where']}: was {one['was'] or 'nothing'}, is {one['is'] or 'nothing'}")


def main() -> int:
    parser = argparse.ArgumentParser(prog=PROGRAM.name, description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=("enrol", "status", "undo", "leave", "follow", "restore", "watch", "names"))
    parser.add_argument("url", nargs="?", default="", help="with enrol: where Limen is")
    parser.add_argument("--authority", default="", help="with enrol: the certificates to trust instead of the system's")
    chosen = parser.parse_args()
    os.umask(0o077)
    os.environ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    os.environ["LC_ALL"] = "C"
    syslog.openlog(PROGRAM.name, syslog.LOG_PID, syslog.LOG_DAEMON)
    if os.geteuid() != 0:
        parser.error("this needs root")
    try:
        if chosen.task == "enrol":
            token = sys.stdin.readline().strip() if not sys.stdin.isatty() else getpass.getpass("One-time token: ")
            enrol(chosen.url, os.path.abspath(chosen.authority) if chosen.authority else "", token)
        else:
            tasks = {
                "status": status,
                "undo": undo,
                "leave": leave,
                "follow": follow,
                "restore": restore,
                "watch": watch,
                "names": answer_names,
            }
            tasks[chosen.task]()
    except (Wrong, OSError, ValueError, KeyError, subprocess.SubprocessError) as wrong:
        said = f"HTTP {wrong.code}" if isinstance(wrong, urllib.error.HTTPError) else str(wrong)
        syslog.syslog(syslog.LOG_ERR, said)
        print(f"limen-firewall: {said}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
