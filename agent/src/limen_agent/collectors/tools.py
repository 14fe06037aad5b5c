"""Tools of the system: found in its own folders, run without a shell, for so long and no longer."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.machine import Ran, User, plain, undetermined

TOOLS_IN: Final = (
    ("C:\\Windows\\System32\\WindowsPowerShell\\v1.0", "C:\\Windows\\System32")
    if sys.platform == "win32"
    else ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/libexec/ApplicationFirewall")
)
"""Where tools are looked for, whatever the caller's PATH says."""
LONGEST_OUTPUT: Final = 4 * 1024 * 1024
_DYING_S: Final = 1.0


def run_tool(words: Sequence[str], seconds: float, user: User | None, environ: Mapping[str, str]) -> Ran:
    """What a tool says, in English; as `user` where root asks for one. Raises UndeterminedError."""
    tool = find_tool(words[0])
    as_user: dict[str, Any] = {}
    if user is not None and sys.platform != "win32" and os.geteuid() == 0:
        as_user = {"user": user.uid, "group": user.gid, "extra_groups": []}
    plain_world = {
        "PATH": os.pathsep.join(TOOLS_IN),
        "LC_ALL": "C",
        "LANGUAGE": "C",
        "HOME": user.home if user else "/",
    }
    try:
        process = subprocess.Popen(  # noqa: S603 -- a tool of the system, words of this package
            [tool, *words[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env={**plain_world, **environ},
            start_new_session=True,
            **as_user,
        )
    except OSError as error:
        raise undetermined(tool, error) from None
    try:
        out, err = _read_both(process, time.monotonic() + seconds)
        is_whole = max(len(out), len(err)) <= LONGEST_OUTPUT
        code = process.wait(max(0.1, seconds)) if is_whole else 0
    except (TimeoutError, subprocess.TimeoutExpired):
        raise UndeterminedError("timed_out", f"{words[0]} took longer than {seconds:.0f} s") from None
    finally:
        _end(process)
    return printed(words[0], code, out, err)


def find_tool(name: str) -> str:
    """The tool's whole path. Raises UndeterminedError where it is in none of the system's folders."""
    for folder in TOOLS_IN:
        path = f"{folder}/{name}"
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise UndeterminedError("missing_tool", f"{name} is not installed")


def printed(tool: str, code: int, out: bytes, err: bytes) -> Ran:
    """What a tool said, if it said it to its end. Raises UndeterminedError."""
    if max(len(out), len(err)) > LONGEST_OUTPUT:
        raise UndeterminedError("unreadable", f"{tool} printed more than {LONGEST_OUTPUT} bytes")
    if code == 0 and out and not out.endswith(b"\n"):
        raise UndeterminedError("unreadable", f"what {tool} printed is cut off")
    return Ran(code, plain(out, f"what {tool} printed"), plain(err, f"what {tool} printed"))


def _read_both(process: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes]:
    """Both outputs to their ends, or to more than is taken. Raises TimeoutError."""
    out, err = bytearray(), bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout or -1, selectors.EVENT_READ, out)
        waiting.register(process.stderr or -1, selectors.EVENT_READ, err)
        while waiting.get_map():
            left = until - time.monotonic()
            ready = waiting.select(left) if left > 0 else []
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                part = os.read(key.fd, 65536)
                key.data.extend(part)
                if not part:
                    waiting.unregister(key.fileobj)
                if len(key.data) > LONGEST_OUTPUT:
                    return bytes(out), bytes(err)
    return bytes(out), bytes(err)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The tool and whatever it started: nothing goes on running that nobody waits for.

    Until it is waited for, its number is its own, also of one that has ended and left others behind. A tool that runs
    as a person may not be in our power (kill(2), CAP_KILL), and holds nothing up then.
    """
    if process.returncode is None:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_DYING_S)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
