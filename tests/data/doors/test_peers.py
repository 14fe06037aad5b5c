from __future__ import annotations

from ipaddress import ip_network

import pytest

from limen.data.doors.peers import MOST_TOLD, Refused, is_named, is_of, may_connect

NAMED = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("address", "named", "without_names"),
    [
        ("192.0.2.7", True, False),
        ("::ffff:192.0.2.7", True, False),
        ("2001:db8::1%eth0", True, False),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("::ffff:127.0.0.1", False, True),
        ("198.51.100.1", False, False),
        ("", False, False),
        ("nowhere", False, False),
    ],
)
def test_who_may_connect(address: str, named: bool, without_names: bool) -> None:
    assert is_named(address, NAMED) == may_connect(address, NAMED) == named
    assert may_connect(address, ()) == without_names
    assert not is_named(address, ())


def test_who_is_not_let_in_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    refused = Refused("mail_servers")
    for address in ("192.0.2.7", "192.0.2.7", *(f"198.51.100.{n}" for n in range(200))):
        refused.tell(address)
    assert len(caplog.records) == MOST_TOLD
    assert "192.0.2.7" in caplog.records[0].message
    assert "mail_servers" in caplog.records[0].message


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("harbor.example", True),
        ("intranet.Harbor.example.", True),
        ("a.b.harbor.test", True),
        ("evilharbor.example", False),
        ("harbor.example.evil.test", False),
        ("example", False),
        ("", False),
        (".", False),
        ("127.0.0.1", False),
    ],
)
def test_whose_site_it_is(host: str, is_own: bool) -> None:
    assert is_of(host, {"harbor.example", "harbor.test"}) == is_own
