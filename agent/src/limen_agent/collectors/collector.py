"""What every collector is: it looks at a machine, remembers what the system does not, and says what it saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from limen_agent.collectors.check import NotApplicable, Observed
from limen_agent.collectors.machine import Machine
from limen_agent.collectors.memory import Memory

Collector = Callable[[Machine, Memory], Observed | NotApplicable]
"""Raises UndeterminedError where it can't tell."""
Collectors = Mapping[str, Collector]
"""Those of a platform, by the id of their check."""
