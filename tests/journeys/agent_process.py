"""The real limen-agent as a process of its own, for journeys.

One path is another than on a laptop: what anti-malware found is noted in a folder of the test's own, so that agents of
other tests on this machine see nothing of it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import IO

_MOVED = """
import sys
from limen_agent import spool
spool.SPOOL = sys.argv.pop(1)  # before whoever takes it from there is imported
from limen_agent.cli.main import main
sys.exit(main())
"""
_AGENT = Path(__file__).parents[2] / "agent" / "src"


class AgentProcess:
    """One device: its state folder, and the service once it runs."""

    def __init__(self, folder: Path) -> None:
        self._spool, self._state = folder / "threats", folder / "state"
        self._spool.mkdir(mode=0o750, parents=True)
        self._running: list[subprocess.Popen[str]] = []

    def begin_to_enrol(self, address: str) -> str:
        """The code that it shows; it waits for somebody to confirm it."""
        process = self._start("enrol", address, "--key", "file")
        for line in _lines(process):
            if found := re.search(r"code: (\S+)", line):
                return found[1]
        raise AssertionError("it showed no code")

    def enrolled(self) -> None:
        """It was confirmed: wait until it says so."""
        process = self._running.pop()
        rest = process.communicate(timeout=60)[0]
        assert process.returncode == 0, rest

    def serve(self) -> None:
        """The service, until it listens to browsers."""
        process = self._start("run", "--user", str(os.getuid()))
        assert any("127.0.0.1:" in line for line in _lines(process)), "no browser may ask it"

    def found(self, name: str) -> None:
        """Anti-malware found something, and notes it as clamd does."""
        self._do("threat", "--name", name)

    def mended(self) -> None:
        self._do("threat", "--clear")

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
            process.wait(10)

    def _do(self, *words: str) -> None:
        process = self._start(*words)
        self._running.remove(process)
        said = process.communicate(timeout=60)[0]
        assert process.returncode == 0, said

    def _start(self, *words: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(_AGENT), "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [sys.executable, "-c", _MOVED, str(self._spool), "--state", str(self._state), *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._running.append(process)
        return process


def _lines(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout
