"""What a change of a firewall would do, in words and in text; on the page see tests/web/network."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.network.networks import flow, harbor, host, way

from limen.clock import from_iso
from limen.errors import LimenError
from limen.network.firewalls.planned import planned
from limen.network.model import Firewall, Network

TODAY, NOW = "2026-11-27", from_iso("2026-11-27T09:00:00Z")
GW1 = Firewall("gw1", "nftables", (), "gw1", uplinks=("wan0",))


def network(*names: str) -> Network:
    of = harbor([flow(one, way("office", one, "ssh")) for one in names])
    return replace(of, firewalls=(GW1,))


def test_the_first_rules_are_all_new_and_the_same_again_are_no_change() -> None:
    first = planned(network("files"), "gw1", "", TODAY, NOW)
    assert (first.before, first.gone, first.is_said) == ("", (), True)
    said = {(one.source, one.destination): (one.services, one.rule_ids) for one in first.new}
    assert said["office", "files"] == (("ssh",), ("files",))
    assert said["servers", "servers"] == (("any",), ())
    again = planned(network("files"), "gw1", first.wanted.ruleset, TODAY, NOW)
    assert (again.digest, again.before, again.new, again.gone) == (first.digest, first.after, (), ())


def test_what_another_network_opens_and_closes_is_said_exactly() -> None:
    before = planned(network("files"), "gw1", "", TODAY, NOW)
    change = planned(network("erp"), "gw1", before.wanted.ruleset, TODAY, NOW)
    assert [(one.source, one.destination, one.rule_ids) for one in change.new] == [("office", "erp", ("erp",))]
    assert [(one.source, one.destination, one.rule_ids) for one in change.gone] == [("office", "files", ("files",))]
    assert change.before != change.after


def test_a_server_by_itself_has_the_text_alone() -> None:
    of = harbor([flow("a", way("office", "desk", "ssh"))])
    of = replace(of, hosts=(*of.hosts, host("desk", "servers", "10.20.0.77")))
    of = replace(of, firewalls=(Firewall("desk", "nftables", (), host="desk"),))
    change = planned(of, "desk", "", TODAY, NOW)
    assert (change.is_said, change.new, bool(change.after)) == (False, (), True)


def test_one_that_nobody_named_has_none() -> None:
    with pytest.raises(LimenError):
        planned(network("files"), "gw2", "", TODAY, NOW)
