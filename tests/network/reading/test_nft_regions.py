"""What a match leaves of a set of packets."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.network.packets import Box, every_packet
from limen.network.reading.nft_regions import Region, initial, matched, minus

_INTERFACES = frozenset({"a", "b", "vlan10"})
_intervals = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda two: (min(two), max(two)))
_regions = st.builds(
    Region,
    st.sets(st.sampled_from("ab"), min_size=1).map(frozenset),
    st.sets(st.sampled_from("ab"), min_size=1).map(frozenset),
    st.builds(lambda *three: Box(4, *three), _intervals, _intervals, _intervals),
)


def _match(left: object, right: object, op: str = "==") -> tuple[list[Region], bool]:
    both = initial(_INTERFACES, [every_packet(4), every_packet(6)])
    return matched(both, {"match": {"op": op, "left": left, "right": right}}, {})


@given(_regions, st.lists(_regions, max_size=3))
def test_what_is_left_is_in_none_of_the_others(one: Region, others: list[Region]) -> None:
    left = minus(one, others)
    for source in "ab":
        for destination in "ab":
            for address in range(5):
                at = Box(4, (address, address), (2, 2), (1, 1))
                holds = [
                    source in each.sources and destination in each.destinations and at.meets(each.box) is not None
                    for each in (one, *others)
                ]
                found = sum(
                    source in each.sources and destination in each.destinations and at.meets(each.box) is not None
                    for each in left
                )
                assert found == int(holds[0] and not any(holds[1:]))


@pytest.mark.parametrize(
    ("left", "right", "op", "count"),
    [
        ({"payload": {"protocol": "ip", "field": "saddr"}}, {"prefix": {"addr": "10.0.0.0", "len": 8}}, "==", 1),
        ({"payload": {"protocol": "ip", "field": "saddr"}}, {"prefix": {"addr": "10.0.0.0", "len": 8}}, "!=", 2),
        ({"payload": {"protocol": "tcp", "field": "dport"}}, {"set": [22, {"range": [80, 90]}]}, "==", 4),
        ({"payload": {"protocol": "tcp", "field": "dport"}}, 1_024, "<", 2),
        ({"meta": {"key": "nfproto"}}, "ipv6", "==", 1),
        ({"meta": {"key": "iifname"}}, "vlan*", "==", 2),
        ({"meta": {"key": "iifname"}}, "c", "==", 0),
        ({"ct": {"key": "state"}}, ["established", "related"], "in", 0),
        ({"ct": {"key": "state"}}, "new", "==", 2),
    ],
)
def test_what_is_understood_is_exact(left: object, right: object, op: str, count: int) -> None:
    found, is_exact = _match(left, right, op)
    assert (len(found), is_exact) == (count, True)


def test_ports_without_a_protocol_may_be_of_another() -> None:
    """Two bytes of GRE, for one."""
    found, is_exact = _match({"payload": {"protocol": "th", "field": "dport"}}, 22)
    assert {one.box.protocol[0] for one in found} == {6, 17, 33, 132}
    assert not is_exact


def test_what_is_not_understood_leaves_everything() -> None:
    assert _match({"meta": {"key": "mark"}}, 7) == (initial(_INTERFACES, [every_packet(4), every_packet(6)]), False)
