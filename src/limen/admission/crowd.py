"""Who holds how many, so that the source with the most, and its oldest, are found at once however many there are."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Crowd(Generic[T]):
    """Members of sources, each source's in the order in which they came. Every step takes the same short time."""

    def __init__(self) -> None:
        self._of: dict[str, dict[T, None]] = {}
        self._by_number: dict[int, dict[str, None]] = {}
        self._most = 0
        self._all = 0

    def __len__(self) -> int:
        return self._all

    @property
    def most(self) -> int:
        """How many the source has that has the most."""
        return self._most

    def number_of(self, source: str) -> int:
        return len(self._of.get(source, ()))

    def add(self, source: str, member: T) -> None:
        members = self._of.setdefault(source, {})
        before = len(members)
        members[member] = None
        self._all += len(members) - before
        self._moved(source, before, len(members))

    def remove(self, source: str, member: T) -> None:
        """Nothing where it is no member."""
        members = self._of.get(source, {})
        before = len(members)
        if member not in members:
            return
        del members[member]
        self._all -= 1
        self._moved(source, before, len(members))
        if not members:
            del self._of[source]

    def oldest(self, source: str) -> T | None:
        return next(iter(self._of.get(source, ())), None)

    def oldest_of_the_largest(self) -> T | None:
        """The oldest member of the source that has the most; of several such sources, the one that has had so many for
        longest.
        """
        sources = self._by_number.get(self._most)
        return self.oldest(next(iter(sources))) if sources else None

    def _moved(self, source: str, before: int, after: int) -> None:
        if before == after:
            return
        if before:
            sources = self._by_number[before]
            del sources[source]
            if not sources:
                del self._by_number[before]
        if after:
            self._by_number.setdefault(after, {})[source] = None
        self._most = max(self._most, after)
        while self._most and self._most not in self._by_number:
            self._most -= 1
