"""An open door is elements of sets that the firewall's ruleset has, and goes with the door."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from tests.network.firewalls.test_intended import NAME, TODAY, network

from limen.clock import SetClock
from limen.facts.network_service import NetworkService
from limen.network.doors.at_firewalls import AtFirewalls, elements
from limen.network.doors.model import Opening, rules_of
from limen.network.firewalls.followers import Followers
from limen.network.firewalls.intended import intended
from limen.network.firewalls.limen_firewall.rulesets import Ruleset
from limen.network.model import Firewall
from limen.network.packets import Rule

NOW = 1_000
TIMED = Ruleset(intended(network(), NAME, TODAY, 0).ruleset).timed
SERVERS = NetworkService(("servers",), ("ssh",))


def rules(address: str, until: int, service: NetworkService = SERVERS) -> list[Rule]:
    return list(rules_of(Opening("no_1", "p", "s", "app", address, "d", NOW, until), service, network()))


def test_they_are_elements_that_the_kernel_ends() -> None:
    found = list(elements(network(), rules("10.10.0.7", 61_000), NOW))
    assert found
    assert {one.set_ for one in found} <= set(TIMED)
    assert {(one.firewall, one.until) for one in found} == {(NAME, 61_000)}
    assert {one.value[0] for one in found} == {"10.10.0.7"}


def test_two_doors_to_the_same_are_one_element_that_lasts_longer() -> None:
    short, long = rules("10.10.0.7", 61_000), rules("10.10.0.7", 91_000)
    assert list(elements(network(), [*short, *long], NOW)) == list(elements(network(), long, NOW))


def test_what_has_no_leg_here_is_not_opened_and_neither_is_what_is_over() -> None:
    assert list(elements(network(), rules("10.10.0.7", NOW), NOW)) == []
    assert list(elements(network(), rules("8.8.8.8", 61_000), NOW)) == []


def test_a_host_that_guards_itself_opens_for_doors_to_it_and_from_it_alone() -> None:
    of = replace(network(), firewalls=(Firewall("files", "nftables", (), host="files"),))
    taken = Ruleset(intended(of, "files", TODAY, 0).ruleset)
    found = list(elements(of, rules("10.10.0.7", 61_000), NOW))
    assert {(one.firewall, one.set_, one.value[:2]) for one in found} == {
        ("files", "opened.inward.ports4", ("10.10.0.7", "10.20.0.10"))
    }
    assert {one.set_ for one in found} <= taken.timed
    (outward,) = elements(of, rules("10.20.0.10", 61_000, NetworkService(("office",), ("ssh",))), NOW)
    assert outward.set_ == "opened.outward.ports4"
    assert list(elements(of, rules("10.10.0.7", 61_000, NetworkService(("admins",), ("ssh",))), NOW)) == []


def test_firewalls_are_told_of_each_door_and_of_its_end() -> None:
    clock = SetClock(NOW)
    open_now: list[Rule] = []
    watching: list[Any] = []
    moved: list[str] = []
    doors = SimpleNamespace(rules=lambda: tuple(open_now), watch=watching.append, moved=moved.append)
    followers = Followers(clock, ())
    at = AtFirewalls(cast("Any", doors), followers, network, clock)
    assert watching == [at.tell]
    before = followers.number
    at.tell()
    assert followers.number == before
    open_now += rules("10.10.0.7", 61_000)
    at.tell()
    opened = set(followers._opened)
    assert opened
    assert followers.number > before
    for firewall, address in ((NAME, "10.10.0.8"), ("other", "10.10.0.7"), (NAME, "no address"), (NAME, "10.10.0.7")):
        at.moved(firewall, address)
    assert moved == ["10.10.0.7"]
    open_now += rules("10.10.0.8", 61_000)
    at.tell()
    assert opened < set(followers._opened)
    open_now.clear()
    at.tell()
    assert followers._opened == {}
