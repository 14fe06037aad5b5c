"""What a host with Windows is told: blocks win, and whoever administers it gets in."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.network.emit.makers import TODAY, firewall, network, random_network
from tests.network.equal import differs
from tests.network.networks import flow, harbor, way, zone
from tests.network.reading.sampled import packet

from limen.network.emit.makers import told
from limen.network.emit.windows import CORE, MANAGEMENT
from limen.network.model import Block


def test_whoever_administers_windows_gets_in_unless_a_block_says_no() -> None:
    admin = replace(harbor(), zones=(*harbor().zones, zone("admin", "management", 99)))
    desktop = packet("admin servers", "10.99.0.7", "10.20.0.10", 6, 3389)
    rules = told(admin, firewall("windows"), TODAY)
    assert (rule := rules.meant.decides(desktop)) is not None
    assert rule.id == MANAGEMENT
    blocked = replace(admin, blocks=(Block("b", way("admin", "files", "any"), "no"),))
    assert not told(blocked, firewall("windows"), TODAY).meant.allows(desktop)


def test_what_is_there_is_exported_and_put_out_of_force_before_anything_is_added() -> None:
    lines = told(harbor(), firewall("windows"), TODAY).text.splitlines()
    added = next(at for at, one in enumerate(lines) if " add rule " in one)
    verbs = [one.split()[2] for one in lines[:added] if one.startswith("netsh")]
    assert (verbs, lines[2]) == (["export", "firewall", "firewall"], CORE)
    assert lines[-1].endswith("state on")


def test_no_command_is_longer_than_windows_takes() -> None:
    many = tuple(zone(f"z{number}", "server", number) for number in range(100, 200))
    wide = replace(network(), zones=(*harbor().zones, *many))
    everybody = replace(wide, flows=(flow("everybody", way("inside internet", "files", "ssh")),))
    text = told(everybody, firewall("windows"), TODAY).text
    assert max(map(len, text.splitlines())) < 8_191


def test_a_host_that_no_rule_is_about_is_told_to_let_nothing_through() -> None:
    rules = told(random_network(random.Random(475), internet=False), firewall("windows"), TODAY)
    assert " add rule " not in rules.text
    assert differs(rules.meant, rules.read(rules.text).ruleset) is None
