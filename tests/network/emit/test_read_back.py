"""A text counts once all of it was understood, and does exactly what was meant."""

from __future__ import annotations

import pytest
from tests.network.emit.makers import TODAY, firewall, network
from tests.network.networks import flow, way

from limen.network.emit.makers import told
from limen.network.emit.read_back import UnequalError, refuse_unequal
from limen.network.packets import Rule, Ruleset

FLOWS = [flow("files", way("office", "files", "https ssh")), flow("echo", way("office", "files", "ping"))]


def test_a_text_that_is_not_understood_whole_is_refused() -> None:
    rules = told(network(FLOWS), firewall("fortigate"), TODAY)
    strange = rules.text.replace("set schedule", "set frobnicate on\n set schedule", 1)
    with pytest.raises(UnequalError):
        refuse_unequal(rules.read(strange), rules.meant, "fortigate")
    less = Ruleset(rules.meant.zones, tuple[Rule, ...]())
    with pytest.raises(UnequalError):
        refuse_unequal(rules.read(rules.text), less, "fortigate")
