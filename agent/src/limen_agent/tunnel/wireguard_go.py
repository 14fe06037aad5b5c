"""wireguard-go, which makes a tunnel where the kernel makes none. It ends with this program."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from typing import Final, Protocol

from limen_agent.errors import AgentError
from limen_agent.tunnel.tools import environment, tool_path

BEGINS_S: Final = 10.0
ENDS_S: Final = 10.0
_LOOKS_S: Final = 0.05


class Process(Protocol):
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


def begun(name: str, is_up: Callable[[], bool], **told: str) -> Process:
    """Run it for an interface of this name, a checked one, until `is_up`. `told`: more of its environment.

    Raises AgentError where it is missing or makes no tunnel in time; then it does not run.
    """
    process = subprocess.Popen(  # noqa: S603 -- a tool that root alone may change, a checked name
        [tool_path("wireguard-go"), "-f", name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**environment(), "WG_PROCESS_FOREGROUND": "1", **told},
        start_new_session=True,
    )
    is_begun = False
    try:
        is_begun = _comes_up(process, is_up)
    finally:
        if not is_begun:
            end(process)
    if not is_begun:
        raise AgentError("wireguard-go made no tunnel", "run this as root: sudo limen-agent connect")
    return process


def end(process: Process) -> None:
    """Let it take its interface away, and kill it where it does not."""
    process.terminate()
    try:
        process.wait(ENDS_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _comes_up(process: subprocess.Popen[bytes], is_up: Callable[[], bool]) -> bool:
    until = time.monotonic() + BEGINS_S
    while not is_up():
        if process.poll() is not None or time.monotonic() > until:
            return False
        time.sleep(_LOOKS_S)
    return True
