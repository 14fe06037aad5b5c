"""One Linux collector on a recorded machine; whatever it finds has the contract's shape."""

from __future__ import annotations

from agent.tests.collectors.recorded import Recorded, is_well_formed

from limen_agent.collectors.check import Check
from limen_agent.collectors.linux import COLLECTORS
from limen_agent.collectors.looking import look
from limen_agent.collectors.memory import Memory, NoMemory


def see(machine: Recorded, check: str, memory: Memory | None = None) -> Check:
    (found,) = look(machine, memory or NoMemory(), [check], by=COLLECTORS)
    assert is_well_formed(found), found
    return found
