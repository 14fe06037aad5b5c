"""What a machine asks by itself is no act of anybody."""

from __future__ import annotations

from tests.monitor.detections.shared_accounts.days import HOME, Machine, asks, sign_in

from limen.clock import MINUTE
from limen.monitor.detections.shared_accounts.acts import (
    MOST_ASKED,
    MOST_NETWORKS,
    Side,
    is_of_a_person,
    text_of,
    what_is_asked,
)

PC = Machine("pc")


def test_what_is_asked_again_soon_or_by_the_clock_is_no_act() -> None:
    side = Side()
    assert [side.asks("a", n * MINUTE) for n in (100, 101, 114)] == [True, False, False]
    assert [side.asks("b", n * MINUTE) for n in (100, 120, 140, 161, 190)] == [True, True, False, False, True]


def test_what_is_remembered_of_a_sign_in_is_bounded() -> None:
    side = Side()
    for number in range(100):
        side.asks(str(number), number)
        side.used_from(f"203.0.113.{number}", number)
    assert (len(side.asked), len(side.addresses)) == (MOST_ASKED, MOST_NETWORKS)


def test_only_limen_itself_says_that_a_session_was_used() -> None:
    event = asks(PC, 0, 0, HOME, "/")
    assert is_of_a_person(event)
    for name, value in (("source", "m365"), ("person_id", ""), ("session", ""), ("src_ip", ""), ("kind", "other")):
        other = asks(PC, 0, 0, HOME, "/")
        setattr(other, name, value)
        assert not is_of_a_person(other)
    event.fields["effect"] = "deny"
    assert not is_of_a_person(event)


def test_a_detail_that_is_no_text_is_none() -> None:
    event = sign_in(PC, 0, 0, HOME)
    event.fields["system"] = 7
    assert text_of(event, "system") == ""
    assert len(what_is_asked(asks(PC, 0, 0, HOME, "x" * 1_000))) == 200
