"""Checks as a healthy device reports them, read; for tests of what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.devices.software_agent import HEALTHY

from limen.devices import observed
from limen.devices.model import Check, CheckState, Posture, Reason

NOW = 1_795_000_000_000


def checks(changes: Mapping[str, Mapping[str, Any] | Reason] | None = None) -> dict[str, Check]:
    """All checks of a healthy device but for `changes`; a reason stands for what could not be found out."""
    found: dict[str, Check] = {}
    for name, told in {**HEALTHY, **(changes or {})}.items():
        if isinstance(told, Reason):
            found[name] = Check(name, CheckState.UNKNOWN, NOW, reason=told)
        else:
            found[name] = Check(name, CheckState.OBSERVED, NOW, observed=observed.read(name, told))
    return found


def reported(
    changes: Mapping[str, Mapping[str, Any] | Reason] | None = None, failing_since: Mapping[str, int] | None = None
) -> Posture:
    return Posture(1, b"d" * 32, "boot", NOW, checks(changes), failing_since or {})
