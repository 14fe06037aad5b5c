"""I2, with evidence that meets it, that misses it by one, and that is not there."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.roadmap.people import member

from limen.facts import Factor
from limen.identity.model import Member
from limen.identity.past_sign_ins import PastSignIn, PastSignIns
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import IdentityEvidence
from limen.roadmap.identity.two_factors import CONTROL, factors_of

BOTH = (Factor.PASSKEY, Factor.CODE)
ADA, BEN = member("Ada", *BOTH), member("Ben", *BOTH)


def with_sign_ins(
    *rows: PastSignIn,
    members: tuple[Member, ...] = (ADA, BEN),
    is_whole: bool = True,
    passkeys: Mapping[str, int] | None = None,
) -> Evidence:
    past = PastSignIns(0, 100, rows, is_whole=is_whole)
    return Evidence(at=100, members=members, identity=IdentityEvidence(sign_ins=past, passkeys=passkeys))


def sign_in(person_id: str, strength: int, *factors: str) -> PastSignIn:
    return PastSignIn(f"e_{person_id}_{strength}", 50, person_id, strength, factors)


def test_it_is_met_where_all_have_two_and_used_them() -> None:
    found = CONTROL.measured(with_sign_ins(sign_in("p_ada", 3), sign_in("p_ben", 2)))
    assert (found.is_met, found.parts[0].numerator, found.parts[0].denominator) == (True, 2, 2)


@pytest.mark.parametrize(
    ("evidence", "missed"),
    [
        (with_sign_ins(sign_in("p_ada", 3), sign_in("p_ben", 2), sign_in("p_ben", 1)), ["p_ben"]),
        (with_sign_ins(sign_in("p_ada", 3), members=(ADA, member("Ben", Factor.PASSWORD))), ["p_ben"]),
        (with_sign_ins(sign_in("p_ada", 3), members=(ADA, member("Ben", Factor.PASSKEY))), ["p_ben"]),
        (with_sign_ins(sign_in("p_stranger", 1)), ["p_stranger"]),
    ],
)
def test_it_misses_by_one(evidence: Evidence, missed: list[str]) -> None:
    found = CONTROL.measured(evidence)
    assert (found.is_met, [one.id for one in found.parts[0].misses]) == (False, missed)


@pytest.mark.parametrize(
    "evidence", [Evidence(at=100, members=(ADA,)), with_sign_ins(is_whole=False), with_sign_ins(members=())]
)
def test_it_is_unknown_where_a_source_is_silent(evidence: Evidence) -> None:
    found = CONTROL.measured(evidence)
    assert (found.is_met, found.share, found.grade.word) == (False, 0.0, "unknown")


def test_each_passkey_is_a_factor_and_recovery_codes_are_none() -> None:
    with_one = member("Cy", Factor.PASSKEY, Factor.RECOVERY_CODE)
    assert factors_of(with_one, {}, set()) == 1
    assert factors_of(with_one, {"p_cy": 2}, set()) == 2
    assert factors_of(member("Cy", Factor.PASSWORD, Factor.CODE), {"p_cy": 0}, set()) == 2
    assert factors_of(member("Cy"), {}, {"p_cy"}) == 2


def test_whoever_proved_two_factors_at_an_issuer_has_them_there() -> None:
    there = with_sign_ins(sign_in("p_cy", 2, Factor.ISSUER_TWO_FACTORS.value), members=(member("Cy"),))
    assert CONTROL.measured(there).is_met
