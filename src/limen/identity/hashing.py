"""Where passwords are hashed: in a process of the lowest priority, and never beside decisions unless it must be."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Final

from limen.identity.argon2id import hashed_or_verified
from limen.identity.hash_process import read_text, text_frame

PATIENCE_SECONDS: Final = 0.5
"""So long the process may take for one password. On a machine that has no time to spare it is done here instead."""
START_SECONDS: Final = 2.0
"""So long it may take for the first, with starting."""
HERE_FOR_SECONDS: Final = 60.0
"""How long passwords are then hashed here, until a process is tried again."""
PACE_SECONDS: Final = 0.1
"""One password in so many seconds is begun. Hashing it costs decisions nothing, and what follows it does: some ten of
them wait half a millisecond for each sign-in. So people who sign in all at once take their turns.
"""
REST_SECONDS: Final = 60.0
"""A process that had nothing to do for so long ends: most people have passkeys."""
_NICENESS: Final = 10
_COMMAND: Final = (sys.executable, "-P", "-m", "limen.identity.hash_process")
_GIVES_BACK: Final = {"MALLOC_MMAP_THRESHOLD_": "1048576"}
"""Has the GNU C library give the 19 MiB of a hash back to the system at once, instead of keeping them for the next."""


class NotAnsweredError(Exception):
    """The process did not answer: it has ended, or had no time."""


class Hashing:
    """One process, for one thread at a time. It is started when it is first needed."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._ending: list[subprocess.Popen[bytes]] = []
        self._using = threading.Lock()
        self._next_at = 0.0
        self._used_at = 0.0
        self._here_until = 0.0
        self._is_closed = False

    @property
    def pid(self) -> int:
        """The process; 0 where there is none."""
        return self._child.pid if self._child is not None else 0

    def do(self, stored: str, password: str) -> str:
        """`hashed_or_verified`, within a few seconds whatever the machine has to do."""
        with self._using:
            time.sleep(max(0.0, self._next_at - time.monotonic()))
            self._next_at = time.monotonic() + PACE_SECONDS
            try:
                if time.monotonic() >= self._here_until:
                    return self._asked(stored, password)
            except (NotAnsweredError, OSError):
                self._end()
                if not self._is_closed:
                    self._here_until = time.monotonic() + HERE_FOR_SECONDS
            except BaseException:
                self._end()  # it may still write an answer, which would be taken for the next one's
                raise
            finally:
                self._used_at = time.monotonic()
        return _here(stored, password)

    def rest(self) -> None:
        """End the process if it had nothing to do for long. Never waits."""
        if self._using.acquire(blocking=False):
            try:
                self._reap()
                if time.monotonic() - self._used_at >= REST_SECONDS:
                    self._end()
            finally:
                self._using.release()

    def close(self) -> None:
        """End the process, whatever it does; whoever waits for it is served here."""
        self._is_closed = True
        if self._using.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._using.release()
        elif (child := self._child) is not None:
            child.kill()

    # Inside

    def _asked(self, stored: str, password: str) -> str:
        seconds = PATIENCE_SECONDS
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child, seconds = self._started(), START_SECONDS
        child = self._child
        assert child.stdin is not None  # noqa: S101 -- both are pipes
        assert child.stdout is not None  # noqa: S101 -- the same
        child.stdin.write(text_frame(stored) + text_frame(password))
        child.stdin.flush()
        with selectors.DefaultSelector() as answering:
            answering.register(child.stdout, selectors.EVENT_READ)
            if not answering.select(seconds):
                raise NotAnsweredError
        answer = read_text(child.stdout)
        if not answer:
            raise NotAnsweredError
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        """It gets nothing from the server's environment but where Python finds its modules: no secret of Limen's."""
        if self._is_closed:
            raise NotAnsweredError
        environment = {name: value for name in ("PATH", "PYTHONPATH", "LANG") if (value := os.environ.get(name))}
        return subprocess.Popen(  # noqa: S603 -- ours
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment | _GIVES_BACK,
        )

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            with suppress(OSError):  # what was not yet sent is for nobody
                if pipe is not None:
                    pipe.close()
        self._ending.append(child)  # nobody waits for it: to end takes time as well, and it has what is left
        self._reap()

    def _reap(self) -> None:
        self._ending = [child for child in self._ending if child.poll() is None]


def _here(stored: str, password: str) -> str:
    """In this thread, which from now on lets others go first; where threads have no priority, beside them."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
    return hashed_or_verified(stored, password)
