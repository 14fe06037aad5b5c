"""What anti-malware found and nobody has cleared: one small file each, in a folder that it may write to.

An empty folder means something only where somebody would write to it; where clamd is not told to, it is unknown.
"""

from __future__ import annotations

import re
from typing import Any, Final

from limen_agent.bounded_json import read_object
from limen_agent.collectors.check import Observed, UndeterminedError
from limen_agent.collectors.linux.anti_malware import config_of, socket_of
from limen_agent.collectors.machine import Machine, said_by
from limen_agent.collectors.memory import Memory
from limen_agent.printable import one_line
from limen_agent.spool import SPOOL

_MOST: Final = 20
_MOST_READ: Final = 1000
_LONGEST: Final = 4096
_EVENT: Final = re.compile(r"^\s*VirusEvent\s+(?:\S*/)?limen-agent\s+threat\s*$", re.MULTILINE)


def threats(machine: Machine, memory: Memory) -> Observed:
    del memory
    names = machine.names(SPOOL) if machine.exists(SPOOL) else []
    found = [_read(machine, name) for name in [name for name in names if name.endswith(".json")][:_MOST_READ]]
    active = sorted(found, key=lambda one: (-one["at"], one["name"]))[:_MOST]
    if active:
        shown = said_by(sorted({one["name"] for one in active}))
        return Observed({"active": active}, f"found and not cleared: {shown}")
    if not machine.exists(SPOOL):
        raise UndeterminedError("missing_tool", f"{SPOOL} is not there; no anti-malware reports to this agent")
    config = config_of(machine)
    if not _EVENT.search(config):
        raise UndeterminedError(
            "unsupported", "clamd is not told to report to this agent (VirusEvent limen-agent threat)"
        )
    if machine.ask(socket_of(config), b"zPING\0").rstrip(b"\0\n") != b"PONG":
        raise UndeterminedError("unreadable", "clamd did not answer as it should")
    return Observed({"active": []}, "nothing that was found is left uncleared")


def _read(machine: Machine, name: str) -> dict[str, Any]:
    """One finding. One that can't be read is still one: a file there means that something was found."""
    path = f"{SPOOL}/{name}"
    try:
        written = min(int(machine.modified(path)), int(machine.now()))
        said = read_object(machine.read(path, _LONGEST), deepest=2)
    except (UndeterminedError, ValueError):
        return {"name": "unreadable", "at": 0}
    at, title = said.get("at"), said.get("name")
    known = one_line(title, 120) if isinstance(title, str) else ""
    return {"name": known or "unnamed", "at": at if type(at) is int and 0 < at <= written else written}
