"""What each maker's firewall is told: read back, proved, and named where it can't be said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.network.emit.makers import TODAY, firewall, network
from tests.network.networks import flow, harbor, way
from tests.network.reading.sampled import SAMPLES, packet

from limen.errors import LimenError
from limen.network.emit import aerleon
from limen.network.emit.makers import legs_of, told
from limen.network.emit.read_back import UnequalError
from limen.network.model import Network
from limen.network.reading.fortigate import policies_there
from limen.network.shapes import MAKERS

FLOWS = [flow("files", way("office", "files", "https ssh")), flow("echo", way("office", "files", "ping"))]
WEB = flow("web", way("office", "internet", "https"))


@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_told_reads_back_as_what_was_meant(kind: str) -> None:
    rules = told(network(FLOWS), firewall(kind), TODAY)
    reading = rules.read(rules.text)
    for one in (rules.meant, reading.ruleset):
        assert one.allows(packet("office servers", "10.10.0.7", "10.20.0.10", 6, 443))
        assert one.allows(packet("office servers", "fd00:10::7", "fd00:20::10", 6, 22))
        assert one.allows(packet("office servers", "10.10.0.7", "10.20.0.10", 1, 8))
        assert not one.allows(packet("office servers", "10.10.0.7", "10.20.0.10", 6, 80))
        assert not one.allows(packet("guests servers", "10.40.0.7", "10.20.0.10", 6, 443))


@pytest.mark.parametrize("kind", MAKERS)
def test_the_way_to_the_internet_is_all_that_is_in_no_zone(kind: str) -> None:
    outward = WEB if kind != "windows" else replace(WEB, way=way("files", "internet", "https"))
    rules = told(network([outward]), firewall(kind, "wan1"), TODAY)
    source, way_ = ("10.20.0.10", "servers internet") if kind == "windows" else ("10.10.0.7", "office internet")
    read = rules.read(rules.text).ruleset
    assert read.allows(packet(way_, source, "9.9.9.9", 6, 443))
    assert not read.allows(packet(way_, source, "10.60.0.2", 6, 443))


@pytest.mark.parametrize("kind", MAKERS)
def test_nothing_to_let_through_is_told_as_a_denial(kind: str) -> None:
    rules = told(harbor(), firewall(kind), TODAY)
    across = packet("office servers", "10.10.0.7", "10.20.0.10", 6, 443)
    assert not rules.read(rules.text).ruleset.allows(across)


def there(number: int, source: str, destination: str) -> str:
    said = f"set action accept\nset srcaddr all\nset dstaddr all\nset srcintf {source}\nset dstintf {destination}"
    return f"config firewall policy\nedit {number}\n{said}\nnext\nend\n"


def test_policies_between_its_legs_are_removed_and_those_of_others_stay() -> None:
    before = there(7, "vlan10", "vlan20") + there(9, "cameras", "vlan20")
    rules = told(network(FLOWS), firewall("fortigate"), TODAY, before)
    assert [one.split()[1] for one in rules.text.splitlines() if one.strip().startswith("delete")] == ["7"]
    after = policies_there(before + rules.text)
    assert list(after)[:2] == ["9", "10"]
    assert told(network(FLOWS), firewall("fortigate"), TODAY).notes
    assert not rules.notes


@pytest.mark.parametrize(("source", "destination"), [("any", "any"), ("vlan10 cameras", "vlan20"), ("any", "vlan20")])
def test_a_policy_of_others_that_opens_more_is_refused(source: str, destination: str) -> None:
    with pytest.raises(UnequalError) as refused:
        told(network(FLOWS), firewall("fortigate"), TODAY, there(7, source, destination))
    assert "policy 7" in str(refused.value)


def test_rules_of_a_palo_alto_that_would_be_replaced_are_named() -> None:
    now = (SAMPLES / "paloalto.xml").read_text("utf-8")
    (note,) = told(network(FLOWS), firewall("paloalto"), TODAY, now).notes
    assert "office-erp" in note


# Legs


def test_zones_are_called_as_their_tags_say() -> None:
    of = harbor()
    tagged = replace(of.zones[0], tags=(("fortigate", "lan"), ("paloalto", "trust")))
    one = replace(of, zones=(tagged, *of.zones[1:]))
    assert legs_of(one, firewall("fortigate", "wan1"))["office"] == "lan"
    assert legs_of(one, firewall("paloalto"))["office"] == "trust"
    assert legs_of(one, firewall("paloalto"))["servers"] == "servers"
    assert legs_of(one, firewall("cisco"))["office"] == "vlan10"
    assert legs_of(one, firewall("fortigate", "wan1"))["internet"] == "wan1"


@pytest.mark.parametrize("name", ["lan to-zone any", "lan\nend", '"', "x" * 32, "-"])
def test_a_leg_that_would_be_read_as_something_else_is_refused(name: str) -> None:
    of = harbor(FLOWS)
    one = replace(of, zones=(replace(of.zones[0], tags=(("fortigate", name),)), *of.zones[1:]))
    with pytest.raises(LimenError):
        told(one, firewall("fortigate"), TODAY)


def test_legs_that_make_no_sense_are_refused() -> None:
    of = harbor()
    twice = replace(of.zones[0], tags=(("cisco", "vlan20"),))
    for one, uplinks in ((replace(of, zones=(twice, *of.zones[1:])), ()), (of, ("a", "b")), (Network(()), ())):
        with pytest.raises(LimenError):
            legs_of(one, firewall("cisco", *uplinks))


# What is refused


@pytest.mark.parametrize("kind", MAKERS)
def test_a_text_that_opens_more_is_refused_with_a_packet_that_shows_it(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if Aerleon left ports out, as it once did (aerleon/aerleon#376)."""
    whole = aerleon._Policy._service

    def without_ports(self: aerleon._Policy, line: aerleon.Line) -> dict[str, object]:
        return {key: value for key, value in whole(self, line).items() if not key.endswith("-port")}

    monkeypatch.setattr(aerleon._Policy, "_service", without_ports)
    with pytest.raises(UnequalError) as refused:
        told(network(FLOWS), firewall(kind), TODAY)
    assert "10.20.0.10" in str(refused.value) or "fd00:20::10" in str(refused.value)
