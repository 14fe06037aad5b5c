"""What is other in a new network.yaml, in one line each."""

from __future__ import annotations

from tests.golden import Expected
from tests.network.written import ZONES, flow, stated

from limen.network.file_changes import changes, touches

_BEFORE = (
    ZONES
    + "services:\n  p: [tcp/9000]\nflows:\n"
    + flow("kept", "office", "erp", "ssh")
    + flow("gone", "office", "files", "smb")
    + flow("other", "[office, printers]", "internet", "[https, http]")
    + "blocks:\n  - {id: quiet, from: printers, to: internet, service: any, why: its maker asks}\n"
    + "without:\n  iot-sensitive: the scanner writes to a desk\n"
)
_AFTER = (
    ZONES.replace("10.30.0.0/24]", "10.30.0.0/25], vlan: 30, tags: {aws: sg-1}, isolated: true")
    + "  tape: {zone: backup, addresses: 10.60.0.2}\n"
    + "services:\n  p: [tcp/9001]\nflows:\n"
    + flow("other", "[office, printers]", "internet", "https")
    + flow("kept", "office", "erp", "ssh")
    + flow("new", "office", "erp", "any").replace("}", ", expires: 2027-01-01}")
    + "never:\n  - {id: no, from: office, to: backup, hops: true, why: ransomware}\n"
    + "firewalls:\n  gate: {kind: opnsense, url: 'https://10.99.0.1', zones: [office, servers]}\n"
)


def test_each_thing_that_is_new_gone_or_other_is_said(expected: Expected) -> None:
    expected("\n".join(changes(stated(_BEFORE), stated(_AFTER))))


def test_nothing_is_said_where_nothing_is_other() -> None:
    assert list(changes(stated(_BEFORE), stated(_BEFORE))) == []
    assert list(changes(None, stated(""))) == []
    assert len(list(changes(None, stated(ZONES)))) == 6
    assert len(list(changes(stated(ZONES), None))) == 6


def test_addresses_are_no_people() -> None:
    assert list(touches(stated(_BEFORE), stated(_AFTER), ())) == []
