"""When a pending update was first seen: the system remembers none of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from limen_agent.state.folder import NotThereError, StateFolder

NAME: Final = "seen-updates.json"
_MOST: Final = 5000


class Memory(Protocol):
    def first_seen(self, names: Iterable[str], now: int) -> int | None:
        """When the one of `names` that waits longest was first seen; None for no names. Forgets all others."""
        ...


class NoMemory:
    """Of an agent that is not enrolled: everything is seen for the first time."""

    def first_seen(self, names: Iterable[str], now: int) -> int | None:
        return now if tuple(names) else None


class KeptMemory:
    """In the state folder. What is pending is known by its package, so a newer version does not wait anew."""

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder

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
