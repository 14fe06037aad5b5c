from __future__ import annotations

import msgspec
import pytest

from limen.monitor.detections import remembered_people as module
from limen.monitor.detections.remembered_people import RememberedPeople, put_newest


class Person(msgspec.Struct):
    seen: list[int] = []


class Memory(msgspec.Struct):
    people: dict[str, Person] = {}
    sessions: dict[str, str] = {}


def test_what_is_remembered_comes_back_but_of_nobody_who_was_erased() -> None:
    one = RememberedPeople(Memory, Person)
    for person_id in ("ana", "ben"):
        one.of(person_id).seen.append(1)
    one.memory.sessions["s"] = "ana"
    one.limit_to({"ben"})
    assert one.is_gone("ana")
    again = RememberedPeople(Memory, Person)
    again.restore(one.snapshot())
    assert again.memory == Memory({"ben": Person([1])}, {"s": "ana"})
    with pytest.raises(ValueError, match="snapshot"):
        again.restore(b"\x00")
    assert list(again.memory.people) == ["ben"]


def test_who_was_heard_of_longest_ago_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PEOPLE", 2)
    one = RememberedPeople(Memory, Person)
    for person_id in ("ana", "ben", "ana", "eve"):
        one.of(person_id)
    assert list(one.memory.people) == ["ana", "eve"]


def test_what_is_put_again_is_the_newest() -> None:
    kept = {1: "a", 2: "b"}
    assert put_newest(kept, 1, "c", 2) == "c"
    assert put_newest(kept, 3, "d", 2) == "d"
    assert kept == {1: "c", 3: "d"}
