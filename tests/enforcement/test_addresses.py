from __future__ import annotations

from ipaddress import ip_network

import pytest

from limen.enforcement.addresses import (
    MAX_HOPS,
    UntrustedProxies,
    _parsed,
    client_address,
    is_plain_http,
    is_trusted,
)

TRUSTED = (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", b"", "203.0.113.7"),
        ("203.0.113.7", b"198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", b"203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", b"198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", b"198.51.100.1, 203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("127.0.0.1", b"10.0.0.9, 10.1.2.3", "10.0.0.9"),
        ("127.0.0.1", b"", "127.0.0.1"),
        ("127.0.0.1", b"nonsense", "127.0.0.1"),
        ("127.0.0.1", b"203.0.113.7, nonsense", "127.0.0.1"),
        ("127.0.0.1", b"203.0.113.7, unknown, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", b"203.0.113.7:4711", "203.0.113.7"),
        ("127.0.0.1", b"[2001:db8::1]:4711", "2001:db8::1"),
        ("127.0.0.1", b"::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:127.0.0.1", b"203.0.113.7", "203.0.113.7"),
        ("", b"203.0.113.7", "203.0.113.7"),
        ("", b"", ""),
        ("nonsense", b"203.0.113.7", ""),
    ],
)
def test_the_client_is_the_right_most_address_that_is_no_proxy_of_ours(peer, forwarded, client):
    assert client_address(peer, forwarded, TRUSTED) == client


def test_a_very_long_chain_is_read_from_its_right_end_only():
    assert client_address("127.0.0.1", b"203.0.113.7, " * 100_000 + b"198.51.100.1", TRUSTED) == "198.51.100.1"


def test_text_that_is_no_address_is_no_proxy():
    assert is_trusted("10.2.3.4", TRUSTED)
    assert not is_trusted("", TRUSTED)
    assert not is_trusted("localhost", TRUSTED)


def test_a_front_that_nobody_named_is_noticed_and_the_internet_is_not():
    hops = UntrustedProxies([ip_network("10.0.0.5")])
    for peer in ("", "10.0.0.5", "10.0.0.9", "127.0.0.1", "8.8.8.8", "2001:4860::1", "nonsense", "10.0.0.9"):
        hops.notice(peer)
    assert hops.seen == ("10.0.0.9", "127.0.0.1")


def test_only_so_many_are_kept():
    hops = UntrustedProxies([])
    for number in range(500):
        hops.notice(f"10.0.{number % 250}.{number // 250}")
    assert len(hops.seen) == MAX_HOPS


@pytest.mark.parametrize(
    ("url", "is_plain"),
    [
        ("http://10.0.0.3:80", True),
        ("http://wiki.internal", True),
        ("http://localhost.evil.example", True),
        ("https://10.0.0.3", False),
        ("http://127.0.0.1:9101", False),
        ("http://[::1]:9101", False),
        ("http://localhost:9101", False),
        ("", False),
    ],
)
def test_only_this_machine_itself_may_be_reached_without_encryption(url: str, *, is_plain: bool) -> None:
    assert is_plain_http(url) is is_plain


def test_what_is_longer_than_any_address_is_none_and_is_not_remembered() -> None:
    long = "1" * 50_000
    before = _parsed.cache_info().currsize
    assert client_address(long, b"", TRUSTED) == ""
    assert client_address("127.0.0.1", f"{long}, 198.51.100.{'9' * 60_000}".encode(), TRUSTED) == "127.0.0.1"
    assert _parsed.cache_info().currsize <= before + 1
