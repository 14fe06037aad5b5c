"""The outside as it really is: this machine, its kernel, its resolver."""

from __future__ import annotations

import ctypes
import os
import socket
import ssl
from contextlib import suppress
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import psutil

from limen.clock import SystemClock
from limen.doctor.environment import Environment, Process
from limen.doctor.in_thread import aside
from limen.ssrf_guard import names_this_machine
from limen.storage.lock_holders import front_holder, journal_holder, write_holder
from limen.storage.space import Room, room_on

_TIMEX_BYTES: Final = 512
"""More than any kernel's `struct timex` takes (adjtimex(2))."""
_STATUS_OFFSET: Final = 5 * ctypes.sizeof(ctypes.c_long)
_UNSYNCHRONISED: Final = 0x0040
_ANYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 -- compared with, not listened on


def this_machine() -> Environment:
    """What the doctor sees with its own eyes."""
    return Environment(
        now=SystemClock().now,
        resolve=resolve,
        own_addresses=own_addresses,
        try_port=try_port,
        holder=holder,
        is_clock_kept=is_clock_kept,
        room=room,
        trust=trust,
        write_holder=lambda file: _process(write_holder(file)),
        journal_holder=lambda folder: _process(journal_holder(folder)),
        front_holder=lambda lock: _process(front_holder(lock)),
        environ=os.environ,
    )


async def resolve(name: str) -> tuple[str, ...]:
    """The addresses that a program on this machine would use for `name`. Raises OSError.

    `localhost` and what ends in `.localhost` is this machine (RFC 6761, section 6.3), whatever its resolver says.
    """
    if names_this_machine(name):
        return ("127.0.0.1",)
    with suppress(ValueError):
        return (str(ip_address(name)),)
    found = await aside(lambda: socket.getaddrinfo(name, None, type=socket.SOCK_STREAM))
    return tuple(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))


def own_addresses() -> frozenset[str]:
    """Every address of this machine, loopback among them."""
    return frozenset(
        one.address.partition("%")[0]
        for addresses in psutil.net_if_addrs().values()
        for one in addresses
        if one.family in {socket.AF_INET, socket.AF_INET6}
    )


def try_port(host: str, port: int) -> None:
    """Take the port as Limen would, and give it back at once; nothing ever listens there. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((host, port))


def holder(host: str, port: int) -> Process | None:
    """Who listens on `host:port`, as far as this user may see."""
    try:
        listening = psutil.net_connections("tcp")
    except psutil.Error:
        return None
    for one in listening:
        if one.status != psutil.CONN_LISTEN or not one.laddr or one.laddr.port != port or not one.pid:
            continue
        if one.laddr.ip in _ANYWHERE or host in _ANYWHERE or one.laddr.ip == host:
            return _process(one.pid)
    return None


def is_clock_kept() -> bool | None:
    """Whether the kernel reports that its clock is synchronised by NTP or the like (adjtimex(2)); only Linux says."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (AttributeError, OSError):
        return None
    looked = ctypes.create_string_buffer(_TIMEX_BYTES)  # modes 0: look, and change nothing
    if adjtimex(looked) < 0:
        return None
    status = ctypes.c_int.from_buffer(looked, _STATUS_OFFSET).value
    return not status & _UNSYNCHRONISED


def room(folder: Path) -> Room:
    """What the disk has on which `folder` lies, or would lie. Raises OSError."""
    here = folder.resolve()
    while not here.exists() and here != here.parent:
        here = here.parent
    return room_on(here)


@cache
def trust(ca_file: str) -> ssl.SSLContext:
    """How Limen verifies a certificate: by this file of authorities, else by the system's. Raises OSError."""
    return ssl.create_default_context(cafile=ca_file or None)


def _process(pid: int | None) -> Process | None:
    if pid is None:
        return None
    try:
        found = psutil.Process(pid)
        return Process(pid, found.name(), found.ppid())
    except psutil.Error:
        return Process(pid)
