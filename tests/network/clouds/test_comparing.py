"""How zones in a cloud differ: the same rules not at all, more and less each in the zone that it is about."""

from __future__ import annotations

from dataclasses import replace

from tests.network.networks import flow, harbor, way, zone

from limen.network.clouds.comparing import compared, digest_now, digest_of
from limen.network.model import INTERNET, Firewall, Network
from limen.network.packets import Ruleset
from limen.network.remote.clouds import cloud_rules

TODAY = "2026-11-27"
VPC = Firewall("vpc", "aws", ("web", "db"), reference="vpc-1", region="eu-central-1")
FLOWS = (flow("in", way(INTERNET, "web")), flow("data", way("web", "db")))


def network(*flows: object) -> Network:
    known = harbor(flows or FLOWS)  # type: ignore[arg-type]
    clouds = [replace(zone(name, "cloud", number), interface="") for name, number in (("web", 80), ("db", 81))]
    zones = (*known.zones, *clouds)
    return replace(known, zones=zones, firewalls=(VPC,))


def meant(of: Network) -> Ruleset:
    return cloud_rules(of, VPC, TODAY).meant


def test_what_is_as_declared_differs_in_no_zone() -> None:
    found = compared(VPC, meant(network()), meant(network()))
    assert (found.name, dict(found.zones)) == ("vpc", {"web": "", "db": ""})
    assert found.meant == digest_now(network(), VPC, TODAY) == digest_of(meant(network()))


def test_what_is_open_beyond_and_what_is_closed_is_said_of_its_zone() -> None:
    more = meant(network(*FLOWS, flow("ssh-in", way(INTERNET, "db", "ssh"))))
    found = compared(VPC, more, meant(network()))
    assert (found.zones["web"], "beyond" in found.zones["db"]) == ("", True)
    less = compared(VPC, meant(network(FLOWS[1])), meant(network()))
    assert (bool(less.zones["web"]), less.zones["db"]) == (True, "")


def test_what_is_unguarded_is_held_against_every_zone() -> None:
    found = compared(VPC, meant(network()), meant(network()), ["i-1 has no group"])
    assert all("i-1" in why for why in found.zones.values())


def test_the_digest_is_of_these_rules_alone() -> None:
    assert digest_now(network(FLOWS[0]), VPC, TODAY) != digest_now(network(), VPC, TODAY)
