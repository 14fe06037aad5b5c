"""What goes on of connections that openings let in. That they end: test_nftables_kernel.py."""

from __future__ import annotations

import pytest

from limen.network.emit.nft_live import live_chains, standing_chains
from limen.network.emit.nft_openings import openings
from limen.network.emit.nft_router import Router
from limen.network.nft.as_text import line

_OPENED = list(openings("office", [], Router({"office": ("vlan10",)}), 0))


def test_only_what_no_opening_let_in_goes_on_unasked() -> None:
    over, standing = standing_chains()
    assert [line(one) for one in standing.lines] == [
        "ct mark != 19533 accept",
        "ct direction original iifname vmap @live",
        "ct direction reply oifname vmap @back",
        "goto over",
    ]
    said = [statement for one in over.lines for statement in one.statements]
    assert not any({"accept", "log"} & one.keys() for one in said)
    assert {"drop": None} in over.lines[-1].statements


@pytest.mark.parametrize(("number", "interface"), [(0, "oifname"), (1, "iifname")])
def test_a_connection_is_looked_up_as_its_first_packet_was(number: int, interface: str) -> None:
    said = [line(one) for one in live_chains("office", _OPENED)[number].lines]
    first = f"ct original ip saddr . ct reply ip saddr . {interface} . ct protocol . ct reply proto-src"
    assert said[0] == f"{first} @opened.office.ports4 accept"
    assert said[3] == (
        f"ct original ip6 saddr . ct reply ip6 saddr . {interface} . ct protocol @opened.office.protocols6 accept"
    )
