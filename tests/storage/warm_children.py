"""Children that work on segments, forked from a server that has imported already what they need.

They are processes as those of Limen are, with the same modules, input and output. What they leave out is the second
that each takes to import them, which is what tests of the store spend most of their time on.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from limen.storage.segments.child import SEALING_SECONDS, Child

PROCESSES = multiprocessing.get_context("forkserver")
PRELOADED = ["tests.storage.warm_children", "limen.storage.event_store.seal", "tests.storage.under_flood"]


def use_warm_children(monkeypatch: pytest.MonkeyPatch) -> None:
    PROCESSES.set_forkserver_preload(PRELOADED)
    monkeypatch.setattr(Child, "answer", answer)


def answer(self: Child, module: str, *arguments: str, said: bytes | None = None) -> tuple[int, bytes]:
    """As `Child.answer`."""
    with tempfile.TemporaryDirectory() as folder:
        written = os.path.join(folder, "out")  # noqa: PTH118 -- given to another process
        begun: Any = PROCESSES.Process(target=run, args=(module, arguments, said or b"", written))
        begun.start()
        self._process = begun
        begun.join(SEALING_SECONDS)
        if begun.exitcode is None:
            raise subprocess.TimeoutExpired(module, SEALING_SECONDS)
        output = Path(written)
        return begun.exitcode, output.read_bytes() if output.exists() else b""


def run(module: str, arguments: tuple[str, ...], said: bytes, written: str) -> None:
    """In the child: its `main`, with what it is told as its input and a file as its output."""
    with tempfile.TemporaryFile() as told:
        told.write(said)
        told.seek(0)
        os.dup2(told.fileno(), 0)
    os.dup2(os.open(written, os.O_WRONLY | os.O_CREAT, 0o600), 1)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 -- the child's own
    sys.argv = [module, *arguments]
    main = importlib.import_module(module).main
    sys.exit(main(list(arguments)) if signature(main).parameters else main())
