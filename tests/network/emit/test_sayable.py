"""What can't be said stays closed, and takes with it what would open more without it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.network.emit.makers import TODAY, firewall, network
from tests.network.networks import flow, way
from tests.network.reading.sampled import packet

from limen.errors import LimenError
from limen.network.emit import sayable
from limen.network.emit.makers import told
from limen.network.model import Block

FLOWS = [flow("files", way("office", "files", "https ssh")), flow("echo", way("office", "files", "ping"))]


@pytest.mark.parametrize(
    ("kind", "unsaid"), [("fortigate", {"echo"}), ("paloalto", set()), ("cisco", set()), ("windows", set())]
)
def test_ping_of_ipv6_stays_closed_where_aerleon_has_no_word_for_it(kind: str, unsaid: set[str]) -> None:
    rules = told(network(FLOWS), firewall(kind), TODAY)
    assert {one.id for one in rules.unfit} == unsaid
    echo = packet("office servers", "fd00:10::7", "fd00:20::10", 58, 128)
    assert rules.read(rules.text).ruleset.allows(echo) is not bool(unsaid)


def test_a_block_that_can_not_be_said_takes_the_flow_with_it() -> None:
    flows, block = (
        [flow("all", way("office", "servers", "any"))],
        Block("no-esp", way("office", "servers", "esp"), "no"),
    )
    rules = told(network(flows, [block]), firewall("paloalto"), TODAY)
    assert [one.id for one in rules.unfit] == ["all"]
    assert not rules.read(rules.text).ruleset.allows(packet("office servers", "10.10.0.7", "10.20.0.9", 6, 443))
    assert told(network(flows, [block]), firewall("cisco"), TODAY).unfit == ()


@pytest.mark.parametrize(
    ("kind", "service"), [("fortigate", "esp"), ("fortigate", "every-icmp"), ("paloalto", "esp"), ("windows", "esp")]
)
def test_what_aerleon_says_wrong_is_found_if_it_were_asked(
    kind: str, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why these can't be said: for FortiGate each would open everything."""
    monkeypatch.setitem(sayable.SPEECHES, kind, replace(sayable.SPEECHES[kind], can_say=lambda _: True))
    with pytest.raises(LimenError):
        told(network([flow("x", way("office", "files", service))]), firewall(kind), TODAY)
