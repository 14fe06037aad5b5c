"""Which figures exports can tell; all others are unknown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.assessing.harbor import NOW, Harbor
from tests.assessing.made import SMALL, nothing, part, told_of

from limen.assessing.assessment import assessed
from limen.assessing.fed import FED, NOT_HERE, missing, tells
from limen.assessing.kinds import Kind, Provider
from limen.assessing.told import Domain, Told
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import IdentityEvidence
from limen.roadmap.identity.imported import Imported

ALL = Evidence(at=NOW, identity=IdentityEvidence(imported=(Imported("azure"),), policies_elsewhere=()))


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return told_of(Harbor(people=SMALL), tmp_path)


def test_each_part_that_is_named_is_a_part_of_that_control() -> None:
    there = {(one.id, part.name) for one in CONTROLS for part in one.measured(ALL).parts}
    assert {*FED, *NOT_HERE} <= there


def test_harbors_exports_lack_nothing(told: Told) -> None:
    assert not [key for key, one in FED.items() if one.lacks(told)]


def test_without_any_file_nothing_is_known() -> None:
    assert all(missing(one, nothing(), NOW) for one in FED.values())


def test_a_provider_of_which_the_dns_tells_has_to_be_exported(told: Told) -> None:
    told.domains["other.example"] = Domain("other.example", providers=frozenset({Provider.GOOGLE}))
    accounts = next(one for key, one in FED.items() if key[0] == "I10")
    assert accounts.lacks(told) == (Kind.GOOGLE_USERS,)


def test_what_google_does_not_log_is_unknown(told: Told) -> None:
    weak = next(one for key, one in FED.items() if key[0] == "I9")
    assert not missing(weak, told, NOW)
    told.domains["other.example"] = Domain("other.example", providers=frozenset({Provider.GOOGLE}))
    assert missing(weak, told, NOW)


def test_a_log_that_does_not_say_with_how_many_factors_tells_nothing_of_them(told: Told) -> None:
    told.sign_ins = {key: replace(one, is_told=False, strength=1, why="x") for key, one in told.sign_ins.items()}
    for key, one in FED.items():
        assert bool(missing(one, told, NOW)) >= one.has_factors, key
    assert {key[0] for key, one in FED.items() if one.has_factors} == {"I2", "I3", "I4", "I9"}
    found = assessed(told, NOW)
    assert not part(found, "I2").misses
    assert not part(found, "I9").rows


@pytest.mark.parametrize(
    ("left_out", "control"),
    [
        ("people.csv", "I1"),
        ("users.json", "I1"),
        ("factors.json", "I2"),
        ("sign-ins.json", "I3"),
        ("devices.csv", "D1"),
        ("intune.json", "D4"),
        ("consents.json", "I5"),
    ],
)
def test_nobody_is_said_to_miss_what_the_export_would_tell_that_is_not_there(
    tmp_path: Path, left_out: str, control: str
) -> None:
    found = assessed(told_of(Harbor(people=SMALL, left_out={left_out}), tmp_path), NOW)
    assert not part(found, control).misses
    assert not part(found, control).is_known
    assert not [one for one in found.contradictions if one.row.is_personal]


def test_a_check_that_no_list_tells_of_is_unknown(told: Told) -> None:
    assert tells("disk_encryption", told)
    assert not tells("edr", told)
    of_edr = next(one for one in FED.values() if one.check == "edr")
    assert missing(of_edr, told, NOW)
