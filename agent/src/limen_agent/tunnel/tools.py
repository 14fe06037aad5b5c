"""Tools of the system that make tunnels: found in folders that root alone may change, run without a shell, and not for
long.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.tools import TOOLS_IN, find_tool
from limen_agent.errors import AgentError
from limen_agent.printable import one_line

TOOL_S: Final = 10.0
OTHER_FOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "darwin": ("/opt/local/bin", "/opt/homebrew/bin", "/usr/local/bin"),
    "win32": ("C:\\Program Files\\WireGuard",),
}
"""Where WireGuard is on systems that bring none."""
_PACKAGES: Final = {"wg": "wireguard-tools", "ip": "iproute2", "wireguard.exe": "WireGuard for Windows"}


class Run(Protocol):
    """What a tool says. Raises AgentError where it fails. Secrets are given, and never words."""

    def __call__(self, tool: str, *words: str, given: str = "") -> str: ...


def run(tool: str, *words: str, given: str = "") -> str:
    """See Run. Nothing of the caller's surroundings reaches the tool."""
    try:
        done = subprocess.run(  # noqa: S603 -- a tool of the system, checked words
            [tool_path(tool), *words],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=TOOL_S,
            env=environment(),
        )
    except subprocess.TimeoutExpired:
        raise AgentError(f"{tool} took longer than {TOOL_S:.0f} s", "try again") from None
    if done.returncode:
        said = one_line(done.stderr.strip() or done.stdout.strip(), 200)
        raise AgentError(f"{tool} {' '.join(words[:3])}: {said}", "run this as root")
    return done.stdout


def environment() -> dict[str, str]:
    return {"PATH": os.pathsep.join((*TOOLS_IN, *OTHER_FOLDERS.get(sys.platform, ()))), "LC_ALL": "C"}


def tool_path(name: str) -> str:
    """The tool's whole path. Raises AgentError where it is missing, or somebody but root may change it."""
    try:
        return find_tool(name)
    except UndeterminedError:
        pass
    for folder in OTHER_FOLDERS.get(sys.platform, ()):
        path = f"{folder}/{name}"
        if Path(path).is_file():
            check_owned(path)
            return path
    raise AgentError(f"{name} is missing", f"install {_PACKAGES.get(name, name)}")


def check_owned(path: str) -> None:
    """What root runs, nobody else may change: neither the file nor the folder it is in. Raises AgentError."""
    if sys.platform == "win32":
        return  # below `Program Files`, which administrators alone may change
    real = Path(path).resolve()
    for one in (real, real.parent):
        found = one.stat()
        if found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            what = f"{one_line(str(one), 200)} may be changed by others than root, so root runs nothing of it"
            raise AgentError(what, "install it where root alone may write, as MacPorts does")
