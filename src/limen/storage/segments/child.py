"""Child processes that do the heavy work on segments, so that its memory never enters the process that serves."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

SEALING_SECONDS: Final = 600
_PYTHON = (sys.executable, "-P", "-m")
"""A file in the folder that Limen was started in is no module."""


class Child:
    """At most one child at a time, which `kill` ends from any thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, module: str, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        command = [*_PYTHON, module, *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=stdin)  # noqa: S603 -- ours
        return self._process

    def answer(self, module: str, *arguments: str, said: bytes | None = None) -> tuple[int, bytes]:
        """What the child's end was, and what it wrote. Raises subprocess.TimeoutExpired; then it is still running."""
        process = self.start(module, *arguments, stdin=subprocess.DEVNULL if said is None else subprocess.PIPE)
        written, _ = process.communicate(said, timeout=SEALING_SECONDS)
        return process.returncode, written

    def kill(self) -> None:
        process = self._process
        if process is not None:
            process.kill()
