"""Which distribution this is (os-release(5))."""

from __future__ import annotations

import re
import shlex

from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.machine import Machine, text

_PLACES = ("/etc/os-release", "/usr/lib/os-release")


def os_release(machine: Machine) -> dict[str, str]:
    """Its variables; `ID` is there. Raises UndeterminedError."""
    path = next((one for one in _PLACES if machine.exists(one)), _PLACES[0])
    found = {}
    for line in text(machine, path, 64 * 1024).splitlines():
        name, is_set, value = line.strip().partition("=")
        if is_set and re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            try:
                found[name] = "".join(shlex.split(value)[:1])
            except ValueError:
                continue
    if not re.fullmatch(r"[a-z0-9._-]{1,40}", found.get("ID", "")):
        raise UndeterminedError("unreadable", f"{path} names no distribution")
    return found


def is_like(release: dict[str, str], *names: str) -> bool:
    """Whether the distribution is one of `names`, or descends from one."""
    return bool({release["ID"], *release.get("ID_LIKE", "").split()} & set(names))
