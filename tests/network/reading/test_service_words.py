"""How services are written, and which do harm."""

from __future__ import annotations

from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box
from limen.network.reading.service_words import harm, service_words, written_service

_EVERY = (0, 2**32 - 1)


def _harm(protocol: int, low: int, high: int) -> int:
    return harm(Box(4, _EVERY, _EVERY, (protocol, protocol), (low, high)))


def test_how_network_yaml_writes_them() -> None:
    assert written_service(6, (22, 22)) == "tcp/22"
    assert written_service(17, (1, 9)) == "udp/1-9"
    assert written_service(6, ANY_PORT) == "tcp"
    assert written_service(1, (8, 8)) == "icmp/8"
    assert written_service(50, ANY_PORT) == "esp"
    assert "tcp/22" in service_words((6, 6), (22, 22))
    assert service_words(ANY_PROTOCOL, ANY_PORT) == "everything"


def test_what_gives_away_a_machine_is_worst() -> None:
    assert _harm(6, 443, 443) < _harm(6, 8_443, 8_443) < _harm(6, 3_389, 3_389)
    assert _harm(6, 1, 65_535) == 3
    assert _harm(1, 8, 8) == 1
    assert harm(Box(4, _EVERY, _EVERY)) == 3
