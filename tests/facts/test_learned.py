"""What a part learns is known until it is dropped; and what can't be held is not known."""

from __future__ import annotations

import pytest

from limen.facts.learned import LONGEST_TEXT, MOST_IN_A_SET, MOST_LEARNED, Learned, is_plain
from limen.facts.tables import Subject

D1: Subject = ("device", "d1")


@pytest.fixture
def told() -> list[Subject]:
    return []


def test_what_is_learned_is_known_until_it_is_dropped(told: list[Subject]) -> None:
    learned = Learned(told.append)
    assert not learned
    learned.put(D1, "device.encrypted", True)
    learned.put(D1, "device.encrypted", True)
    assert dict(learned.of(D1)) == {"device.encrypted": True}
    learned.put(D1, "device.encrypted", 1)
    assert learned.of(D1)["device.encrypted"] is not True, "a number is no flag, though Python calls them equal"
    learned.drop(D1, "device.encrypted")
    learned.drop(D1, "device.encrypted")
    assert (dict(learned.of(D1)), bool(learned), len(told)) == ({}, False, 3)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        None,
        b"bytes",
        ["list"],
        1 << 63,
        -(1 << 63) - 1,
        "x" * (LONGEST_TEXT + 1),
        ("b", "a"),
        ("a", "a"),
        (1,),
        ("x" * (LONGEST_TEXT + 1),),
        tuple(f"{n:03}" for n in range(MOST_IN_A_SET + 1)),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_can_not_be_held_is_unknown_even_where_something_was_known(value: object, told: list[Subject]) -> None:
    assert not is_plain(value)
    learned = Learned(told.append)
    learned.put(D1, "device.patch", 7)
    learned.put(D1, "device.patch", value)  # type: ignore[arg-type]
    assert dict(learned.of(D1)) == {}


@pytest.mark.parametrize(
    ("subject", "path"),
    [
        (D1, "person.clearance"),
        (D1, "device"),
        (D1, "devices.encrypted"),
        (D1, "device." + "x" * LONGEST_TEXT),
        (("device", ""), "device.encrypted"),
        (("session", ""), "session.is_watched"),
        (("person", "p1"), "device.encrypted"),
        (("person", "p1"), "training"),
    ],
)
def test_nothing_is_learned_of_nobody_nor_under_the_name_of_something_else(
    subject: Subject, path: str, told: list[Subject]
) -> None:
    learned = Learned(told.append)
    learned.put(subject, path, True)
    assert (bool(learned), told) == (False, [])


def test_of_one_subject_only_so_much_is_learned(told: list[Subject]) -> None:
    learned = Learned(told.append)
    for number in range(MOST_LEARNED + 1):
        learned.put(D1, f"device.n{number}", number)
    assert len(learned.of(D1)) == MOST_LEARNED
    learned.put(D1, "device.n0", 99)
    assert learned.of(D1)["device.n0"] == 99
