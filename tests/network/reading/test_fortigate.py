"""A FortiGate's configuration read: policies in their order, and all that changes whom they are for."""

from __future__ import annotations

import pytest
from tests.network.reading.sampled import ICMP, SAMPLES, TCP, UDP, doubted, packet, sample

from limen.network.packets import Rule, Ruleset, every_packet
from limen.network.reading.fortigate import policies_there, read_fortigate
from limen.network.reading.reading import Errs, UnreadableError
from limen.network.reading.stages import Known

OFFICE, FILES, PRINTER, OUTSIDE = "10.10.0.7", "10.20.0.10", "10.20.0.100", "8.8.8.8"


def policy(**said: str) -> str:
    whole = {"srcintf": "lan", "dstintf": "dmz", "srcaddr": "all", "dstaddr": "all", "action": "accept"} | said
    lines = [f"set {key.replace('_', '-')} {value}" for key, value in whole.items() if value]
    return "\n".join(["config firewall policy", "edit 1", *lines, "next", "end"])


def rules(text: str) -> tuple[Rule, ...]:
    return read_fortigate(text).ruleset.rules


def test_the_sample_lets_through_what_its_policies_say() -> None:
    of = sample("fortigate.conf")
    allows = of.ruleset.allows
    assert of.kind == "fortigate"
    assert allows(packet("lan wan1", OFFICE, OUTSIDE, TCP, 443))
    assert allows(packet("lan wan1", OFFICE, OUTSIDE, UDP, 53))
    assert not allows(packet("lan wan1", OFFICE, OUTSIDE, UDP, 443))
    assert not allows(packet("lan wan1", "10.20.0.9", OUTSIDE, TCP, 443))
    assert allows(packet("lan servers", OFFICE, FILES, ICMP, 8))
    assert not allows(packet("lan servers", OFFICE, FILES, ICMP, 13))
    assert allows(packet("lan servers", "fd00:10::7", "fd00:20::10", TCP, 443))
    assert not allows(packet("lan servers", "fd00:10::7", "fd00:20::11", TCP, 443))
    assert allows(packet("cameras cameras", "10.50.0.9", "10.51.0.9", TCP, 554))


def test_negation_exclusion_ranges_and_what_is_off() -> None:
    allows = sample("fortigate.conf").ruleset.allows
    assert not allows(packet("guest servers", "10.40.0.9", PRINTER, TCP, 631))
    assert not allows(packet("guest servers", "10.40.0.9", FILES, TCP, 443))
    assert allows(packet("guest servers", "10.40.0.9", "10.20.0.11", TCP, 443))
    assert allows(packet("servers lan", PRINTER, OFFICE, TCP, 9_005, 2_000))
    assert not allows(packet("servers lan", PRINTER, OFFICE, TCP, 9_005, 1_000))
    assert not allows(packet("servers lan", FILES, OFFICE, TCP, 9_005, 2_000))


def test_a_virtual_address_is_what_it_leads_to() -> None:
    allows = sample("fortigate.conf").ruleset.allows
    assert allows(packet("wan1 servers", OUTSIDE, FILES, TCP, 443))
    assert not allows(packet("wan1 servers", OUTSIDE, "203.0.113.3", TCP, 443))


def test_what_is_not_understood_is_named_and_counts_as_open() -> None:
    of = sample("fortigate.conf")
    policies = {"office-web", "night-backup", "files-from-outside", "updates"}
    (section,) = doubted(of) - policies
    assert policies < doubted(of)
    assert section.endswith("local-in-policy")
    assert of.ruleset.allows(packet("servers wan1", FILES, OUTSIDE, TCP, 443))


def test_where_interfaces_are_is_known() -> None:
    places = sample("fortigate.conf").places
    assert [str(one) for one in places["cameras"]] == ["10.50.0.0/24", "10.51.0.0/24"]


@pytest.mark.parametrize(
    ("said", "is_open"),
    [
        ({}, True),
        ({"action": ""}, False),
        ({"action": "deny"}, False),
        ({"status": "disable"}, False),
        ({"dstaddr": ""}, False),
        ({"srcaddr": "nobody"}, True),
        ({"srcaddr": "none"}, False),
        ({"service": "none-such"}, True),
        ({"internet_service": "enable"}, True),
        ({"internet_service": "enable", "dstaddr": ""}, True),
        ({"internet_service_src": "enable", "srcaddr": ""}, True),
        ({"internet_service_src": "enable", "dstaddr": ""}, False),
        ({"groups": "finance"}, True),
    ],
)
def test_a_policy_that_is_doubtful_lets_through(said: dict[str, str], is_open: bool) -> None:
    assert bool([one for one in rules(policy(**said)) if one.allows]) is is_open


@pytest.mark.parametrize("said", [{"schedule": "nights"}, {"groups": "finance"}, {"srcaddr": "nobody"}])
def test_a_denial_that_is_doubtful_counts_for_nothing(said: dict[str, str]) -> None:
    reading = read_fortigate(policy(action="deny", **said))
    assert reading.ruleset.rules == ()
    assert reading.errs is Errs.TOO_OPEN


def test_a_denial_does_not_reach_virtual_addresses_by_itself() -> None:
    vip = "config firewall vip\nedit v\nset mappedip 10.20.0.10\nnext\nend\n"
    assert read_fortigate(vip + policy(action="deny")).errs is Errs.TOO_CLOSED
    assert read_fortigate(vip + policy(action="deny", match_vip="enable")).errs is None


def test_the_older_section_for_ipv6_is_read() -> None:
    text = policy().replace("firewall policy", "firewall policy6")
    assert {one.box.family for one in rules(text)} == {6}
    assert {one.box.family for one in rules(policy())} == {4}


def test_two_virtual_domains_are_not_mixed_up() -> None:
    inner = policy()
    one = f"config vdom\nedit root\n{inner}\nnext\nend\n"
    assert len(rules(one)) == 1
    with pytest.raises(UnreadableError):
        read_fortigate(one + one.replace("edit root", "edit other"))


def test_known_interfaces_become_zones_and_others_are_named() -> None:
    office, servers = every_packet(4)._replace(source=(1, 9)).source, (10, 19)
    places = {"office": [(4, office)], "servers": [(4, servers)]}
    known = Known({"lan": [("office", 4, office)], "dmz": [("servers", 4, servers)]}, places)
    reading = read_fortigate(policy(), known=known)
    assert reading.ruleset == Ruleset(
        ("office", "servers"),
        (Rule("1", True, "office", "servers", every_packet(4)._replace(source=office, destination=servers)),),
    )
    assert doubted(read_fortigate(policy(srcintf="lan wan9"), known=known)) == {"wan9"}


def test_the_numbers_of_policies_that_are_there() -> None:
    there = policies_there((SAMPLES / "fortigate.conf").read_text())
    assert list(there) == ["1", "7", "3", "4", "5", "6", "8", "9"]
    assert (there["1"], there["4"]) == (frozenset({"lan", "wan1"}), frozenset({"guest", "any"}))
