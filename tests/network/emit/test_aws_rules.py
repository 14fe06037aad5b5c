"""Fewer rules that say the same."""

from __future__ import annotations

from limen.network.emit.aws_rules import GroupRule, merged, prefixes


def _rule(peer: str, ports: tuple[int, int] = (443, 443), id_: str = "a", family: int = 4) -> GroupRule:
    return GroupRule("sg", "ingress", family, peer, 6, ports, (id_,))


def test_prefixes_that_make_up_a_wider_one_are_one() -> None:
    [one] = merged([_rule("10.0.0.0/25", id_="a"), _rule("10.0.0.128/25", id_="b"), _rule("10.0.0.7/32", id_="c")])
    assert (one.peer, set(one.ids)) == ("10.0.0.0/24", {"a", "b", "c"})
    assert len(merged([_rule("10.0.0.0/25"), _rule("10.0.1.0/25")])) == 2


def test_ports_side_by_side_are_one_and_others_stay() -> None:
    got = merged([_rule("10.0.0.0/24", (80, 80)), _rule("10.0.0.0/24", (81, 90)), _rule("10.0.0.0/24", (92, 92))])
    assert [one.ports for one in got] == [(80, 90), (92, 92)]
    assert len(merged([_rule("10.0.0.0/24", (80, 80)), _rule("10.0.1.0/24", (81, 81))])) == 2


def test_a_group_is_named_once() -> None:
    [one] = merged([_rule("sg-2", family=0, id_="a"), _rule("sg-2", family=0, id_="b")])
    assert one.ids == ("a", "b")


def test_intervals_as_prefixes() -> None:
    assert prefixes(4, (0, 2**32 - 1)) == ["0.0.0.0/0"]
    assert prefixes(6, (1, 2)) == ["::1/128", "::2/128"]
