"""The way through chains. More of it: test_nft.py, and against a real kernel tests/laws/test_network_reading.py."""

from __future__ import annotations

import pytest

from limen.network.nft.tree import ACCEPT, COUNTER, DROP, Chain, Element, Hook, Line, Set, Statement, Table, goto, jump
from limen.network.packets import Packet, every_packet
from limen.network.reading.nft import read
from limen.network.reading.nft_regions import TooTangled, initial
from limen.network.reading.nft_walking import Walk

_UNKNOWN: Statement = {"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": 7}}
_HOOK = Hook("filter", "forward", 0, "accept")


def _walk(base: list[Line], **chains: list[Line]) -> Walk:
    others = tuple(Chain(name, tuple(lines)) for name, lines in chains.items())
    table = Table("inet", "t", (), (*others, Chain("base", tuple(base), _HOOK)))
    walk = Walk([(table, table.chains[-1])])
    walk.arrive(initial(frozenset("ab"), [every_packet(4)]))
    return walk


def _first(walk: Walk) -> tuple[str, bool]:
    return walk.found[0].id, walk.found[0].allows


def test_a_chain_that_only_denies_is_one_rule() -> None:
    lines = [Line((COUNTER,)), Line((_UNKNOWN, DROP)), Line((DROP,))]
    walk = _walk([Line((goto("end"),), "all")], end=lines)
    assert _first(walk) == ("all", False)
    assert walk.notes == []


def test_a_chain_that_may_accept_is_walked() -> None:
    walk = _walk([Line((jump("end"),))], end=[Line((_UNKNOWN, ACCEPT)), Line((DROP,))])
    assert _first(walk) == ("t.end:1", True)
    assert [one.place for one in walk.notes] == ["inet t end 1"]


def test_after_a_return_that_is_not_sure_nothing_denies_for_sure() -> None:
    walk = _walk([Line((_UNKNOWN, {"return": None})), Line((DROP,))])
    assert all(one.allows for one in walk.found)
    assert {one.effect for one in walk.notes} == {"may-allow"}


def test_a_program_that_decides_may_let_through() -> None:
    walk = _walk([Line(({"queue": {"num": 0}},)), Line((DROP,))])
    assert _first(walk) == ("t.base:1", True)
    assert len(walk.notes) == 1


def test_changed_addresses_are_named() -> None:
    mangle = {"mangle": {"key": {"payload": {"protocol": "ip", "field": "daddr"}}, "value": "10.0.0.1"}}
    assert len(_walk([Line((mangle,)), Line((DROP,))]).notes) == 1
    mark = {"mangle": {"key": {"meta": {"key": "mark"}}, "value": 7}}
    assert _walk([Line((mark,)), Line((DROP,))]).notes == []


def test_a_chain_that_is_not_there_is_refused() -> None:
    with pytest.raises(TooTangled):
        _walk([Line((jump("nowhere"),))])


def test_what_is_denied_for_a_while_is_not_closed() -> None:
    """An element with a timeout goes; who is let through then is let through by this ruleset."""
    banned = Set("banned", ("ipv4_addr",), (Element(((9, 9),), seconds=60), Element(((7, 7),))), frozenset({"timeout"}))
    source = {"payload": {"protocol": "ip", "field": "saddr"}}
    for lines in (
        [
            Line(({"match": {"op": "==", "left": source, "right": "@banned"}}, {"drop": None})),
            Line(({"accept": None},)),
        ],
        [Line(({"match": {"op": "!=", "left": source, "right": "@banned"}}, {"accept": None}))],
    ):
        chain = Chain("forward", tuple(lines), Hook("filter", "forward", 0, "drop"))
        found = read([Table("inet", "t", (banned,), (chain,))], {"a": ("a",), "b": ("b",)}, 0)
        sources = {one: found.ruleset.allows(Packet("a", "b", 4, one, 1, 6, 443)) for one in (7, 8, 9)}
        assert sources == {7: False, 8: True, 9: True}
        assert any(one.effect == "may-allow" for one in found.notes) or not found.is_exact
