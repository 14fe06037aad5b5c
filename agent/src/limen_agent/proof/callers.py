"""Whose socket is at the other end of a loopback connection, and who may ask for a proof."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.errors import AgentError

_TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")
_ESTABLISHED: Final = "01"


def uid_of(peer: tuple[str, int], own: tuple[str, int]) -> int | None:
    """The user whose socket goes from `peer` to `own`; None where the kernel knows of none (proc_net_tcp)."""
    for line in _lines():
        words = line.split()
        if len(words) > 7 and words[3] == _ESTABLISHED and words[1] in _forms(peer) and words[2] in _forms(own):
            return int(words[7])
    return None


def _forms(address: tuple[str, int]) -> set[str]:
    """An IPv4 address and port as the kernel prints them; of a socket for IPv6, the address is mapped (RFC 4291)."""
    word = bytes(int(part) for part in address[0].split("."))
    shown = f"{int.from_bytes(word, sys.byteorder):08X}"
    mapped = f"{0:016X}{int.from_bytes(bytes((0, 0, 255, 255)), sys.byteorder):08X}{shown}"
    return {f"{shown}:{address[1]:04X}", f"{mapped}:{address[1]:04X}"}


def _lines() -> Iterator[str]:
    for table in _TABLES:
        try:
            yield from Path(table).read_text().splitlines()[1:]
        except OSError:
            continue


def allowed(users: tuple[str, ...]) -> frozenset[int]:
    """User ids that may ask: those of `--user`; without any, every person with a session now. Raises AgentError."""
    if not users:
        return frozenset(user.uid for user in ThisMachine().people()) | own_person()
    try:
        return frozenset(int(user) if user.isdigit() else pwd.getpwnam(user).pw_uid for user in users)
    except KeyError:
        raise AgentError(f"there is no user {' or '.join(users)}", "name another with --user") from None


def own_person() -> frozenset[int]:
    """An agent that an ordinary user runs answers that user."""
    return frozenset({os.geteuid()} - {0})
