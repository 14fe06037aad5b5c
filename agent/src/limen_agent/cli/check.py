"""`limen-agent check`: look and print, nothing else. It needs no enrolment."""

from __future__ import annotations

import json

from limen_agent.collectors.check import CHECKS
from limen_agent.collectors.looking import look
from limen_agent.collectors.memory import NoMemory
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.errors import AgentError
from limen_agent.state.folder import StateFolder


def check(folder: StateFolder, ids: list[str], *, is_json: bool) -> int:
    del folder
    if wrong := [one for one in ids if one not in CHECKS]:
        raise AgentError(f"there is no check {wrong[0]}", f"these are: {', '.join(CHECKS)}")
    seen = look(ThisMachine(), NoMemory(), ids)
    if is_json:
        print(json.dumps([one.said() for one in seen], indent=1))  # in ASCII: a name can steer no terminal
        return 0
    for one in seen:
        print(f"{one.id:<16} {one.state.replace('_', ' '):<15} {one.said().get('evidence', '')}")
    return 0
