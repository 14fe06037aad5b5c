"""`network.yaml`: read with its lines, all that is wrong with it at once."""

from __future__ import annotations

import pytest
from tests.golden import Expected
from tests.network.written import AROUND, LINES, ZONES, flow, lines, read_text, stated
from tests.web.conftest import HARBOR

from limen.company.load import load_company
from limen.facts import FactStore
from limen.network.initial import HEAD, INITIAL
from limen.network.model import FILE, Network
from limen.network.network_file import NETWORK_FILE
from limen.network.stated import NetworkFile
from limen.pillar import Around


def test_what_limen_init_writes_states_nothing_and_what_it_shows_is_right() -> None:
    assert stated(INITIAL) == NetworkFile()
    shown = "".join(line.removeprefix("# ") for line in INITIAL.removeprefix(HEAD).splitlines(keepends=True))
    file = stated(shown)
    assert [one.id for one in file.network.flows] == ["browsing", "erp-web"]


def test_harbor_is_right() -> None:
    network = load_company(HARBOR).parts[FILE].network
    assert len(network.zones) == 10
    assert {one.kind for one in network.zones} >= {"workstation", "server", "finance", "backup", "iot", "guest"}
    assert len({one.id for one in network.nevers if one.is_built_in}) == 6
    assert 15 <= len(network.flows) <= 20


def test_all_that_is_wrong_is_said_at_once(expected: Expected) -> None:
    text = """zones:
  Office: {kind: workstation, prefixes: [10.10.0.0/24]}
  internet: {kind: dmz, prefixes: [10.11.0.0/24]}
  servers: {kind: servers, prefixes: [10.20.0.0/24]}
  finance: {kind: finance}
  guests: {kind: guest, prefixes: [10.40.0.7/24, "fd00:40::/64", 10.40.0]}
  iot: {kind: iot, prefixes: [10.20.0.128/25], interface: "eth0; drop", vlan: 4095}
  backup: {kind: backup, prefixes: [10.60.0.0/28, 10.60.0.8/29], tags: {oracle: x}}
hosts:
  erp: {zone: server, addresses: [10.20.0.4]}
  dc.harbor.example: {zone: servers, addresses: [10.20.0.5]}
  nas: {zone: backup, addresses: [10.20.0.6, nas.harbor.example]}
  tape: {zone: backup, addresses: [10.60.0.2, 10.60.0.2/28]}
  disk: {zone: backup, addresses: 10.60.0.2}
  backup: {zone: backup, addresses: 10.60.0.3}
services:
  https: [tcp/8443]
  erp: [tcp/99999, 8443]
  any: [tcp/1]
flows:
  - {id: a, from: offices, to: erp, service: htps, owner: finanse, purpose: work, review: 2027-02-30}
  - {id: a, from: [guests, guests], to: files.harbor.example, service: any, owner: a@b@c, purpose: work, review: soon}
  - {id: iot-sensitive, from: 10.0.0.0/8, to: internet, service: any, owner: staff, purpose: "a\\e[2Jb"}
  - nothing
blocks:
  - {id: "B 1", from: guests, to: internet, service: any}
never:
  - {id: c, from: guests, to: backup, wy: because}
without:
  guest-inside: the printer
firewalls:
  router: {kind: nftables}
  cloud: {kind: aws, vpc: vpc-1, device: gw1, zones: [clouds]}
  gate: {kind: unifi, url: "http://gate.harbor.example"}
"""
    file, problems = read_text(text)
    assert file is None
    expected("\n".join(map(str, sorted(problems))))


def test_zones_that_share_addresses_are_told_at_both_lines() -> None:
    text = ZONES + "  more: {zone: servers, addresses: 10.20.0.77}\n"
    shared = text.replace("10.30.0.0/24", "10.20.0.64/26")
    assert sorted({one.line for one in read_text(shared)[1] if "10.20.0" in one.what}) == [3, 4, LINES + 1]


def test_a_host_is_in_its_zone_and_its_address_is_no_contradiction() -> None:
    assert lines(ZONES) == []
    assert lines(ZONES.replace("10.20.0.4", "10.10.0.4")) == [8]
    assert lines(ZONES.replace("10.20.0.4", "10.20.0.10")) == [8]
    assert lines(ZONES.replace("10.20.0.4", "192.0.2.4")) == [8]


def test_a_way_that_no_packet_goes_is_refused() -> None:
    six = ZONES + '  six: {zone: servers, addresses: "fd00:20::6"}\n'
    none = six + "services:\n  p: [icmpv6/128]\nflows:\n"
    assert lines(none + flow("a", "printers", "six", "https")) == [LINES + 5]
    assert lines(none + flow("a", "printers", "erp", "p")) == [LINES + 5]
    assert lines(none + flow("a", "internet", "internet", "https")) == [LINES + 5]
    assert lines(none + flow("a", "office", "six", "p")) == []
    assert lines("flows:\n" + flow("a", "inside", "internet", "any")) == [2]


def test_more_rules_than_can_be_proved_are_refused() -> None:
    zones = "zones:\n" + "".join(f"  z{n}: {{kind: server, prefixes: [10.{n}.0.0/16]}}\n" for n in range(150))
    text = zones + "flows:\n" + "".join(flow(f"f-{n}", "inside", "inside", "smtp") for n in range(9))
    assert len(lines(text)) == 1
    assert lines(zones + "flows:\n" + flow("a", "inside", "inside", "smtp")) == []


@pytest.mark.parametrize(
    ("uplink", "wrong"),
    [("[wan0, wan1]", 0), ("vlan20", 1), ("[wan0, wan0]", 1), ('"wan0; flush ruleset"', 1), ("[]", 1)],
)
def test_an_uplink_is_an_interface_that_leads_to_no_zone(uplink: str, wrong: int) -> None:
    zones = "zones:\n  servers: {kind: server, interface: vlan20, prefixes: [10.20.0.0/24]}\nfirewalls:\n"
    text = zones + f"  gw: {{kind: nftables, device: gw1, uplink: {uplink}}}\n"
    assert len(lines(text)) == wrong


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("{kind: gcp, network: n, uplink: wan0}", [LINES + 2]),
        ("{kind: gcp, network: n, region: eu-central-1}", [LINES + 2]),
        ('{kind: aws, vpc: v, region: "evil.example/"}', [LINES + 2]),
        ("{kind: aws, vpc: v, region: us-gov-west-1}", []),
    ],
)
def test_only_some_firewalls_have_uplinks_or_a_region(said: str, wrong: list[int]) -> None:
    text = ZONES + f"firewalls:\n  gw: {said}\n"
    assert lines(text) == wrong


def test_owners_are_groups_or_addresses() -> None:
    text = ZONES + "flows:\n"
    rest = "purpose: work, review: 2027-05-01"
    for owner, wrong in (("staff", []), ("ines@harbor.example", []), ("stuff", [LINES + 2])):
        one = flow("a", "office", "erp", "smb", f"owner: {owner}, {rest}")
        assert lines(text + one) == wrong, owner
    unread = flow("a", "office", "erp", "smb", f"owner: whoever, {rest}")
    assert lines(text + unread, Around(None, None, None)) == []


@pytest.mark.parametrize(
    "text", ["- a\n", "zones: [a]\n", "zones: {a: }\n", "flows: {a: b}\n", "services: {a: {b: c}}\n"]
)
def test_another_shape_is_told_and_never_raised(text: str) -> None:
    file, problems = read_text(text)
    assert file is None
    assert len(problems) == 1
    assert "``" not in problems[0].what


def test_it_is_a_file_of_the_folder() -> None:
    assert NETWORK_FILE.name == FILE
    known = FactStore()
    file = stated(ZONES)
    NETWORK_FILE.in_force(known, file)
    assert known.rules_of(Network) == file.network
    NETWORK_FILE.in_force(known, None)
    assert known.rules_of(Network) == Network(())
    assert AROUND.groups


def test_a_flow_that_makes_possible_what_must_never_be_is_refused(expected: Expected) -> None:
    text = ZONES + "  vault: {zone: backup, addresses: 10.60.0.2}\nflows:\n"
    text += flow("copies", "office", "vault", "smb") + flow("scans", "printers", "files", "smb")
    text += flow("pulls", "files", "backup", "nfs") + flow("care", "office", "servers", "ssh")
    text += "never:\n  - {id: detour, from: printers, to: backup, hops: true, why: ransomware}\n"
    problems = read_text(text)[1]
    assert [one.line - LINES for one in problems] == [4, 3, 6]
    expected("\n".join(map(str, problems)))


def test_what_a_company_does_without_may_be() -> None:
    text = ZONES + "flows:\n" + flow("copies", "office", "backup", "smb")
    refused = lines(text)
    allowed = lines(text + "without:\n  backup-from-people: laptops write their copies until 2027-03\n")
    assert (refused, allowed) == ([LINES + 2], [])


def test_whether_a_file_is_right_does_not_hang_on_the_day() -> None:
    gone = "owner: staff, purpose: work, review: 2020-01-01, expires: 2020-02-01"
    text = ZONES + "flows:\n" + flow("copies", "office", "backup", "smb", gone)
    assert lines(text) == [LINES + 2]


def test_owners_of_zones_and_hosts_are_groups_or_addresses_too() -> None:
    of_zone = ZONES.replace("kind: server,", "kind: server, owner: stuff,", 1)
    of_host = ZONES.replace("erp: {zone: servers,", "erp: {zone: servers, owner: a@b@c,")
    assert (lines(of_zone), lines(of_host)) == ([3], [8])


def test_what_has_a_slash_and_is_no_protocol_with_its_ports_is_no_service() -> None:
    for service in ("tcp/0", "tcp/70000", "carrier/1", "tcp/1/2"):
        assert lines(ZONES + "flows:\n" + flow("a", "office", "erp", service)) == [LINES + 2], service


def test_only_a_server_that_guards_itself_probes_other_zones() -> None:
    servers = "firewalls:\n  erp: {kind: nftables, host: erp, probes: true}\n"
    (firewall,) = stated(ZONES + servers).network.firewalls
    assert firewall.probes
    for wrong in ("{kind: nftables, device: gw1, probes: true}", "{kind: windows, host: erp, probes: true}"):
        assert lines(ZONES + f"firewalls:\n  one: {wrong}\n") == [LINES + 2]
