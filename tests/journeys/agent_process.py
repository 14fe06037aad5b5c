"""The real limen-agent as a process of its own, for journeys.

Three things are others than on a laptop: it sets no names (`without_names`); what anti-malware found is noted in a
folder of the test's own, so that agents of other tests on this machine see nothing of it; and clamd, which this machine
may not have, is `PretendedClamd`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from threading import Thread
from typing import IO

_MOVED = """
import sys
from limen_agent.collectors import tools
tools.TOOLS_IN = (sys.argv.pop(1), *tools.TOOLS_IN)
from limen_agent import spool
spool.SPOOL = sys.argv.pop(1)  # before whoever takes it from there is imported
from importlib import import_module
import_module("limen_agent.collectors.linux.anti_malware").CONFIGS = (sys.argv.pop(1),)
import_module("limen_agent.collectors.this_machine")._verify_peer = lambda *_: None  # whoever runs the test is clamd
from limen_agent.cli.main import main
sys.exit(main())
"""
_AGENT = Path(__file__).parents[2] / "agent" / "src"


class AgentProcess:
    """One device: its state folder, and the service once it runs. `network`: a process in whose network it is; 0: this
    machine's.
    """

    def __init__(self, folder: Path, network: int = 0) -> None:
        self._inside = ["nsenter", f"--net=/proc/{network}/ns/net"] if network else []
        self._spool, self._state = folder / "threats", folder / "state"
        self._spool.mkdir(mode=0o750, parents=True)
        self._clamd = PretendedClamd(folder)
        self._tools = without_names(folder / "tools")
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

    def connect(self, app: str, interface: str) -> subprocess.Popen[str]:
        """A tunnel to what this app leads to, until it is ended."""
        return self._start("connect", app, "--interface", interface)

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
            process.wait(10)
        self._clamd.stop()

    def _do(self, *words: str) -> None:
        process = self._start(*words)
        self._running.remove(process)
        said = process.communicate(timeout=60)[0]
        assert process.returncode == 0, said

    def _start(self, *words: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(_AGENT), "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [
                *self._inside,
                sys.executable,
                "-c",
                _MOVED,
                self._tools,
                str(self._spool),
                str(self._clamd.config),
                "--state",
                str(self._state),
                *words,
            ],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._running.append(process)
        return process


def without_names(folder: Path) -> str:
    """A folder of tools that come before the system's: a resolvectl that refuses, since the real one would tell this
    machine's systemd-resolved of an interface that is in another network.
    """
    folder.mkdir()
    tool = folder / "resolvectl"
    tool.write_text("#!/bin/sh\necho refused >&2; exit 1\n")
    tool.chmod(0o755)
    return str(folder)


class PretendedClamd:
    """No anti-malware: something at clamd's socket that says it is there, and a config by which it tells the agent.

    Without it nothing would be known of threats, which is never healthy on a device that is new.
    """

    def __init__(self, folder: Path) -> None:
        self.config = folder / "clamd.conf"
        self._server = ThreadingUnixStreamServer(str(folder / "clamd.ctl"), _Pong)
        self.config.write_text(f"LocalSocket {folder / 'clamd.ctl'}\nVirusEvent /usr/bin/limen-agent threat\n")
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Pong(StreamRequestHandler):
    def handle(self) -> None:
        self.request.recv(100)
        self.wfile.write(b"PONG\0")


def _lines(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout
