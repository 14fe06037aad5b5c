"""What is stated stands for nothing to count, and a source that sees otherwise, or is silent, takes it away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.devices.harbor_devices import harbor, laptop
from tests.roadmap.harbor import app, company_of
from tests.roadmap.network.houses import NOW, evidence
from tests.roadmap.stated import statement

from limen.network.clouds.model import CloudReading
from limen.network.model import Firewall
from limen.roadmap.areas import AREAS, contradicted, is_stated_of, of_company, or_stated
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade, Part, Row

EMPTY = Part("groups", (), missing="connect it")
STATED = (statement("cloud", at=NOW),)
HOUSE = replace(evidence(clouds=()), company=company_of(), statements=STATED)


def test_it_stands_where_there_is_nothing_to_count_with_the_weakest_grade() -> None:
    found = or_stated(HOUSE, "cloud", EMPTY)
    assert (found.is_met, found.grade, found.is_in_place, found.denominator) == (True, Grade.ATTESTED, True, 1)
    unstated = or_stated(replace(HOUSE, statements=()), "cloud", EMPTY)
    assert (unstated.is_known, unstated.area, unstated.rows) == (False, "cloud", ())


def test_it_never_makes_up_for_what_is_counted() -> None:
    row = Row("sg-1", "sg-1", is_met=False)
    found = or_stated(HOUSE, "cloud", Part("groups", (row,)))
    assert (found.rows, found.is_met, found.is_in_place) == ((row,), False, False)


def with_firewall(of: Evidence) -> Evidence:
    network = of.network.network
    assert network is not None
    cloud = Firewall("vpc", "aws", ("servers",))
    return replace(of, network=replace(of.network, network=replace(network, firewalls=(cloud,))))


@pytest.mark.parametrize(
    "seen",
    [
        replace(HOUSE, network=replace(HOUSE.network, clouds=(CloudReading("prod", "aws", NOW),))),
        with_firewall(HOUSE),
        replace(HOUSE, company=company_of(app("wiki", upstream="https://wiki.eu-central-1.elb.amazonaws.com:8443/x"))),
        replace(HOUSE, company=company_of(app("wiki", upstream="https://WIKI.azurewebsites.net"))),
    ],
)
def test_each_source_that_sees_a_cloud_contradicts_it(seen: Evidence) -> None:
    found = or_stated(seen, "cloud", replace(EMPTY, missing=""))
    assert ([one.id for one in found.misses], found.is_met) == (["stated:cloud"], False)
    assert [(one.id, bool(what)) for one, what in contradicted(seen)] == [("rs_cloud", True)]


@pytest.mark.parametrize(
    "silent", [replace(HOUSE, company=None), replace(HOUSE, network=replace(HOUSE.network, clouds=None))]
)
def test_who_could_contradict_and_is_silent_makes_it_unknown(silent: Evidence) -> None:
    assert not or_stated(silent, "cloud", EMPTY).is_known
    assert list(contradicted(silent)) == []


def test_what_is_over_counts_for_nothing() -> None:
    for over in ({"until": NOW}, {"ended_at": NOW}, {"contradicted_at": NOW}, {"said_at": NOW + 1}):
        of = replace(HOUSE, statements=(replace(STATED[0], **over),))
        assert not or_stated(of, "cloud", EMPTY).is_known


def test_servers_are_seen_by_ssh_and_by_the_network() -> None:
    said = (statement("servers", at=NOW),)
    of = replace(harbor(servers={}), at=NOW, statements=said)
    assert or_stated(of, "servers", EMPTY).is_met
    for seen in (
        replace(of, devices=replace(of.devices, servers={"h_1": "crane"})),
        replace(of, network=HOUSE.network),
    ):
        assert [one.area for one, _ in contradicted(seen)] == ["servers"]
    assert not or_stated(replace(of, devices=replace(of.devices, servers=None)), "servers", EMPTY).is_known


def test_a_recovery_key_is_stated_of_one_device_while_its_disk_is_encrypted() -> None:
    of = harbor()
    of = replace(of, statements=(statement("recovery_key", "d_ben", at=of.at),))
    assert is_stated_of(of, "recovery_key", "d_ben")
    assert not is_stated_of(of, "recovery_key", "d_ada")
    bare = harbor((laptop("ben", {"disk_encryption": {"encrypted": False}}),))
    bare = replace(bare, statements=of.statements)
    assert not is_stated_of(bare, "recovery_key", "d_ben")
    assert [one.id for one, _ in contradicted(bare)] == ["rs_recovery_key"]


def test_some_are_about_the_company_and_one_is_about_a_row() -> None:
    assert {one.name for one in of_company()} == {"cloud", "servers"}
    assert set(AREAS) == {"cloud", "servers", "recovery_key"}
