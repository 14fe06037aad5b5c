"""What a machine lets through beside its rules. That tables say the same: test_nftables.py."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from tests.network.networks import flow, harbor, way

from limen.network.compiling import Places, compiled
from limen.network.emit.nft_enforced import addresses, enforced, within
from limen.network.emit.nft_router import router_of
from limen.network.model import INTERNET, Network
from limen.network.packets import Packet

_HARBOR = harbor([flow("any", way("office", "servers finance", "any"))])
_PACKET = Packet("office", "servers", 4, 0x0A0A0005, 0x0A140009, 6, 443)


def _deciding(packet: Packet, network: Network = _HARBOR) -> str:
    rule = enforced(compiled(network, "2026-11-27"), network, router_of(network, ["eth0"])).decides(packet)
    return rule.id if rule else ""


def test_rules_decide_after_what_every_table_says() -> None:
    assert _deciding(_PACKET) == "any"
    assert _deciding(_PACKET._replace(source=0x0A150005)) == "forged"
    assert _deciding(_PACKET._replace(protocol=58, port=128)) == "icmp-of-the-other-family"
    assert _deciding(_PACKET._replace(from_zone=INTERNET)) == "forged"


def test_hosts_of_a_zone_reach_each_other_unless_it_is_isolated() -> None:
    inside = _PACKET._replace(to_zone="office", destination=0x0A0A0006)
    assert _deciding(inside) == "within-office"
    zones = (replace(_HARBOR.zones[0], is_isolated=True), *_HARBOR.zones[1:])
    assert _deciding(inside, replace(_HARBOR, zones=zones)) == ""
    assert within(Places(_HARBOR), _HARBOR, INTERNET) == []


def test_what_has_no_leg_here_is_not_enforced_here() -> None:
    zones = (*_HARBOR.zones[:2], replace(_HARBOR.zones[2], interface=""), *_HARBOR.zones[3:])
    network = replace(_HARBOR, zones=zones)
    rules = enforced(compiled(network, "2026-11-27"), network, router_of(network))
    assert rules.zones == ("office", "servers", "backup", "guests")
    assert "finance" not in {one.to_zone for one in rules.rules}


def test_addresses_that_touch_are_one() -> None:
    taken = addresses(Places(_HARBOR), INTERNET, 4)
    assert all(one[1] + 1 < other[0] for one, other in pairwise(taken))
