"""Which ids are a probe's, and whose deeds are left out."""

from __future__ import annotations

import pytest

from limen.synthetic import DOOR, is_of_probe, is_synthetic, new_synthetic_id


def test_its_ids_are_known_by_themselves_and_fit_every_column() -> None:
    one, other = new_synthetic_id(), new_synthetic_id()
    assert one != other
    assert is_synthetic(one)
    assert len(one) <= 40


@pytest.mark.parametrize("one", ["", "syn", "p_1", "p_syn_1", "SYN_1", " syn_1"])
def test_no_other_id_is_one(one: str) -> None:
    assert not is_synthetic(one)


@pytest.mark.parametrize(
    ("actor", "subject", "device", "door", "is_one"),
    [
        ("syn_1", "p_ada", "", "gateway", True),
        ("", "syn_1", "", "", True),
        ("", "p_ada", "syn_2", "", True),
        ("", "", "", DOOR, True),
        ("p_ada", "syn_1", "syn_2", DOOR, False),
        ("", "p_ada", "d_1", "gateway", False),
        ("", "", "", "", False),
    ],
)
def test_what_a_person_does_is_theirs(actor: str, subject: str, device: str, door: str, is_one: bool) -> None:
    assert is_of_probe(actor, subject, device, door) is is_one
