"""The parsing child, forked from a process that has imported everything already: a tenth of a second less each time.

What it does, its limits and how it dies stay those of `limen.company.parser`; that it starts by itself is tried in
`tests/company/test_child.py` and by every command that a test runs. Run as a program, this file is that process.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Lock
from time import monotonic
from types import SimpleNamespace
from typing import Any

END = b"\x00"
WARMED_BY = {"a.cedar": '@id("a") permit (principal, action, resource);', "a.yaml": "- a: 1\n", "a.toml": "a = 1\n"}


class WarmParser:
    """Stands for the module `subprocess` in `limen.company.child`. `seconds`: the processor time of all children."""

    PIPE, DEVNULL, TimeoutExpired = subprocess.PIPE, subprocess.DEVNULL, subprocess.TimeoutExpired

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="warm")
        self._door = str(Path(self._folder.name) / "door")
        self._server: subprocess.Popen[bytes] | None = None
        self._starting = Lock()
        self.seconds = 0.0

    def run(self, command: list[str], *, input: bytes, timeout: float, **_: Any) -> Any:  # noqa: A002 -- as subprocess has it
        ends_at, output = monotonic() + timeout, b""
        self._start()
        with socket.socket(socket.AF_UNIX) as asked:
            try:
                asked.settimeout(timeout)
                asked.connect(self._door)
                with contextlib.suppress(ConnectionError):  # it died before it had read everything
                    asked.sendall(input)
                    asked.shutdown(socket.SHUT_WR)
                while END not in output:
                    asked.settimeout(max(ends_at - monotonic(), 0.001))
                    output += asked.recv(1 << 20) or END + b"0"
            except TimeoutError:
                raise subprocess.TimeoutExpired(command, timeout, output=output) from None
        output, _, seconds = output.partition(END)
        self.seconds += float(seconds)
        return SimpleNamespace(stdout=output)

    def close(self) -> None:
        if self._server is not None:
            self._server.communicate()
        self._folder.cleanup()

    def _start(self) -> None:
        """Once, whichever thread is the first to parse."""
        with self._starting:
            if self._server is None:
                words = [sys.executable, "-P", __file__, self._door]
                self._server = subprocess.Popen(
                    words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
                assert self._server.stdout is not None
                assert self._server.stdout.readline() == b"open\n"


def main(door: str) -> None:
    """Answer until whoever started this is gone."""
    from limen.company import child, parser

    with contextlib.redirect_stdout(io.StringIO()):
        reading = parser._Reading(child.schema_text(), set(), set())
        for name, text in WARMED_BY.items():
            reading.read(name, text, "")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(door)
        listening.listen()
        os.write(1, b"open\n")
        while 0 not in select.select([listening, 0], [], [])[0]:
            asked, _ = listening.accept()
            with asked:
                answer(asked, parser.main)


def answer(asked: socket.socket, parse: Any) -> None:
    forked = os.fork()
    if not forked:
        os.dup2(asked.fileno(), 0)
        os.dup2(asked.fileno(), 1)
        os.closerange(3, 32)
        parse()
        os._exit(0)
    used = os.wait4(forked, 0)[2]
    with contextlib.suppress(OSError):
        asked.sendall(END + str(used.ru_utime + used.ru_stime).encode())


if __name__ == "__main__":
    main(sys.argv[1])
