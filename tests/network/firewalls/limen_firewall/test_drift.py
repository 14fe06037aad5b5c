"""Whether rules are as they are to be: looked at where anybody changed any, told and put back."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.rules import rules
from tests.network.firewalls.world import World
from tests.waiting import until

from limen.network.firewalls.limen_firewall import drift
from limen.network.firewalls.limen_firewall.drift import Drift, hooks_beside
from limen.network.firewalls.limen_firewall.rulesets import Ruleset


def test_hooks_of_others_are_named_and_limens_own_are_not() -> None:
    theirs = {"family": "ip", "table": "nat", "name": "post", "hook": "postrouting"}
    listing = [
        {"metainfo": {}},
        {"table": {"family": "inet", "name": "limen"}},
        {"chain": {"family": "inet", "table": "limen", "name": "forward", "hook": "forward"}},
        {"chain": theirs},
        {"chain": {"family": "ip", "table": "nat", "name": "no hook"}},
        {"flowtable": {"family": "inet", "table": "fast", "name": "f", "hook": "ingress"}},
    ]
    found = hooks_beside(json.dumps({"nftables": listing}))
    assert [one.split()[-1] for one in found] == ["postrouting", "ingress"]


class Kernel:
    """Counts changes of rules, as nf_tables does."""

    def __init__(self) -> None:
        self.generation, self.listing = 7, dict[str, Any]()

    def changed(self) -> None:
        self.generation += 1


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    one = Kernel()
    monkeypatch.setattr(drift, "generation", lambda: one.generation)
    monkeypatch.setattr(drift, "live", lambda: one.listing)
    monkeypatch.setattr(drift, "run", lambda *_: json.dumps({"nftables": []}))
    return one


def test_it_looks_where_somebody_else_changed_rules_and_not_for_its_own_changes(kernel: Kernel) -> None:
    one, ruleset = Drift(), Ruleset(rules(443))
    assert not one.is_due()
    one.mean({})
    assert one.is_due()
    assert not one.look(ruleset, [])
    assert not one.is_due()
    one.own(kernel.changed)
    assert not one.is_due()
    one.own(lambda: (kernel.changed(), kernel.changed())[0])  # somebody else's beside it
    assert one.is_due()


def test_the_same_drift_is_told_once(kernel: Kernel) -> None:
    one, ruleset = Drift(), Ruleset(rules(443))
    one.repairs = False
    one.mean({})
    kernel.listing = {"chain input": [{}]}
    assert [one.look(ruleset, []) for _ in range(3)] == [True] * 3
    assert [(each["found"][0]["where"], each["repaired"]) for each in one.found] == [("chain input", False)]


@needs_a_router
async def test_drift_is_found_explained_and_put_back(world: World) -> None:
    await world.confirmed(rules(443))
    begun = time.monotonic()
    world.router.run("nft", "add", "rule", "inet", "limen", "input", "tcp", "dport", "2323", "accept")
    await until(lambda: world.limen.house.events("network.drift"))
    (event,) = world.limen.house.events("network.drift")
    assert (event.details["where"], event.details["was"], event.details["repaired"]) == ("chain input", "", True)
    assert "2323" in str(event.details["is"])
    assert time.monotonic() - begun < 10
    assert "2323" not in world.router.run("nft", "list", "ruleset")
    world.router.run("nft", "flush", "ruleset")
    await world.becomes(reachable=False, port=3389)
    await until(lambda: len(world.limen.house.events("network.drift")) == 2)
    assert world.limen.house.events("network.drift")[0].details["where"] == "table inet limen"
