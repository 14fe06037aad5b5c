"""The child process in which passwords are hashed: `python -P -m limen.identity.hash_process`, run by `hashing.py`.

It has the time that nobody else wants, and an interpreter of its own: whoever decides waits neither for a processor
that hashes nor for a lock that a thread of low priority holds. Orders come on standard input, one after the other, and
the answers go to standard output; where the input ends, it ends. It writes nothing else, anywhere.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import IO, Final

from limen import confinement
from limen.identity.argon2id import hashed_or_verified

MEMORY: Final = 512 << 20
LENGTH_BYTES: Final = 2


def main() -> None:
    import argon2  # noqa: F401, PLC0415 -- what it imports is read while it still has its share of the time

    _limit()
    _let_all_others_go_first()
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    while (stored := read_text(orders)) is not None and (password := read_text(orders)) is not None:
        answers.write(text_frame(hashed_or_verified(stored, password)))
        answers.flush()


def text_frame(text: str) -> bytes:
    """A text as it goes over the pipe, behind its length."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(LENGTH_BYTES, "big") + data


def read_text(pipe: IO[bytes]) -> str | None:
    """The next text; None where the other side has ended."""
    size = pipe.read(LENGTH_BYTES)
    data = pipe.read(int.from_bytes(size, "big")) if len(size) == LENGTH_BYTES else b""
    if len(size) < LENGTH_BYTES or len(data) < int.from_bytes(size, "big"):
        return None
    return data.decode("utf-8", "surrogatepass")


def _limit() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells all of us; the server ends its input, and so it
    confinement.limit(memory=MEMORY)


def _let_all_others_go_first() -> None:
    """On Linux only what would be idle else; anywhere the lowest priority there is."""
    with suppress(OSError):
        os.nice(19)
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


if __name__ == "__main__":
    main()
