"""Who sends: by a certificate, by an address, and not by either of another way."""

from __future__ import annotations

import pytest

from limen.monitor.link import Watched
from limen.monitor.process.senders import Senders, plain

FIREWALL = Watched(name="firewall", kind="syslog", way="udp", addresses=("192.0.2.0/28", "2001:db8::/64"))
SWITCH = Watched(name="switch", kind="syslog", way="tcp", addresses=("192.0.2.1/32",))
SERVERS = Watched(name="servers", kind="syslog", way="tls", senders={"aa": "ls_1"}, addresses=("198.51.100.0/24",))


@pytest.fixture
def senders() -> Senders:
    made = Senders()
    made.set([FIREWALL, SWITCH, SERVERS])
    return made


@pytest.mark.parametrize(
    ("way", "address", "source"),
    [
        ("udp", "192.0.2.1", "firewall"),
        ("tcp", "192.0.2.1", "switch"),
        ("udp", "192.0.2.16", ""),
        ("udp", "2001:db8::1", "firewall"),
        ("tls", "198.51.100.1", ""),
        ("udp", "", ""),
        ("udp", "nonsense", ""),
    ],
)
def test_by_address(senders: Senders, way: str, address: str, source: str) -> None:
    found = senders.by_address(way, address)
    assert (found.source.name if found else "") == source


def test_a_certificate_counts_from_its_addresses_alone(senders: Senders) -> None:
    found = senders.by_certificate("aa", "198.51.100.7")
    assert found is not None
    assert (found.source.name, found.id) == ("servers", "ls_1")
    assert senders.by_certificate("aa", "203.0.113.1") is None
    assert senders.by_certificate("bb", "198.51.100.7") is None


def test_a_source_that_is_removed_is_known_no_more(senders: Senders) -> None:
    assert senders.by_address("udp", "192.0.2.1")
    senders.set([])
    assert senders.by_address("udp", "192.0.2.1") is None
    assert senders.by_certificate("aa", "198.51.100.7") is None


def test_addresses_are_compared_as_what_they_are() -> None:
    assert [plain(one) for one in ("::ffff:192.0.2.1", "fe80::1%eth0", "nonsense")] == ["192.0.2.1", "fe80::1", ""]
