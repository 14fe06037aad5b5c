"""What is remembered between two looks: since when an update waits, and what a costly tool said of files that are the
same as then.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final, Protocol, TypeVar

from limen_agent.state.folder import NotThereError, StateFolder

T = TypeVar("T")

NAME: Final = "seen-updates.json"
_MOST: Final = 5000


class Memory(Protocol):
    def first_seen(self, names: Iterable[str], now: int) -> int | None:
        """When the one of `names` that waits longest was first seen; None for no names. Forgets all others."""
        ...

    def same(self, what: str, rests_on: Hashable, look: Callable[[], T]) -> T:
        """What `look` tells of `what`: what it told before where it rests on the same."""
        ...


class NoMemory:
    """Of an agent that is not enrolled: everything is seen for the first time."""

    def first_seen(self, names: Iterable[str], now: int) -> int | None:
        return now if tuple(names) else None

    def same(self, what: str, rests_on: Hashable, look: Callable[[], T]) -> T:
        del what, rests_on
        return look()


class KeptMemory:
    """In the state folder. What is pending is known by its package, so a newer version does not wait anew. What tools
    said is forgotten when the service ends.
    """

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder
        self._said: dict[str, tuple[Hashable, Any]] = {}

    def same(self, what: str, rests_on: Hashable, look: Callable[[], T]) -> T:
        before = self._said.get(what)
        if before is None or before[0] != rests_on:
            self._said.pop(what, None)
            before = self._said[what] = rests_on, look()
        found: T = before[1]
        return found

    def first_seen(self, names: Iterable[str], now: int) -> int | None:
        before = self._read()
        seen = {name: min(before.get(name, now), now) for name in sorted(set(names))[:_MOST]}
        if seen != before:
            self._folder.write_json(NAME, seen)
        return min(seen.values(), default=None)

    def _read(self) -> dict[str, int]:
        """Raises AgentError where it is damaged: what is pending would seem new."""
        try:
            found = self._folder.read_json(NAME)
        except NotThereError:
            return {}
        if not all(type(at) is int for at in found.values()):
            raise self._folder.damaged(NAME)
        return found
