"""Names that stand for something, and for one another."""

from __future__ import annotations

import pytest

from limen.network.reading import named_objects
from limen.network.reading.named_objects import (
    EVERY_ADDRESS,
    EVERY_KIND,
    Asked,
    Named,
    addresses_named,
    kind_of,
    ports_of,
    refuse_objects,
    without,
)
from limen.network.reading.reading import UnreadableError

ONE = (4, (1, 1))


def test_groups_stand_for_all_that_is_in_them_once() -> None:
    named = Named({"a": (1, 2), "b": (2, 3)}, {"g": ["a", "b"], "h": ["g", "a"], "empty": []})
    assert (named.of("h"), named.of("empty"), named.of("c")) == ((1, 2, 3), (), None)


def test_a_group_with_something_unknown_is_unknown() -> None:
    assert Named({"a": (1,)}, {"g": ["a", "b"], "h": ["g"]}).of("h") is None


def test_groups_that_hold_themselves_or_go_too_deep_are_refused() -> None:
    with pytest.raises(UnreadableError):
        Named({}, {"a": ["b"], "b": ["a"]}).of("a")
    with pytest.raises(UnreadableError):
        Named({}, {f"g{number}": [f"g{number + 1}"] for number in range(100)}).of("g0")


def test_unknown_addresses_are_every_address_and_said() -> None:
    unclear: list[str] = []
    known = Named({"a": (ONE,)})
    assert addresses_named(["a"], known, unclear) == (ONE,)
    assert unclear == []
    assert addresses_named(["a", "b"], known, unclear) == EVERY_ADDRESS
    assert len(unclear) == 1


def test_all_others() -> None:
    assert without((ONE,), [4]) == ((4, (0, 0)), (4, (2, (1 << 32) - 1)))
    assert without(EVERY_ADDRESS) == ()


def test_families_are_not_mixed() -> None:
    both = (ONE, (6, (9, 9)))
    assert len(list(Asked(both, both, [EVERY_KIND, kind_of(6)]).boxes())) == 4
    assert [one.family for one in Asked(both, both, [kind_of(1)._replace(families=(4,))]).boxes()] == [4]


def test_what_tells_no_ports_apart_has_none() -> None:
    assert (kind_of(50).port, kind_of(1).port, kind_of(6).port) == ((0, 0), (0, 255), (0, 65_535))
    assert len(ports_of(6, [(1, 1), (2, 2)], [(3, 3), (4, 4)])) == 4


def test_too_many_names_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_objects, "MOST_OBJECTS", 3)
    refuse_objects({"a": 1}, {"b": 1})
    with pytest.raises(UnreadableError):
        refuse_objects({"a": 1, "b": 1}, {"c": 1, "d": 1})
