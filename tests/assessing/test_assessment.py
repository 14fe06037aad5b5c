"""The roadmap by exports: the same controls, worse grades, and no figure that a missing file makes better."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.assessing.harbor import NOW, Harbor
from tests.assessing.made import SMALL, assessment, nothing, part, parts

from limen.assessing.assessment import assessed
from limen.assessing.kinds import Kind
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.model import Grade

BAD = Harbor(
    people=SMALL,
    without_factor=frozenset({3}),
    with_passkey=frozenset({0, 1, 5}),
    weak=frozenset({4}),
    not_encrypted=frozenset({2}),
)


def test_figures_of_identity_and_devices(tmp_path: Path) -> None:
    found = assessment(BAD, tmp_path)
    figures = {
        ("I1", ""): (12, 12),
        ("I2", ""): (10, 12),
        ("I3", "administrators"): (2, 2),
        ("I3", "people"): (3, 12),
        ("I4", "apps at Entra ID"): (0, 2),
        ("I7", "policies of other"): (1, 2),
        ("I9", ""): (300, 360),
        ("I10", "people who"): (12, 12),
        ("D1", ""): (12, 12),
        ("D4", ""): (11, 12),
        ("N2", ""): (9, 12),
    }
    for (control, begins), figure in figures.items():
        one = part(found, control, begins)
        assert (control, (one.numerator, one.denominator), one.grade) == (control, figure, Grade.IMPORTED)
        assert one.is_known


def test_the_same_controls_are_there_and_nothing_is_better_than_imported(tmp_path: Path) -> None:
    found = assessment(BAD, tmp_path)
    assert [one.control.id for one in found.roadmap.shown] == [one.id for one in CONTROLS]
    assert max(one.grade for one in parts(found).values()) == Grade.IMPORTED
    assert {one.control.id for one in found.steps} <= {one.control.id for one in found.seen}
    assert len(found.steps) == 3


def test_an_empty_folder_meets_nothing_and_knows_nothing() -> None:
    found = assessed(nothing(), NOW)
    assert (found.roadmap.met, found.seen, found.steps) == (0, (), ())
    assert not [one for one in parts(found).values() if one.is_known]
    assert {kind for kind, _ in found.unseen} >= {Kind.ENTRA_USERS, Kind.PEOPLE, Kind.DNS, Kind.FIREWALL}


def test_every_unknown_figure_says_what_to_export_or_do(tmp_path: Path) -> None:
    for found in (assessment(BAD, tmp_path), assessed(nothing(), NOW)):
        assert not [key for key, one in parts(found).items() if not one.is_known and not one.missing]


def test_what_is_missed_is_shown_although_the_figure_is_unknown(tmp_path: Path) -> None:
    BAD.left_out = {"sign-ins.json"}
    try:
        one = part(assessment(BAD, tmp_path), "I2")
    finally:
        BAD.left_out = set()
    assert not one.is_known
    assert [row.id for row in one.misses] == [BAD.address(3)]


FILES = sorted(BAD.files())


@pytest.mark.parametrize("seed", range(12))
def test_no_file_that_is_removed_raises_a_figure(tmp_path: Path, seed: int) -> None:
    """Not of all files together, and not of those that are left of some."""
    numbers = random.Random(seed)
    left_out = set(numbers.sample(FILES, numbers.randrange(4)))
    further = left_out | {FILES[seed % len(FILES)], numbers.choice(FILES)}
    before = parts(assessment(_without(left_out), tmp_path / "a"))
    after = parts(assessment(_without(further), tmp_path / "b"))
    for key, one in after.items():
        assert (one.share or 0.0) <= (before[key].share or 0.0), key
        assert one.is_met <= before[key].is_met
    assert before.keys() == after.keys()


def _without(names: set[str]) -> Harbor:
    """Some people and devices are not as they should be by one file alone."""
    return _Lying(
        people=SMALL, without_factor=frozenset({3}), weak=frozenset({4}), not_encrypted=frozenset({2}), left_out=names
    )


class _Lying(Harbor):
    """Whom no list of users has registered factors; who has a role is not on the list; a printer is on one list."""

    def list_of_people(self) -> str:
        return "\n".join(super().list_of_people().splitlines()[:-1]) + "\n"

    def list_of_devices(self) -> str:
        return super().list_of_devices() + "printer-9,Linux,5,2026-12-03T11:00:00\n"

    def role(self) -> dict[str, object]:
        found = super().role()
        found["members"].append({"id": "gone", "userPrincipalName": "gone@harbor.example"})
        return found
