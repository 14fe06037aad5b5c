"""Apps that we did not write, each in an environment of its own that is made once and kept in the user's cache."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from tests.interop.fronts import program

LOCKS = Path(__file__).parent / "locks"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "limen-tests"
OWN_HOSTS = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
"""A program that finds names in its own /etc/hosts, which no other process sees."""
SECONDS_TO_START = 120
PATIENCE_MS = 30_000
"""How long an app's own pages, some of them made of megabytes of script, may take on a machine with much else to do."""


def environment(name: str) -> Path:
    """The folder of programs of an environment that holds what `locks/NAME.lock` says, and nothing of Limen's.

    It is made where there is none yet (half a minute), by one worker while others wait.
    """
    locked, uv = LOCKS / f"{name}.lock", program("uv")
    key = sha256(locked.read_bytes() + sys.version.encode()).hexdigest()[:16]
    place = CACHE / f"{name}-{key}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{place.name}.busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            _call(name, uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(place))
            python = str(place / "bin" / "python")
            install = (uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python)
            _call(name, *install, "--require-hashes", "-r", str(locked))
            (place / "complete").touch()
    return place / "bin"


def _call(name: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        absent(f"{name.upper()} COULD NOT BE INSTALLED: it was not tested\n{done.stderr[-2_000:]}")


def absent(said: str) -> None:
    """Skip loudly what is not here; where everything must be, fail."""
    pytest.fail(said) if os.environ.get("LIMEN_REQUIRE_ALL") == "1" else pytest.skip(said)


@contextmanager
def running(
    folder: Path, command: list[str], port: int, names: list[str], environ: Mapping[str, str] | None = None
) -> Iterator[Path]:
    """A program on this port, to which these names are this machine; where it writes its log."""
    if os.geteuid() != 0:
        absent(f"ONLY ROOT CAN GIVE A PROGRAM NAMES OF ITS OWN: {Path(command[0]).name} was not tested")
    hosts, log = folder / "hosts", folder / "log"
    hosts.write_text(f"127.0.0.1 localhost {' '.join(names)}\n")
    alone = ["unshare", "--mount", "sh", "-c", OWN_HOSTS, "-", str(hosts)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*alone, *command], cwd=folder, stdout=out, stderr=out, env={**os.environ, **(environ or {})}
        )
    try:
        _until_open(port, process, log)
        yield log
    finally:
        process.terminate()
        process.wait(20)


def _until_open(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < ends and process.poll() is None:
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"it did not start:\n{log.read_text()[-4_000:]}")
