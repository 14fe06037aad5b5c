"""The process that answers questions for names, and may do nothing else."""

from __future__ import annotations

import ctypes
import json
import os
import pwd
import resource
import select
import socket
from typing import Any

from limen.following.program.clock import boottime
from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall.answers import LONGEST_QUESTION, Share, answered

_SAMPLE = b"\0\0\1\0\0\1\0\0\0\0\0\1\1a\1b\0\0\1\0\1\0\0\x29\2\0\0\0\0\0\0\0"
"""A question for the address of a.b, with EDNS (RFC 6891)."""
_SAMPLE_6 = _SAMPLE.replace(b"b\0\0\1", b"b\0\0\x1c")


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
