"""A ruleset as it is taken; what is refused of one: tests/attacks/test_firewalls.py."""

from __future__ import annotations

import hashlib
import json

from tests.network.firewalls.rules import TABLE, rules

from limen.network.firewalls.limen_firewall.rulesets import Ruleset

MINE = {"table": {"family": "inet", "name": "limen"}}


def test_it_is_called_by_its_sha_256() -> None:
    assert Ruleset(rules(443)).digest == hashlib.sha256(rules(443).encode()).hexdigest()


def test_it_takes_the_place_of_what_was_there_in_one_transaction() -> None:
    opening = {"add": {"element": {**TABLE, "name": "openings4", "elem": [1]}}}
    said = json.loads(Ruleset(rules(443)).transaction([opening]))["nftables"]
    assert said[:3] == [{"add": MINE}, {"delete": MINE}, {"add": MINE}]
    assert said[-1] == opening
    again = Ruleset(json.dumps({"nftables": said[:-1]}))
    assert again.objects == Ruleset(rules(443)).objects


def test_sets_with_timeouts_are_told_from_those_that_packets_write() -> None:
    noted = {"set": {**TABLE, "name": "noted", "type": "ipv4_addr", "flags": ["dynamic", "timeout"]}}
    one = Ruleset(rules(443, also=(noted,)))
    assert (one.timed, one.noted) == ({"openings4"}, {"noted"})
