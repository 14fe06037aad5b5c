"""Boxes against sets of packets counted one by one."""

from __future__ import annotations

from itertools import product

from hypothesis import given, strategies as st

from limen.network.packets.box import LAST_ADDRESS, Box, Packet, address_of, every_packet, of_one_family

_SMALL = 4
_intervals = st.tuples(st.integers(0, _SMALL - 1), st.integers(0, _SMALL - 1)).map(lambda two: (min(two), max(two)))
_boxes = st.builds(Box, st.sampled_from([4, 6]), _intervals, _intervals, _intervals, _intervals, st.just((0, 0)))


def _packets(box: Box) -> set[Packet]:
    ranges = [range(low, high + 1) for low, high in box[1:]]
    return {Packet("a", "b", box.family, *values) for values in product(*ranges)}


@given(_boxes, _boxes)
def test_what_two_share_is_what_both_hold(one: Box, other: Box) -> None:
    shared = one.meets(other)
    assert (_packets(shared) if shared else set()) == _packets(one) & _packets(other)
    assert one.is_within(other) == (_packets(one) <= _packets(other))


@given(_boxes, _boxes)
def test_what_is_left_is_in_exactly_one_piece(one: Box, other: Box) -> None:
    pieces = [_packets(piece) for piece in one.without(other)]
    assert sum(map(len, pieces)) == len(_packets(one) - _packets(other))
    assert set().union(*pieces) == _packets(one) - _packets(other)


@given(_boxes)
def test_its_first_packet_is_one_of_its_own(box: Box) -> None:
    assert box.holds(box.first("a", "b"))


def test_addresses_are_said_as_people_write_them() -> None:
    assert Packet("a", "b", 4, 0x0A0A0001, 0x0A14000A, 6, 443).addresses == ("10.10.0.1", "10.20.0.10")
    assert Packet("a", "b", 6, 0xFD << 120 | 1, LAST_ADDRESS[6], 6, 443).addresses[0] == "fd00::1"


def test_every_packet_holds_all_of_one_family() -> None:
    assert every_packet(4).holds(Packet("a", "b", 4, LAST_ADDRESS[4], 0, 255, 65_535, 65_535))
    assert not every_packet(4).holds(Packet("a", "b", 6, 0, 0, 0, 0))


def test_a_low_address_of_ipv6_is_none_of_ipv4() -> None:
    assert (str(address_of(4, 1)), str(address_of(6, 1))) == ("0.0.0.1", "::1")


def test_no_packet_goes_from_one_family_to_the_other() -> None:
    first, second, third = (4, (1, 2)), (4, (5, 6)), (6, (1, 2))
    assert list(of_one_family([first, third], [second, third])) == [(4, (1, 2), (5, 6)), (6, (1, 2), (1, 2))]
