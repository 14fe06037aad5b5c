"""Which firewalls stand between two zones, and whether they are known to have the rules of network.yaml."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.network.houses import NOW, SILENT, evidence, network, state

from limen.network.model import Firewall
from limen.roadmap.network.rules_in_force import between, doubt, silent, unguarded


def test_a_host_that_guards_itself_stands_between_no_zones() -> None:
    of = network()
    states = [state(of), state(of, "files")]
    assert between(states, "office", "servers") == states[:1]


def test_gear_of_others_is_not_read_back() -> None:
    of = network()
    gear = replace(state(of), firewall=Firewall("cloud", "aws", ("office", "servers")))
    assert (doubt(state(of), NOW), bool(doubt(gear, NOW))) == ("", True)


def test_every_firewall_between_has_to_be_known() -> None:
    of = network()
    assert not unguarded(evidence(of), "office", "backup")
    assert unguarded(evidence(of, firewalls=(state(of), state(of, reported="d2"))), "office", "backup")
    assert unguarded(evidence(of, firewalls=()), "office", "backup")


def test_it_is_said_what_is_silent() -> None:
    assert (silent(evidence()), bool(silent(evidence(proved=None))), bool(silent(SILENT))) == ("", True, True)
