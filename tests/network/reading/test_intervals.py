"""Intervals as firewalls write them."""

from __future__ import annotations

import pytest

from limen.network.reading.intervals import all_but, joined, port_interval, prefix_interval, range_interval, shared


def test_all_but_some() -> None:
    assert all_but([(0, 3), (5, 5), (4, 4)], 10) == [(6, 10)]
    assert all_but([], 10) == [(0, 10)]
    assert all_but([(0, 10)], 10) == []
    assert all_but([(3, 4)], 10) == [(0, 2), (5, 10)]


def test_what_two_lists_share() -> None:
    assert shared([(0, 5), (8, 9)], [(4, 8)]) == [(4, 5), (8, 8)]


def test_addresses_and_ports() -> None:
    assert prefix_interval("10.0.0.1/8") == (4, (10 << 24, (11 << 24) - 1))
    assert prefix_interval("::1") == (6, (1, 1))
    assert range_interval("10.0.0.1", "10.0.0.3")[1] == ((10 << 24) + 1, (10 << 24) + 3)
    assert [port_interval(one, ":") for one in ("80", "80:90", ":90", "80:")] == [
        (80, 80), (80, 90), (0, 90), (80, 65_535),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "x", "10.0.0.0/33", "fe80::1%eth0", "10.0.0.0/255.0.255.0"])
def test_what_is_no_prefix(text: str) -> None:
    with pytest.raises(ValueError):
        prefix_interval(text)


@pytest.mark.parametrize("text", ["x", "70000", "90:80", "-1", "\u0668", "1_0", "", "999999"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(ValueError):
        port_interval(text, ":")


def test_a_range_that_runs_backwards_or_between_families_is_none() -> None:
    for first, last in (("10.0.0.3", "10.0.0.1"), ("10.0.0.1", "::1")):
        with pytest.raises(ValueError):
            range_interval(first, last)


def test_addresses_beside_one_another_are_one_interval() -> None:
    assert joined([(4, (6, 9)), (6, (0, 1)), (4, (0, 5)), (4, (3, 4)), (4, (11, 12))]) == [
        (4, (0, 9)),
        (4, (11, 12)),
        (6, (0, 1)),
    ]
