"""Rules of OPNsense's API read: their order, and what each says."""

from __future__ import annotations

from limen.network.packets import Packet
from limen.network.reading.files import File, read_files
from limen.network.reading.opnsense import read_opnsense, rows_of

SSH = Packet("lan", "other", 4, 0x0A0A0001, 0x0A140001, 6, 22)
ALL = {"source_net": "any", "destination_net": "any", "protocol": "any"}


def row(sequence: int, action: str, interface: str = "lan", **more: str) -> dict[str, str]:
    return {**ALL, "sequence": str(sequence), "action": action, "interface": interface, **more}


def test_rules_without_an_interface_go_first_then_those_of_groups_then_its_own() -> None:
    own = row(1, "block", description="own")
    group = row(50, "pass", "staff", description="group")
    floating = row(99, "pass", "", description="floating")
    assert [
        (found.id if (found := read_opnsense({"rows": rows}).ruleset.decides(SSH)) else "")
        for rows in ([own, group, floating], [own, group], [own], [row(1, "pass", "opt1")])
    ] == ["floating", "group", "own", ""]


def test_the_lowest_sequence_decides_and_what_is_off_or_goes_out_counts_for_nothing() -> None:
    rows = [
        row(30, "block", description="late"),
        row(20, "pass", protocol="TCP", destination_port="20-25", description="ssh"),
        row(10, "block", enabled="0"),
        row(5, "pass", direction="out"),
    ]
    reading = read_opnsense({"rows": rows})
    assert {port: reading.ruleset.allows(SSH._replace(port=port)) for port in (19, 20, 25, 26)} == {
        19: False,
        20: True,
        25: True,
        26: False,
    }
    assert reading.errs is None


def test_services_addresses_and_families() -> None:
    ping = row(1, "pass", protocol="ICMP", icmptype="echoreq", source_net="10.10.0.0/25,10.10.0.128/25")
    both = row(2, "pass", protocol="TCP/UDP", destination_port="53", ipprotocol="inet6")
    rules = read_opnsense({"rows": [ping, both]}).ruleset
    assert rules.allows(SSH._replace(protocol=1, port=8))
    assert not rules.allows(SSH._replace(protocol=1, port=13))
    assert not rules.allows(SSH._replace(protocol=17, port=53))
    assert rules.allows(SSH._replace(family=6, protocol=17, port=53))
    assert len(rules.rules) == 3


def test_choices_are_read_by_what_is_selected() -> None:
    rule = {"action": {"pass": {"selected": 0}, "block": {"selected": 1}}, "interface": {"lan": {"selected": 1}}}
    document = {"filter": {"rules": {"rule": {"5f3e-a1": {**rule, "enabled": "1"}}}}}
    assert rows_of(document) == [{"action": "block", "interface": "lan", "enabled": "1", "uuid": "5f3e-a1"}]
    assert rows_of({"filter": {"rules": {"rule": []}}}) == []


def test_it_is_told_from_other_firewalls() -> None:
    assert read_files([File("get.json", '{"filter": {"rules": {"rule": []}}}')]).kind == "opnsense"
    assert read_files([File("unifi.json", '{"zones": [], "policies": []}')]).kind == "unifi"
