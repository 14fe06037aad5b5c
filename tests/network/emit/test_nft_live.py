"""What goes on of connections that openings let in. That they end: test_nftables_kernel.py."""

from __future__ import annotations

from tests.golden import Expected

from limen.network.emit.nft_live import OVER, live_chains, standing_chains
from limen.network.emit.nft_openings import openings
from limen.network.emit.nft_router import Router
from limen.network.nft.as_text import line

_OPENED = list(openings("office", [], Router({"office": ("vlan10",)}), 0))


def test_only_what_is_open_goes_on_and_is_looked_up_as_its_first_packet_was(expected: Expected) -> None:
    chains = [*standing_chains(), *live_chains("office", _OPENED)]
    expected("".join(f"{chain.name}: {line(one)}\n" for chain in chains for one in chain.lines))


def test_what_is_over_is_neither_let_through_nor_logged() -> None:
    (over,) = (one for one in standing_chains() if one.name == OVER)
    said = [statement for one in over.lines for statement in one.statements]
    assert not any({"accept", "log"} & one.keys() for one in said)
    assert {"drop": None} in over.lines[-1].statements
