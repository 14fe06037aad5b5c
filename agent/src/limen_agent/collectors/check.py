"""What a collector found: a value, as Limen takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from limen_agent.printable import one_line

Reason = Literal["denied", "missing_tool", "no_session", "unreadable", "timed_out", "unsupported"]
State = Literal["observed", "unknown", "not_applicable"]

CHECKS: Final = (
    "os",
    "updates",
    "auto_updates",
    "disk_encryption",
    "screen_lock",
    "firewall",
    "anti_malware",
    "edr",
    "secure_boot",
    "administrators",
    "threats",
)
"""Every check, in the order of the contract."""


@dataclass(frozen=True, slots=True)
class Check:
    """`at` is when it was looked at. `evidence` is for the device's owner and holds nothing of anybody's files."""

    id: str
    state: State
    at: int
    observed: Mapping[str, Any] = field(default_factory=dict)
    reason: Reason | None = None
    evidence: str = ""

    def said(self) -> dict[str, Any]:
        """As it stands in a report."""
        said: dict[str, Any] = {"id": self.id, "state": self.state, "at": self.at}
        if self.state == "observed":
            said["observed"] = dict(self.observed)
        if self.reason is not None:
            said["reason"] = self.reason
        if evidence := one_line(self.evidence):
            said["evidence"] = evidence
        return said

    def differs(self, other: Check | None) -> bool:
        """Whether it says something else than `other` did; when it was looked at does not count."""
        if other is None:
            return True
        return (self.state, self.observed, self.reason) != (other.state, other.observed, other.reason)


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen, in the contract's words."""

    values: Mapping[str, Any]
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The machine has no such thing."""

    evidence: str


class UndeterminedError(Exception):
    """It could not be found out. Whoever is in doubt raises this: unknown never counts as good."""

    def __init__(self, reason: Reason, evidence: str) -> None:
        super().__init__(evidence)
        self.reason: Reason = reason
        self.evidence = evidence
