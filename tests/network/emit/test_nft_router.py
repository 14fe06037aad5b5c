"""The machine, and what names may stand in a table for it. Hostile ones: tests/attacks/test_hostile_nftables.py."""

from __future__ import annotations

import pytest
from tests.network.networks import harbor

from limen.network.emit.nft_router import Router, check_names, is_here, router_of
from limen.network.model import INTERNET
from limen.network.packets import ANYWHERE, Box, Rule

_BOX = Box(4, (0, 1), (0, 1))


def test_legs_are_the_interfaces_of_zones_and_the_uplinks() -> None:
    router = router_of(harbor(), ["eth0", "eth1"], "dc")
    assert router.zone_of["vlan10"] == "office"
    assert router.zone_of["eth1"] == INTERNET
    assert [str(one) for one in router.addresses] == ["10.20.0.5/32", "fd00:20::5/128"]
    assert INTERNET not in router_of(harbor()).legs


@pytest.mark.parametrize("name", ["eth0.10", "br-lan", "enp3s0f1", "wg0", "a" * 15])
def test_what_interfaces_are_really_called_is_taken(name: str) -> None:
    check_names(Router({"office": (name,)}), [Rule("rules.nft:12", True, "office", "servers", _BOX)])


def test_an_interface_of_another_machines_zone_is_unknown() -> None:
    """Here it may be anything, and what comes by it is denied."""
    router = router_of(harbor(), ["eth0"], zones=("office", "servers"))
    assert router.legs.keys() == {"office", "servers", INTERNET}


def test_a_rule_is_here_where_both_its_zones_are() -> None:
    router = Router({"office": ("a",), "servers": ("b",)})
    pairs = [("office", "servers"), ("office", ANYWHERE), ("office", "cloud"), ("cloud", ANYWHERE)]
    assert [is_here(Rule("r", True, *pair, _BOX), router) for pair in pairs] == [True, True, False, False]
