"""What thieves have to show."""

from __future__ import annotations

from dataclasses import replace

from tests.company.blast.small import ANA, OF_ANA, TODAY, network
from tests.policy.scene import NOW

from limen.company.blast.taken import Holder, Kind, Taken, is_there, means, people_behind, seen_at
from limen.company.blast.today import HeldGrant, Placing, Seen


def test_a_password_shows_one_factor_and_no_device() -> None:
    shown = means(OF_ANA, ANA, Taken.PASSWORD, TODAY, NOW)
    assert shown.without == {"device"}
    (only,) = shown.one_of
    assert ("auth.strength", 1) in only


def test_a_laptop_shows_its_own_device_or_none() -> None:
    shown = means(OF_ANA, ANA, Taken.LAPTOP, TODAY, NOW)
    known = {dict(one).get("device.id") for one in shown.one_of}
    assert known == {"d1", ""}
    assert shown.without == frozenset()


def test_grants_on_a_device_go_with_it_alone() -> None:
    today = replace(TODAY, grants=(HeldGrant(ANA.id, "wiki", frozenset({"view"}), "d1"),))
    assert means(OF_ANA, ANA, Taken.LAPTOP, today, NOW).grants == {("wiki", "view")}
    assert means(OF_ANA, ANA, Taken.COOKIE, today, NOW).grants == frozenset()


def test_whoever_left_loses_nothing() -> None:
    assert people_behind(Holder(Kind.PERSON, "p_gone", ""), TODAY) == ()
    assert people_behind(Holder(Kind.DEVICE, "d7", ""), TODAY) == ()
    assert not is_there(Holder(Kind.PERSON, "p_ben", ""), Taken.PASSWORD, TODAY)


def test_a_device_is_where_it_was_seen_and_a_cookie_nowhere() -> None:
    placing = Placing(network())
    today = replace(TODAY, addresses={ANA.id: frozenset({"10.20.0.10", "203.0.113.9"})})
    assert seen_at(OF_ANA, Taken.LAPTOP, today, placing) == Seen(frozenset({"files"}), frozenset({"office"}))
    assert seen_at(OF_ANA, Taken.COOKIE, today, placing) == Seen()
