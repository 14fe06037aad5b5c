"""How a program is called, calls others, and becomes a service of systemd's."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
import syslog
import urllib.error
from pathlib import Path
from typing import Callable

from limen.following.program.kept import Wrong, write

LONGEST_RUN_SECONDS = 60.0
LONGEST_SHOWN = 300
"""Characters of what is shown of something that may be long."""
SYSTEMD = Path("/run/systemd/system")
_UNKNOWN = 401


def shown(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def run(*words: str, given: str = "") -> str:
    """What a command says. Raises Wrong where it fails or takes too long."""
    try:
        done = subprocess.run(
            words, input=given, capture_output=True, text=True, check=False, timeout=LONGEST_RUN_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Wrong(f"{words[0]} took too long") from None
    if done.returncode:
        raise Wrong(f"{' '.join(words[:2])}: {shown(done.stderr.strip() or done.stdout.strip())}")
    return done.stdout


def prepare(program: str, facility: int, umask: int) -> None:
    """Nothing of the environment that it was called in counts. Raises SystemExit where it is not root's."""
    os.umask(umask)
    os.environ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    os.environ["LC_ALL"] = "C"
    syslog.openlog(program, syslog.LOG_PID, facility)
    if os.geteuid() != 0:
        print(f"{program}: this needs root", file=sys.stderr)
        sys.exit(2)


def attempt(program: str, task: Callable[[], None]) -> int:
    """Do this; what can't be done is said and logged. The exit status."""
    try:
        task()
    except (Wrong, OSError, ValueError, KeyError, subprocess.SubprocessError) as wrong:
        said = _refused(wrong.code) if isinstance(wrong, urllib.error.HTTPError) else str(wrong)
        syslog.syslog(syslog.LOG_ERR, said)
        print(f"{program}: {said}", file=sys.stderr)
        return 1
    return 0


def _refused(code: int) -> str:
    if code != _UNKNOWN:
        return f"Limen answered HTTP {code}"
    return "Limen does not know that token, or what this machine enrolled with. A token works once and for a day"


def one_time_token() -> str:
    """What somebody types, or pipes in."""
    return getpass.getpass("One-time token: ") if sys.stdin.isatty() else sys.stdin.readline().strip()


def install(running: str, program: Path) -> None:
    """Copy the program that runs to its place."""
    if Path(running).resolve() != program:
        write(program, Path(running).read_bytes(), 0o755)


def enable(unit: Path, text: str, *, is_started: bool = True) -> None:
    """Have systemd run this, from each boot on. Without systemd nothing is done."""
    if not SYSTEMD.exists():
        return
    write(unit, text, 0o644)
    subprocess.run(["systemctl", "daemon-reload"], check=True)
    subprocess.run(["systemctl", "enable", "--quiet", unit.name], check=True)
    if is_started:
        subprocess.run(["systemctl", "restart", unit.name], check=True)


def disable(unit: Path) -> None:
    if SYSTEMD.exists():
        subprocess.run(["systemctl", "disable", "--now", "--quiet", unit.name], check=False)
    try:
        unit.unlink()
    except FileNotFoundError:
        pass
