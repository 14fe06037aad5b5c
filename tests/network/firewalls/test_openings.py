"""What is open for a while, as elements of the sets that are there for it."""

from __future__ import annotations

import json
from ipaddress import ip_address

import pytest
from tests.network.firewalls.test_intended import NAME, TODAY, network, rule

from limen.network.emit.nft_router import NotEmittable, router_of
from limen.network.firewalls.intended import intended
from limen.network.firewalls.limen_firewall.rulesets import Ruleset
from limen.network.firewalls.openings import opened
from limen.network.packets import Box, Rule

ROUTER = router_of(network())
TAKEN = Ruleset(intended(network(), NAME, TODAY, 0).ruleset)


def box(source: str, destination: str, size: int = 0, port: tuple[int, int] = (22, 22)) -> Box:
    one, other = int(ip_address(source)), int(ip_address(destination))
    return Box(ip_address(source).version, (one, one + size), (other, other + size), (6, 6), port)


@pytest.mark.parametrize(
    ("one", "value"),
    [
        (box("fd00:10::7", "fd00:20::5"), ["fd00:10::7", "fd00:20::5", "vlan20", 6, 22]),
        (
            box("10.10.0.4", "10.20.0.4", 3),
            [*({"prefix": {"addr": f"10.{vlan}.0.4", "len": 30}} for vlan in (10, 20)), "vlan20", 6, 22],
        ),
        (
            box("10.10.0.7", "10.20.0.5", 0, (8_000, 8_010)),
            ["10.10.0.7", "10.20.0.5", "vlan20", 6, {"range": [8_000, 8_010]}],
        ),
    ],
)
def test_it_is_an_element_of_a_set_that_the_ruleset_has(one: Box, value: list[object]) -> None:
    (found,) = opened(NAME, Rule("o", True, "office", "servers", one, 5_000), ROUTER, 1_000)
    assert json.loads(json.dumps(found.said["value"])) == value
    assert found.set_ in TAKEN.timed
    assert found.box == one


def test_what_has_no_end_is_never_open_for_a_while() -> None:
    lasting = Rule("o", True, "office", "servers", box("10.10.0.7", "10.20.0.5"))
    assert not list(opened(NAME, lasting, ROUTER, 1_000))
    assert not list(opened(NAME, rule(22, 999), ROUTER, 1_000))


def test_what_nft_can_not_open_is_refused() -> None:
    odd = box("10.10.0.7", "10.20.0.5")._replace(source_port=(1, 2))
    with pytest.raises(NotEmittable):
        list(opened(NAME, Rule("o", True, "office", "servers", odd, 5_000), ROUTER, 1_000))
