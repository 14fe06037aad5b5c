"""The process as a program: it ends where its socket does, and says nothing on its own."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

from limen.monitor.process.__main__ import NICENESS
from limen.monitor.supervision import COMMAND


def test_it_ends_with_its_socket() -> None:
    ours, theirs = socket.socketpair()
    with theirs, subprocess.Popen(COMMAND, stdin=theirs.fileno(), stderr=subprocess.PIPE) as process:
        theirs.close()
        fields = Path(f"/proc/{process.pid}/stat")
        ours.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(60) == 0
    assert not fields.exists()
    assert NICENESS > 0


def test_it_does_not_go_on_over_nonsense() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, subprocess.Popen(COMMAND, stdin=theirs.fileno(), stderr=subprocess.DEVNULL) as process:
        ours.sendall(b"\xff" * 64)
        assert process.wait(60) != 0
