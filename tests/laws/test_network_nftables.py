"""What is emitted for nftables reads back as exactly what was meant, by binary decision diagrams."""

from __future__ import annotations

import random
from dataclasses import replace
from unittest.mock import patch

import pytest
from tests.dial import size
from tests.network.equal import only_real
from tests.network.policies import LONG, UPLINK, network, ruleset

from limen.network.emit import nft_sets
from limen.network.emit.nft_enforced import enforced
from limen.network.emit.nft_router import Router, router_of
from limen.network.emit.nftables import firewall
from limen.network.nft.as_json import as_json
from limen.network.nft.listing import tables
from limen.network.nft.tree import ACCEPT, Line, Table
from limen.network.packets import Ruleset
from limen.network.packets.decision_diagrams import are_equal
from limen.network.reading.nft import read

_RULESETS, _RULES = 60, 80
_NOW = LONG - 3_600_000


def _emitted(seed: int) -> tuple[Ruleset, Table, Router]:
    numbers = random.Random(seed)
    of = network(numbers)
    rules, router = ruleset(numbers, of, _RULES), router_of(of, [UPLINK])
    if seed % 3 == 0:  # a zone with two interfaces
        router = replace(router, legs={**router.legs, "office": ("vlan10", "vlan11")})
    with patch.object(nft_sets, "_MANY", 2 if seed % 2 else 500):
        return enforced(rules, of, router), firewall(rules, of, router, _NOW).table, router


def _read(table: Table, router: Router) -> Ruleset:
    """By way of its JSON, as the kernel gets it."""
    reading = read(tables(as_json(table).replace('{"delete":', '{"add":')), router.legs, _NOW)
    assert reading.notes == ()
    return only_real(reading.ruleset)


@pytest.mark.parametrize("seed", range(size(_RULESETS)))
def test_what_is_emitted_reads_back_as_what_was_meant(seed: int) -> None:
    meant, table, router = _emitted(seed)
    assert are_equal(only_real(meant), _read(table, router))


@pytest.mark.parametrize("seed", range(size(_RULESETS, 3) // 3))
def test_a_table_that_ends_otherwise_does_not(seed: int) -> None:
    """So that the law above is known to see it."""
    meant, table, router = _emitted(seed)
    forward = table.chain_of["forward"]
    open_end = replace(forward, lines=(*forward.lines[:-1], Line((ACCEPT,))))
    chains = [open_end if one is forward else one for one in table.chains]
    assert not are_equal(only_real(meant), _read(replace(table, chains=tuple(chains)), router))
