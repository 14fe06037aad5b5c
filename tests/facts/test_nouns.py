"""Every noun's default is the worst it could be."""

from __future__ import annotations

from limen.facts import ANYBODY, NOWHERE, UNKNOWN_DEVICE, UNKNOWN_RISK, UNPROVED


def test_the_bottom_of_every_order_is_the_worst() -> None:
    assert not ANYBODY.active
    assert ANYBODY.groups == frozenset()
    assert (UNPROVED.strength, UNPROVED.at) == (0, 0)
    assert (UNKNOWN_DEVICE.known, UNKNOWN_DEVICE.compliance, UNKNOWN_DEVICE.managed) == (False, "unknown", False)
    assert (UNKNOWN_RISK.known, UNKNOWN_RISK.score) == (False, 100)
    assert (NOWHERE.known, NOWHERE.anonymiser) == (False, True)
