"""A table finds its parts by their names."""

from __future__ import annotations

from limen.network.nft.tree import ACCEPT, Chain, Line, Set, Table, goto, jump


def test_parts_are_found_by_name() -> None:
    table = Table("inet", "limen", (Set("s", ("ifname",)),), (Chain("c"),))
    assert table.set_of["s"].types == ("ifname",)
    assert table.chain_of["c"].hook is None


def test_the_kernels_number_makes_no_other_rule() -> None:
    assert Line((ACCEPT,), "a", 5) == Line((ACCEPT,), "a", 9)
    assert (jump("c"), goto("c")) == ({"jump": {"target": "c"}}, {"goto": {"target": "c"}})
