"""What a detector remembers of each person: bounded, written down as one value, and of nobody who was erased."""

from __future__ import annotations

from collections.abc import Container, MutableMapping
from typing import Any, Final, Generic, TypeVar

import msgspec

from limen.monitor.detections.erased_people import ErasedPeople

P = TypeVar("P")
K = TypeVar("K")
V = TypeVar("V")
MOST_PEOPLE: Final = 20_000


class RememberedPeople(Generic[P]):
    """`memory` is all of it, a `memory_type`, whose field `people` has a `person_type` for each ID."""

    def __init__(self, memory_type: type[Any], person_type: type[P]) -> None:
        self._memory_type = memory_type
        self._person_type = person_type
        self._erased = ErasedPeople()
        self.memory = memory_type()

    def is_gone(self, person_id: str) -> bool:
        """Whether they were erased: nothing is remembered of them any more."""
        return self._erased.is_gone(person_id)

    def of(self, person_id: str) -> P:
        """What is remembered of somebody. Who was heard of longest ago is forgotten first."""
        people: dict[str, P] = self.memory.people
        person = people.pop(person_id, None)
        return put_newest(people, person_id, self._person_type() if person is None else person, MOST_PEOPLE)

    def snapshot(self) -> bytes:
        """As a `Detector` does."""
        return msgspec.msgpack.encode(
            msgspec.structs.replace(self.memory, people=self._erased.kept(self.memory.people))
        )

    def restore(self, snapshot: bytes) -> None:
        """As a `Detector` does."""
        try:
            self.memory = msgspec.msgpack.decode(snapshot, type=self._memory_type)
        except msgspec.MsgspecError:
            raise ValueError("the snapshot can't be read") from None
        self._erased.limit_again(self.memory.people)

    def limit_to(self, people: Container[str]) -> None:
        """Forget whoever is none of these, for good: they were erased."""
        self._erased.limit(self.memory.people, people)


def put_newest(mapping: MutableMapping[K, V], key: K, value: V, most: int) -> V:
    """Put it last. Where there are so many others, the first of them make room."""
    mapping.pop(key, None)
    while len(mapping) >= most:
        del mapping[next(iter(mapping))]
    mapping[key] = value
    return value
