"""Apps that we did not write, each in an environment of its own that is made once and kept in the user's cache."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from tests.interop.fronts import program
from tests.real_parts import absent

LOCKS = Path(__file__).parent / "locks"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "limen-tests"
OWN_HOSTS = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
"""A program that finds names in its own /etc/hosts, which no other process sees."""
SECONDS_TO_START = 120
PATIENCE_MS = 30_000
"""How long an app's own pages, some of them made of megabytes of script, may take on a machine with much else to do."""


def environment(name: str) -> Path:
    """The folder of programs of an environment that holds what `locks/NAME.lock` says, and nothing of Limen's."""
    locked, uv = LOCKS / f"{name}.lock", program("uv")

    def make(place: Path) -> None:
        _call(name, uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(place))
        python = str(place / "bin" / "python")
        install = (uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python)
        _call(name, *install, "--require-hashes", "-r", str(locked))

    return _made_once(name, locked.read_bytes() + sys.version.encode(), make) / "bin"


def node_environment(name: str) -> Path:
    """A folder with the `node_modules` that `locks/NAME/package-lock.json` says. Nothing of them runs to install."""
    npm, written = program("npm"), [LOCKS / name / one for one in ("package.json", "package-lock.json")]

    def make(place: Path) -> None:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for one in written:
            shutil.copy(one, place)
        _call(name, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(place))

    return _made_once(name, b"".join(one.read_bytes() for one in written), make)


def _made_once(name: str, says: bytes, make: Callable[[Path], None]) -> Path:
    """Where what `says` describes is: made where it is not yet (half a minute), by one worker while others wait."""
    place = CACHE / f"{name}-{sha256(says).hexdigest()[:16]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{place.name}.busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            make(place)
            (place / "complete").touch()
    return place


def _call(name: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        absent(f"{name.upper()} COULD NOT BE INSTALLED: it was not tested\n{done.stderr[-2_000:]}")


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
