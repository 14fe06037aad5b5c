"""Which connections a canary tries."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.network.networks import flow, harbor, host, way
from tests.network.probes.canaries import CANARY, network

from limen.network.compiling import compiled
from limen.network.model import Firewall, Host, Network, Never, Trial
from limen.network.probes.choosing import MOST_HOSTS, chosen, is_denied
from limen.network.probes.model import MOST_PROBES, Probe

TODAY = "2026-11-27"


def of(one: Network, firewall: Firewall = CANARY) -> tuple[Probe, ...]:
    return chosen(one, firewall, TODAY, Random(7))


def test_one_that_must_not_pass_and_one_that_must_to_each_host() -> None:
    found = of(network())
    assert {(one.host, one.port, one.must_pass, one.because) for one in found} == {
        ("vault", 22, False, ""),
        ("vault", 443, True, "copies"),
    }
    denied = next(one for one in found if not one.must_pass)
    assert is_denied(network(), TODAY, denied)
    assert not is_denied(network(flows=[flow("now", way("servers", "vault", "ssh"))]), TODAY, denied)


def test_what_a_statement_names_comes_first_and_then_where_somebody_listens() -> None:
    nevers = [Never("no-ssh", way("servers", "vaults", "ssh"), "w")]
    assert [(one.port, one.because) for one in of(network(nevers=nevers)) if not one.must_pass] == [(22, "no-ssh")]
    served = network(flows=[flow("others", way("limen", "vault", "limen"))])
    assert [one.port for one in of(served) if not one.must_pass] == [8443]


def test_every_probe_is_decided_by_the_rules_as_it_says() -> None:
    one = replace(
        harbor([flow("a", way("office", "finance servers", "https ssh")), flow("b", way("servers", "erp vault"))]),
        firewalls=(Firewall("files", "nftables", (), host="files"), Firewall("gw", "nftables", harbor().zone_names)),
    )
    found = of(one, one.firewalls[0])
    assert {each.to_zone for each in found} == {"finance", "backup"}
    rules = compiled(one, TODAY)
    assert all(rules.allows(each.packet) is each.must_pass for each in found)


def test_nothing_is_tried_that_is_on_trial_or_that_nobody_else_is_to_deny() -> None:
    trial = Trial("later", way("servers", "vaults", "any"), "w", "2027-01-01")
    assert [one.port for one in of(replace(network(), trials=(trial,)))] == [443]
    assert [one.port for one in of(replace(network(), firewalls=(CANARY,)))] == [443]
    own = Firewall("vault", "nftables", (), host="vault")
    assert sorted(one.port for one in of(replace(network(), firewalls=(CANARY, own)))) == [22, 443]


def test_a_round_is_bounded_and_each_zone_has_its_turn() -> None:
    one = harbor()
    many = [
        host(f"h{zone.name}{number}", zone.name, str(zone.prefixes[0][number]))
        for zone in one.zones[1:]
        for number in range(20, 60)
    ]
    canary = Host("canary", "office", host("c", "office", "10.10.0.9").addresses)
    wide = replace(one, hosts=(canary, *many), firewalls=(Firewall("gw", "nftables", one.zone_names),))
    found = of(wide, Firewall("canary", "nftables", (), host="canary", probes=True))
    assert len(found) <= MOST_PROBES
    assert {each.to_zone for each in found} == {zone.name for zone in one.zones[1:]}
    assert len({each.host for each in found}) == MOST_HOSTS * 4
