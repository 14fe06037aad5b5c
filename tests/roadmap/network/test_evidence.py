"""Evidence of the network in which nothing is known says nothing good."""

from __future__ import annotations

from limen.network.model import Firewall
from limen.roadmap.network.evidence import FirewallState, NetworkEvidence


def test_nothing_is_known_at_first() -> None:
    nothing = NetworkEvidence()
    silent = (nothing.network, nothing.proved, nothing.seen, nothing.lately, nothing.alerts, nothing.footholds)
    assert silent == (None,) * 6


def test_a_firewall_of_which_nothing_is_known_does_not_follow() -> None:
    one = FirewallState(firewall=Firewall("gw1", "nftables", ()))
    assert (one.is_enrolled, one.heard_at, one.beyond, one.lacking) == (False, 0, None, None)
