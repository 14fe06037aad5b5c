"""What is to be looked at and why, gathered from every thread; the loop takes all of it at once."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

Why = Literal["start", "interval", "change", "asked"]
_WEIGHT: Final = ("change", "interval", "start", "asked")
ALL: Final = frozenset({"*"})


@dataclass(slots=True)
class Wish:
    """The strongest reason of all that came together; `checks` are ids, or `*` for all."""

    why: Why
    checks: set[str] = field(default_factory=set)

    @property
    def is_for_all(self) -> bool:
        return "*" in self.checks


class Wishes:
    """Safe to be used by several threads."""

    def __init__(self) -> None:
        self._waiting: Wish | None = None
        self._is_there = threading.Condition()

    def add(self, why: Why, checks: Iterable[str] = ALL) -> None:
        with self._is_there:
            if self._waiting is None:
                self._waiting = Wish(why)
            elif _WEIGHT.index(why) > _WEIGHT.index(self._waiting.why):
                self._waiting.why = why
            self._waiting.checks |= set(checks)
            self._is_there.notify()

    def take(self, wait_s: float) -> Wish | None:
        """All that waits, as one; None where nothing came in that time."""
        with self._is_there:
            if self._waiting is None:
                self._is_there.wait(max(0.0, wait_s))
            taken, self._waiting = self._waiting, None
            return taken
