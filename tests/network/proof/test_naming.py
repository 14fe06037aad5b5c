"""Packets by the names that people gave, and by numbers where they gave none."""

from __future__ import annotations

import pytest
from tests.network.networks import harbor

from limen.network.compiling import Places
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Interval
from limen.network.proof.naming import MOST_ADDRESSES, Named, Reachable, lines

_NETWORK = harbor()
_OF = {name: Places(_NETWORK).of(name) for name in ("office", "guests", "files", "dc", "vault")}


def _interval(name: str, family: int = 4) -> Interval:
    return next(interval for _, one, interval in _OF[name] if one == family)


def _line(box: Box, to_zone: str = "servers") -> Reachable:
    (one,) = lines([Named("office", to_zone, box, "a")], _NETWORK)
    return one


@pytest.mark.parametrize(
    ("protocol", "port", "source_port", "said"),
    [
        ((6, 6), (8000, 8100), ANY_PORT, "tcp/8000-8100"),
        ((17, 17), ANY_PORT, ANY_PORT, "udp"),
        ((47, 47), ANY_PORT, ANY_PORT, "protocol 47"),
        ((1, 1), (8, 8), ANY_PORT, "ping"),
        ((1, 1), ANY_PORT, ANY_PORT, "icmp"),
        ((6, 17), ANY_PORT, ANY_PORT, "protocols 6-17"),
        (ANY_PROTOCOL, ANY_PORT, ANY_PORT, "any"),
        ((6, 6), (443, 443), ANY_PORT, "https"),
        ((6, 6), (53, 53), ANY_PORT, "tcp/53"),
        ((6, 6), (443, 443), (1024, 65_535), "tcp/443 from 1024-65535"),
    ],
)
def test_a_service_by_its_name_or_its_numbers(
    protocol: Interval, port: Interval, source_port: Interval, said: str
) -> None:
    box = Box(4, _interval("office"), _interval("files"), protocol, port, source_port)
    assert _line(box).services == (said,)


def test_one_family_of_two_is_said() -> None:
    box = Box(6, _interval("office", 6), _interval("files", 6), (6, 6), (443, 443))
    assert _line(box).families == (6,)


def test_where_an_end_has_one_family_it_needs_no_word() -> None:
    box = Box(4, _interval("office"), _interval("vault"), (6, 6), (443, 443))
    assert _line(box, "backup").families == (4, 6)


def test_several_hosts_are_a_line_each() -> None:
    boxes = [Box(4, _interval("office"), _interval(name), (6, 6), (443, 443)) for name in ("files", "dc")]
    found = lines([Named("office", "servers", one, "a") for one in boxes], _NETWORK)
    assert [one.destination for one in found] == ["dc", "files"]


def test_addresses_are_bounded() -> None:
    low = _interval("guests")[0]
    boxes = [Box(4, _interval("office"), (low + 3 * at, low + 3 * at)) for at in range(40)]
    (line,) = lines([Named("office", "guests", one, "a") for one in boxes], _NETWORK)
    assert line.destination.count(",") == MOST_ADDRESSES
