"""Looking at everything, or at some of it; whatever goes wrong within a collector is *unknown*, and never a pass."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module

from limen_agent.collectors.check import CHECKS, Check, NotApplicable, UndeterminedError
from limen_agent.collectors.collector import Collector, Collectors
from limen_agent.collectors.machine import Machine
from limen_agent.collectors.memory import Memory
from limen_agent.errors import AgentError

PLACES = {
    "linux": "limen_agent.collectors.linux",
    "darwin": "limen_agent.collectors.macos",
    "win32": "limen_agent.collectors.windows",
}


def collectors(platform: str = sys.platform) -> Collectors:
    """The collectors of a platform, by the id of their check; none where nobody wrote any."""
    place = PLACES.get(platform)
    found: Collectors = import_module(place).COLLECTORS if place else {}
    return found


def look(
    machine: Machine, memory: Memory, ids: Iterable[str] = (), *, by: Collectors | None = None
) -> tuple[Check, ...]:
    """Each check of `ids`, or all of them, in the contract's order. Raises nothing."""
    known, wanted = collectors() if by is None else by, set(ids) or set(CHECKS)
    return tuple(_one(id_, known.get(id_), machine, memory) for id_ in CHECKS if id_ in wanted)


def _one(id_: str, collector: Collector | None, machine: Machine, memory: Memory) -> Check:
    at = int(machine.now())
    if collector is None:
        return Check(id_, "unknown", at, reason="unsupported", evidence="nothing on this system tells")
    try:
        found = collector(machine, memory)
    except UndeterminedError as undetermined:
        return Check(id_, "unknown", at, reason=undetermined.reason, evidence=undetermined.evidence)
    except AgentError as error:
        return Check(id_, "unknown", at, reason="unreadable", evidence=str(error))
    except Exception as error:  # noqa: BLE001 -- a tool printed what nobody foresaw: that is no pass, and no crash
        return Check(id_, "unknown", at, reason="unreadable", evidence=f"not understood ({type(error).__name__})")
    if isinstance(found, NotApplicable):
        return Check(id_, "not_applicable", at, evidence=found.evidence)
    return Check(id_, "observed", at, observed=found.values, evidence=found.evidence)
