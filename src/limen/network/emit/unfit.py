"""What a firewall can't say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unfit:
    """A flow that stays closed, and why."""

    id: str
    why: str
