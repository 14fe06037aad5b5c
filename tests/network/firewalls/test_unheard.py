"""Which firewalls do not follow any more."""

from __future__ import annotations

from limen.clock import MINUTE, SECOND
from limen.network.firewalls.followers import Heard
from limen.network.firewalls.store import EnrolledFirewall
from limen.network.firewalls.unheard import OTHER_RULES, SILENT, Unheard

ONE = EnrolledFirewall("fw_1", "gw1", b"", 0, "a" * 64)
NOW = 1_000 * MINUTE


def said(unheard: Unheard, heard: Heard | None, now: int, changing: tuple[str, ...] = ()) -> list[str]:
    return [why for _, why in unheard.look([ONE], {} if heard is None else {ONE.id: heard}, changing, now)]


def test_a_firewall_that_is_silent_is_said_once_until_it_is_heard() -> None:
    unheard = Unheard(NOW)
    last = Heard(NOW, in_force=ONE.digest)
    assert said(unheard, last, NOW + 4 * MINUTE) == []
    assert said(unheard, last, NOW + 6 * MINUTE) == [SILENT]
    assert said(unheard, last, NOW + 7 * MINUTE) == []
    assert said(unheard, Heard(NOW + 8 * MINUTE, in_force=ONE.digest), NOW + 8 * MINUTE) == []
    assert said(unheard, Heard(NOW + 8 * MINUTE, in_force=ONE.digest), NOW + 14 * MINUTE) == [SILENT]


def test_one_that_never_asked_since_limen_began_is_silent_as_well() -> None:
    unheard = Unheard(NOW)
    assert said(unheard, None, NOW + 4 * MINUTE) == []
    assert said(unheard, None, NOW + 6 * MINUTE) == [SILENT]


def test_other_rules_than_were_confirmed_are_said_unless_a_change_is_open() -> None:
    unheard = Unheard(NOW)

    def other(minutes: int) -> Heard:
        return Heard(NOW + minutes * MINUTE, in_force="b" * 64)

    assert said(unheard, other(0), NOW) == []
    assert said(unheard, other(3), NOW + 3 * MINUTE, ("gw1",)) == []
    assert said(unheard, other(4), NOW + 4 * MINUTE) == []
    assert said(unheard, other(7), NOW + 7 * MINUTE) == [OTHER_RULES]


def test_only_who_comes_back_asks_twice() -> None:
    unheard = Unheard(NOW)
    places = ["203.0.113.5", "203.0.113.5", "198.51.100.7", "198.51.100.7", "203.0.113.5", "198.51.100.7"]
    found = [unheard.asks_twice("fw_1", each, NOW + number * SECOND) for number, each in enumerate(places)]
    assert found == [False, False, False, False, True, True]
    assert not unheard.asks_twice("fw_1", "203.0.113.5", NOW + 10 * MINUTE)
