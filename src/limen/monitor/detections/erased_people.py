"""Whom detectors may remember: whoever was erased is forgotten, and what was on its way about them makes no memory."""

from __future__ import annotations

from collections.abc import Container, Mapping, MutableMapping
from typing import Final, TypeVar

T = TypeVar("T")
MOST_GONE: Final = 100
"""Events about somebody who was erased longer ago have long been looked at."""


class ErasedPeople:
    """`limit` may be called while another thread writes the memory down."""

    def __init__(self) -> None:
        self._people: Container[str] | None = None
        self._gone: dict[str, None] = {}

    def is_gone(self, person_id: str) -> bool:
        return person_id in self._gone

    def kept(self, memory: Mapping[str, T]) -> dict[str, T]:
        """What may be written down of this memory, which is by the ids of people."""
        return {one: value for one, value in list(memory.items()) if one not in self._gone}

    def limit(self, memory: MutableMapping[str, T], people: Container[str]) -> None:
        """Forget whoever is none of these, for good. Somebody new may be heard of before they are told of here."""
        self._people = people
        gone = [*self._gone, *(one for one in list(memory) if one not in people)]
        self._gone = dict.fromkeys(gone[-MOST_GONE:])
        for person_id in self._gone:
            memory.pop(person_id, None)

    def limit_again(self, memory: MutableMapping[str, T]) -> None:
        """The same of a memory that was restored."""
        if self._people is not None:
            self.limit(memory, self._people)
