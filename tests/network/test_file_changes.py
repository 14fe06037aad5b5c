"""What is other in a new network.yaml, in one line each."""

from __future__ import annotations

from tests.golden import Expected
from tests.network.written import ZONES, flow, stated

from limen.network.file_changes import changes, touches
from limen.network.proof.changes_said import MOST_LINES

_BEFORE = (
    ZONES
    + "services:\n  p: [tcp/9000]\nflows:\n"
    + flow("kept", "office", "erp", "smb")
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
    + flow("kept", "office", "erp", "smb")
    + flow("new", "office", "erp", "nfs").replace("}", ", expires: 2027-01-01}")
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


def test_what_gets_through_now_and_what_no_longer_does(expected: Expected) -> None:
    expected("\n".join(one.said for one in touches(stated(_BEFORE), stated(_AFTER), ())))
    assert all(one.people == () for one in touches(stated(_BEFORE), stated(_AFTER), ()))


def test_nothing_opens_where_nothing_is_other_or_only_names_are() -> None:
    assert list(touches(stated(_BEFORE), stated(_BEFORE), ())) == []
    assert list(touches(None, stated(ZONES), ())) == []
    renamed = _BEFORE.replace("office", "desks").replace("id: kept", "id: kept-on")
    assert list(touches(stated(_BEFORE), stated(renamed), ())) == []


def test_a_flood_of_lines_is_counted() -> None:
    zones = "zones:\n" + "".join(f"  z{n}: {{kind: server, prefixes: [10.{n}.0.0/24]}}\n" for n in range(12))
    text = zones + "flows:\n" + flow("all", "inside", "inside", "smtp")
    found = list(touches(None, stated(text), ()))
    assert len(found) == MOST_LINES + 1


def test_a_zone_whose_hosts_are_no_longer_kept_apart_is_told() -> None:
    apart = ZONES.replace("kind: workstation", "kind: workstation, isolated: true")
    assert len(list(touches(stated(apart), stated(ZONES), ()))) == 1
    assert list(touches(stated(ZONES), stated(apart), ())) == []
