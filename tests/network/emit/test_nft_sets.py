"""Boxes as elements: by shape, family and order."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.network.emit import nft_sets
from limen.network.emit.nft_sets import lookups, shapes
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Packet

_SOURCE, _DESTINATION = (0x0A0A0000, 0x0A0A00FF), (0x0A14000A, 0x0A14000A)
_PROTOCOLS = st.tuples(st.integers(0, 255), st.integers(0, 255)).map(lambda two: (min(two), max(two)))
_PORTS = st.tuples(st.integers(0, 300), st.integers(0, 65_535)).map(lambda two: (min(two), max(two)))


def _box(protocol: tuple[int, int] = ANY_PROTOCOL, port: tuple[int, int] = ANY_PORT, **more: tuple[int, int]) -> Box:
    return Box(4, _SOURCE, _DESTINATION, protocol, port)._replace(**more)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (_box(), {"addresses"}),
        (_box((6, 6)), {"protocols"}),
        (_box((6, 6), (443, 443)), {"ports"}),
        (_box((6, 6), (443, 443), source_port=(1, 9)), {"sources"}),
        (_box((1, 1), (8, 8)), {"types"}),
        (_box((1, 1), (300, 400)), set()),
        (_box((47, 47), (1, 9)), set()),
        (_box((0, 255), (0, 9)), {"ports", "types", "protocols"}),
        (_box((0, 255), (0, 9), source_port=(1, 9)), {"sources"}),
    ],
)
def test_a_box_has_the_shapes_of_its_packets(box: Box, expected: set[str]) -> None:
    assert {shape for shape, _ in shapes(box)} == expected


@given(
    _PROTOCOLS,
    _PORTS,
    st.sampled_from([ANY_PORT, (0, 9), (5, 70)]),
    st.integers(0, 255),
    st.integers(0, 400),
    st.integers(0, 90),
)
def test_shapes_hold_the_packets_of_the_box(
    protocols: tuple[int, int], ports: tuple[int, int], sources: tuple[int, int], protocol: int, port: int, source: int
) -> None:
    """But ICMP of the other family, which no table lets through."""
    has_ports = protocol in {6, 17, 33, 132}
    port, source = (port % 256 if protocol == 1 else port if has_ports else 0), source if has_ports else 0
    packet = Packet("a", "b", 4, _SOURCE[0], _DESTINATION[0], protocol, port, source)
    box = _box(protocols, ports, source_port=sources)
    if protocol != 58:
        assert any(part.holds(packet) for _, part in shapes(box)) == box.holds(packet)


def test_what_tells_most_stands_first_in_a_large_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nft_sets, "_LARGE", 3)
    boxes = [("a", _box((6, 6), (port, port + 5))) for port in (10, 20, 30)]
    (held,) = lookups("s", boxes)
    assert held.set.types[0] == "inet_service"
    (small,) = lookups("s", boxes[:2])
    assert small.set.types == ("ipv4_addr", "ipv4_addr", "inet_proto", "inet_service")


def test_many_with_one_value_each_become_a_table_of_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nft_sets, "_MANY", 3)
    boxes = [("a", _box((6, 6), (port, port))) for port in (10, 20, 30)]
    ranges, hashed = lookups("s", [*boxes, ("b", _box((6, 6), (100, 200)))])
    assert (ranges.set.name, ranges.set.flags, len(ranges.set.elements)) == ("s.ports4", {"interval"}, 1)
    assert (hashed.set.name, hashed.set.flags, len(hashed.set.elements)) == ("s.ports4.1", frozenset(), 3)
    assert hashed.matches[1]["match"]["right"] == {"prefix": {"addr": "10.10.0.0", "len": 24}}
