"""Tables say what has changed, once and only if it has; and what can't be held is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.facts import Auth, Device, Risk, Session
from limen.facts.tables import (
    LONGEST_TEXT,
    MOST_IN_A_SET,
    MOST_LEARNED,
    Issued,
    Learned,
    SessionTable,
    Subject,
    Table,
    TableOf,
    is_plain,
)

LAPTOP = Device("d1", known=True)
SIGN_IN = Session("s1", "p1", Auth(), 0, 1, 1, device_id="d1")
D1: Subject = ("device", "d1")


@pytest.fixture
def told() -> list[Subject]:
    return []


def test_a_table_reads_like_a_mapping_and_says_what_changed(told: list[Subject]) -> None:
    devices: Table[Device] = Table("device", told.append)
    devices.put(LAPTOP)
    devices.put(replace(LAPTOP))
    assert (devices["d1"], devices.get("d1"), devices.get("d2"), devices.get("d2", LAPTOP)) == (
        LAPTOP,
        LAPTOP,
        None,
        LAPTOP,
    )
    assert ("d1" in devices, list(devices), len(devices), list(devices.values())) == (True, ["d1"], 1, [LAPTOP])
    devices.drop("d1")
    devices.drop("d1")
    assert (dict(devices.items()), list(devices.keys())) == ({}, [])
    assert told == [D1, D1]


def test_who_goes_is_told_of_apart_from_what_changes(told: list[Subject]) -> None:
    gone: list[Subject] = []
    risks: TableOf[Risk] = TableOf("person", told.append, gone.append)
    risks.put("p1", Risk(10, known=True))
    risks.drop("p1")
    assert (told, gone) == ([("person", "p1")], [("person", "p1")])


@pytest.fixture
def issued() -> Issued:
    return Issued()


def test_a_session_is_found_by_its_newest_secret_alone(issued: Issued, told: list[Subject]) -> None:
    sessions = SessionTable(issued, told.append, told.append)
    sessions.put(b"old", SIGN_IN)
    sessions.put(b"new", SIGN_IN)
    assert issued.by_hash == {b"new": SIGN_IN}
    sessions.put(b"new", SIGN_IN, last_used=7)
    sessions.put(b"new", SIGN_IN, last_used=5)
    assert (issued.last_used, len(told)) == ({"s1": 7}, 2)
    sessions.drop("s1")
    assert (issued.by_hash, issued.hash_of, issued.of, issued.last_used) == ({}, {}, {}, {})


def test_two_sessions_under_one_secret_do_not_take_each_other_along(issued: Issued, told: list[Subject]) -> None:
    sessions = SessionTable(issued, told.append, told.append)
    sessions.put(b"same", SIGN_IN)
    sessions.put(b"same", replace(SIGN_IN, id="s2"))
    sessions.drop("s1")
    assert issued.by_hash[b"same"].id == "s2"


def test_a_subject_touches_what_was_issued_to_it_and_what_hangs_on_that(issued: Issued, told: list[Subject]) -> None:
    sessions = SessionTable(issued, told.append, told.append)
    sessions.put(b"1", SIGN_IN)
    sessions.put(b"2", replace(SIGN_IN, id="s2", parent="s1", device_id=""))
    sessions.put(b"3", replace(SIGN_IN, id="s3", person_id="p2", device_id="d2"))
    assert issued.touched_by(D1) == {"s1", "s2"}
    assert issued.touched_by(("session", "s1")) == {"s1", "s2"}
    assert issued.touched_by(("session", "gone")) == {"gone"}
    assert issued.touched_by(("person", "p2")) == {"s3"}
    sessions.put(b"1", replace(SIGN_IN, device_id=""))
    assert issued.touched_by(D1) == set()


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
