"""What somebody who may write network.yaml, or a mistake in it, tries: each refused in bounds, with its line."""

from __future__ import annotations

import tracemalloc

import pytest
from tests.network.written import LINES, ZONES, flow, lines, read_text

from limen.company.child import parse_texts
from limen.network.compiling import compiled
from limen.network.model import FILE
from limen.network.packets.regions import Regions
from limen.network.proof.nevers import verdicts
from limen.network.shapes import MOST_FLOWS, MOST_HOSTS, MOST_ZONES


@pytest.mark.parametrize(
    "name", ["a; drop", 'a" accept', "a\\n", "{ }", "$(id)", "../a", "vlan10 accept", "а", "-a", "@a", "*", "#"]
)
def test_no_name_reaches_a_ruleset_as_anything_but_a_name(name: str) -> None:
    """Names and IDs stand in comments, sets and chains of firewalls."""
    quoted = '"' + name.replace('"', '\\"') + '"'
    for text in (
        f"zones:\n  {quoted}: {{kind: dmz, prefixes: [10.1.0.0/24]}}\n",
        ZONES + f"  {quoted}: {{zone: servers, addresses: 10.20.0.9}}\n",
        ZONES + "flows:\n" + flow(quoted, "office", "erp", "smb"),
        ZONES.replace("kind: iot", f"kind: iot, interface: {quoted}"),
        ZONES + f"services:\n  {quoted}: [tcp/1]\n",
    ):
        assert lines(text) != [], text


def test_texts_that_steer_a_terminal_are_refused_and_told_as_escapes() -> None:
    text = ZONES + 'without:\n  iot-sensitive: "\\e]0;x\\a"\nblocks:\n'
    text += '  - {id: b, from: office, to: erp, service: any, why: "a\\u202eb"}\n'
    problems = read_text(text)[1]
    assert [one.line - LINES for one in problems] == [2, 4]
    assert all(one.what.isprintable() for one in problems)


def test_a_name_of_dns_never_stands_for_an_address() -> None:
    """Whoever answers for the name would say who is let in."""
    for name in ("erp.harbor.example", "erp.harbor.example.", "10.20.0.4.nip.io", "xn--e1afmkfd.example"):
        assert len(lines(ZONES.replace("10.20.0.4", name))) == 1
        assert len(lines(ZONES.replace("10.30.0.0/24", name))) == 1
        assert len(lines(ZONES + "flows:\n" + flow("a", "office", name, "smb"))) == 1


def test_an_address_in_other_clothes_is_no_second_address() -> None:
    for written in (
        "::ffff:10.20.0.4",
        "010.20.0.4",
        "10.20.4",
        "0x0a140004",
        "169083908",
        "fe80::1%eth0",
        "10.20.0.4/32",
    ):
        text = ZONES + f'  twin: {{zone: servers, addresses: ["{written}"]}}\n'
        assert lines(text) != [], written


def test_no_zone_takes_in_the_world() -> None:
    for wide in ("0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "2000::/3", "8000::/1"):
        assert lines(f'zones:\n  all: {{kind: management, prefixes: ["{wide}"]}}\n') == [2], wide


def test_a_zone_within_another_is_refused_however_it_is_cut() -> None:
    """Else a machine in the office would be one of the servers as well, by an address of its own choosing."""
    for inner in ("10.20.0.4/32", "10.20.0.0/24", "10.20.0.0/16", "fd00:20::/48", "fd00:20::4/128"):
        assert 3 in lines(ZONES.replace("10.30.0.0/24", f'"{inner}"')), inner


def test_more_than_the_bounds_is_refused_by_one_line_each() -> None:
    many = {
        "zones": (MOST_ZONES, lambda n: f"  z{n}: {{kind: dmz, prefixes: [10.{n // 256}.{n % 256}.0/24]}}\n"),
        "hosts": (MOST_HOSTS, lambda n: f"  h{n}: {{zone: a, addresses: 10.0.0.1}}\n"),
        "flows": (MOST_FLOWS, lambda n: f"  - {{id: f{n}, from: a}}\n"),
    }
    for section, (most, line) in many.items():
        problems = read_text(f"{section}:\n" + "".join(map(line, range(most + 1))))[1]
        assert [(one.line, section in one.what) for one in problems] == [(2, True)]
        assert len(problems[0].what) < 400


def test_few_words_that_stand_for_millions_of_rules_are_counted_and_not_made() -> None:
    zones = "zones:\n" + "".join(f"  z{n}: {{kind: server, prefixes: [{_prefixes(n)}]}}\n" for n in range(120))
    names = f"[{', '.join(f'z{n}' for n in range(50))}]"
    flows = "".join(flow(f"f{n}", names, "everything", "[smtp, smb, nfs, mssql]") for n in range(200))
    assert len(lines(zones + "flows:\n" + flows)) == 1


def _prefixes(number: int) -> str:
    return ", ".join(f"10.{number}.{each}.0/24" for each in range(40))


def test_what_the_reader_of_yaml_refuses_never_gets_here() -> None:
    bomb = "a: &a [x, x]\nzones: {a: *a}\n"
    deep = "zones: " + "{a: " * 60 + "1" + "}" * 60 + "\n"
    huge = "flows:\n" + "  - {a: b, c: d}\n" * 30_000
    for text in (bomb, deep, huge, "zones: {a: 1, a: 2}\n", "zones: !!python/object:os.system x\n"):
        files, problems = parse_texts({FILE: text})
        assert len(problems) == 1
        assert files[FILE]["tree"] is None


def test_no_two_zones_are_one_in_a_cloud() -> None:
    """The rules of the one would be those of the other, and the proof would not see it."""
    zones = ZONES.replace("kind: iot", "kind: iot, tags: {TAGS}").replace(
        "kind: backup", "kind: backup, tags: {OTHERS}"
    )
    for tags, others in (("aws: sg-1", "aws: sg-1"), ("azure: Nsg", "azure: nsg"), ("unifi: Int", "unifi: int")):
        assert lines(zones.replace("TAGS", tags).replace("OTHERS", others)) == [5]
    assert lines(zones.replace("TAGS", "aws: web").replace("OTHERS", "gcp: web")) == []
    assert lines(zones.replace("TAGS", "aws: limen-office").replace("OTHERS", "gcp: web")) == [4]


def test_no_name_of_a_cloud_is_a_template_of_terraform() -> None:
    secret = "'${file(\"/root/.aws/credentials\")}'"
    for cloud in ("aws", "azure", "gcp", "opnsense"):
        assert lines(ZONES.replace("kind: iot", f"kind: iot, tags: {{{cloud}: {secret}}}")) == [4]
    for place in (f"aws, vpc: {secret}", f"gcp, network: {secret}", f"azure, network: {secret}"):
        assert lines(f"{ZONES}firewalls:\n  edge: {{kind: {place}}}\n") == [LINES + 2]


def test_numbers_flags_and_nothing_are_no_texts() -> None:
    for text in (
        "zones: {a: {kind: 1, prefixes: [true]}}\n",
        "hosts: {a: {zone: null, addresses: {b: c}}}\n",
        "services: {a: [1, null, {b: c}]}\n",
        "flows: [null, 7, [a], {id: [a], from: {a: b}, to: 7, service: null, owner: [], purpose: 1, review: 1}]\n",
        "never: [{id: a, from: [[a]], to: [null], why: true, hops: maybe}]\n",
        "firewalls: {a: [b], c: {kind: [nftables]}}\n",
        "without: {guests-inside: null}\n",
        "without: [guests-inside]\n",
    ):
        file, problems = read_text(text)
        assert file is None
        assert problems
        assert all(one.line >= 1 and one.what for one in problems)


def test_what_must_never_be_costs_by_what_is_let_through_and_not_by_pairs_of_addresses() -> None:
    """Two and a half million pairs, which no rule is between: it took minutes, of the server as well."""
    text = "zones:\n"
    for number, kind in enumerate(("guest", "server", "backup")):
        for part in range(16):
            many = ", ".join(f"10.{number}.{part}.{2 * low}/32" for low in range(100))
            text += f"  {kind}-{part}: {{kind: {kind}, prefixes: [{many}]}}\n"
    assert lines(text) == []


def test_a_statement_about_thousands_of_hosts_takes_no_memory_for_each_pair_of_them() -> None:
    """It took a gigabyte, and five for as many hosts as there may be."""
    hosts = "".join(f"  h{n}: {{zone: a, addresses: 10.0.{n // 256}.{n % 256}}}\n" for n in range(2_000))
    text = "zones:\n  a: {kind: server, isolated: true, prefixes: [10.0.0.0/16]}\n"
    text += "  b: {kind: server, isolated: true, prefixes: [10.1.0.0/16]}\nhosts:\n" + hosts
    text += "flows:\n" + flow("there", "a", "b", "https") + flow("back", "b", "a", "https")
    stated = read_text(text + "never:\n  - {id: n, from: a, to: a, service: ssh, hops: true, why: w}\n")[0]
    assert stated is not None
    regions = Regions(compiled(stated.network, "2026-11-27"))
    tracemalloc.start()
    try:
        assert all(one.holds for one in verdicts(stated.network, regions))
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()
