"""Which rules an open door comes to."""

from __future__ import annotations

import pytest
from tests.network.networks import harbor

from limen.facts.network_service import NetworkService
from limen.network.doors.model import Opening, rules_of, zone_of
from limen.network.packets import Rule


def opening(address: str = "10.10.0.7") -> Opening:
    return Opening("no_1", "p_ida", "s_1", "erp-desktop", address, "d_1", 1, 9_000)


def rules(to: str, services: str, address: str = "10.10.0.7") -> list[Rule]:
    return list(rules_of(opening(address), NetworkService(tuple(to.split()), tuple(services.split())), harbor()))


def test_one_address_reaches_what_is_named_until_the_end() -> None:
    (rule,) = rules("erp", "ssh")
    assert (rule.id, rule.allows, rule.from_zone, rule.to_zone, rule.until) == (
        "erp-desktop",
        True,
        "office",
        "finance",
        9_000,
    )
    assert rule.box.source[0] == rule.box.source[1] == zone_first("office") + 7
    assert (rule.box.port, rule.box.protocol) == ((22, 22), (6, 6))


def zone_first(name: str) -> int:
    return int(harbor().zone_of[name].prefixes[0].network_address)


def test_each_service_and_family_is_its_own_rule_and_families_do_not_mix() -> None:
    assert len(rules("files", "ssh dns ping")) == 4
    assert {one.box.family for one in rules("servers", "dns", "fd00:10::7")} == {6}
    assert rules("erp", "ssh", "fd00:10::7") == []


@pytest.mark.parametrize("address", ["8.8.8.8", "192.168.1.1", "::1", "", "10.10.0.7/24", "office"])
def test_an_address_in_no_zone_opens_nothing(address: str) -> None:
    assert zone_of(harbor(), address) == ""
    assert rules("erp", "ssh", address) == []


def test_names_that_the_network_has_no_longer_open_nothing() -> None:
    assert rules("gone", "ssh") == rules("erp", "gone") == rules("internet", "ssh") == []
