"""What a firewall is told: its own, signed in a namespace of its own."""

from __future__ import annotations

import json
from ipaddress import ip_address

from limen.clock import MINUTE, SetClock, from_iso
from limen.following.keys import SigningKey, new_secret
from limen.network.firewalls.followers import Followers, Opened
from limen.network.firewalls.store import EnrolledFirewall, RulesetChange
from limen.network.packets import Box

NOW = from_iso("2026-11-27T09:00:00Z")
GW1 = EnrolledFirewall("fw_1", "gw1", b"1" * 32, NOW, "a" * 64)
GW2 = EnrolledFirewall("fw_2", "gw2", b"2" * 32, NOW)
CHANGE = RulesetChange("nc_1", "gw1", "b" * 64, "reach", NOW, "")


def opened(id_: str, source: str) -> Opened:
    family = ip_address(source).version
    ends = (int(ip_address(source)), int(ip_address(source)) + 3)
    return Opened(id_, "gw1", "opened", (source, 22), NOW + MINUTE, Box(family, ends, ends, (6, 6), (22, 23)))


def test_each_is_told_its_own() -> None:
    one = Followers(SetClock(NOW), (SigningKey("ca_1", NOW, new_secret()),))
    one.take_over([GW1, GW2], [CHANGE])
    one.open(opened("o1", "10.10.0.4"), opened("o2", "fd00::4"))
    said, other = (json.loads(one.state(each).text) for each in (GW1, GW2))
    assert (said["firewall"], said["ruleset"], said["change"]["digest"]) == ("fw_1", "a" * 64, "b" * 64)
    assert [each["source"] for each in said["openings"]] == [["10.10.0.4", "10.10.0.7"], ["fd00::4", "fd00::7"]]
    assert [each["port"] for each in said["openings"]] == [[22, 23], [22, 23]]
    assert (other["firewall"], other["ruleset"], other["change"], other["openings"]) == ("fw_2", "", None, [])


def test_whatever_changes_is_another_state() -> None:
    one = Followers(SetClock(NOW), (SigningKey("ca_1", NOW, new_secret()),))
    numbers = [one.number]
    one.take_over([GW1], [])
    numbers.append(one.number)
    one.open(opened("o1", "10.10.0.4"))
    numbers.append(one.number)
    one.close("o1")
    numbers.append(one.number)
    one.close("o1")  # it is closed
    assert one.number == numbers[-1]
    assert numbers == sorted(set(numbers))
