"""What past decisions tell of sign-in: how strongly people had proved who they are, what was known of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions about people, counted; programs with tokens are left out, and so is break-glass.

    `permits`: how many requests to each app were let through at each strength (-1: not on record). `known`: how many
    requests of the last 7 days there were to each app, by what of device, place and risk was *not* known.
    """

    permits: Mapping[tuple[str, int], int] = field(default_factory=dict)
    known: Mapping[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    is_whole: bool = True
