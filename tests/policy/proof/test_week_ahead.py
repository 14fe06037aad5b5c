from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.proof.test_lockout import ANA, BEN, LIMEN, OFFICE, SIGN_IN, USUAL, forbid, run_when
from tests.policy.scene import BERLIN, NOW, tree_of

from limen.clock import DAY, HOUR, from_iso
from limen.policy import Engine
from limen.policy.proof.lockout import Candidate, LockedOut, Proof, prove
from limen.policy.proof.week_ahead import prove_week


def ahead(text: str, *people: Candidate) -> Proof | LockedOut:
    return prove_week(Engine(tree_of(text), "r1", BERLIN), LIMEN, people or (ANA, BEN), NOW, OFFICE)


BEGINS = {
    "a permit that ends": (run_when('context.now < datetime("2026-11-27")'), "2026-11-27T00:00:00Z"),
    "a forbid that begins": (USUAL + forbid('context.now >= datetime("2026-11-27")'), "2026-11-27T00:00:00Z"),
    "closed for longer than a week": (
        USUAL + forbid('context.now >= datetime("2026-11-27") && context.now < datetime("2026-12-05")'),
        "2026-11-27T00:00:00Z",
    ),
    "the last minutes before are outside the hours": (
        USUAL
        + forbid('context.now < datetime("2026-11-27")', "unless")
        + forbid("context.time.minute >= 480 && context.time.minute < 1080", "unless").replace('"bad"', '"hours"'),
        "2026-11-26T17:00:00Z",
    ),
    "later today": (USUAL + forbid('context.now < datetime("2026-11-24T15:00:00Z")', "unless"), "2026-11-24T15:00:00Z"),
}


@pytest.mark.parametrize("shape", BEGINS)
def test_a_lock_out_that_begins_within_a_week_is_found_with_its_beginning(shape: str) -> None:
    text, begins = BEGINS[shape]
    assert isinstance(prove(Engine(tree_of(text), "r1", BERLIN), LIMEN, (ANA, BEN), NOW, OFFICE), Proof)
    found = ahead(text)
    assert isinstance(found, LockedOut)
    assert "bad" in {one.policy for one in found.obstacles}
    assert found.begins == from_iso(begins)


NONE_BEGINS = {
    "as usual": USUAL,
    "office hours": USUAL
    + forbid("context.time.weekday <= 5 && context.time.minute >= 540 && context.time.minute < 1020", "unless"),
    "one quarter of an hour a week": USUAL
    + forbid("context.time.weekday == 3 && context.time.minute >= 540 && context.time.minute <= 556", "unless"),
    "closed for five days": USUAL
    + forbid('context.now >= datetime("2026-11-27") && context.now < datetime("2026-12-02")'),
    "closed after the week": USUAL + forbid('context.now >= datetime("2026-12-02")'),
    "open once more before it is closed": USUAL
    + forbid('context.now >= datetime("2026-11-25") && context.now < datetime("2026-11-30")')
    + forbid('context.now >= datetime("2026-12-01") && context.now < datetime("2026-12-07")').replace("bad", "worse"),
}


@pytest.mark.parametrize("shape", NONE_BEGINS)
def test_what_closes_for_less_than_a_week_is_no_lock_out(shape: str) -> None:
    assert isinstance(ahead(NONE_BEGINS[shape]), Proof)


def test_a_lock_out_now_is_told_as_before() -> None:
    found = ahead(SIGN_IN)
    assert isinstance(found, LockedOut)
    assert found.begins == 0


def test_the_progress_is_told() -> None:
    told: list[float] = []
    text = run_when('context.now < datetime("2026-11-27")')
    prove_week(Engine(tree_of(text), "r1", BERLIN), LIMEN, (ANA,), NOW, OFFICE, told.append)
    assert told
    assert all(0 <= part <= 1 for part in told)


@pytest.mark.parametrize("hours", [1, 20, 30, 100, 160])
def test_by_brute_force_the_beginning_is_the_first_instant_at_which_the_proof_of_that_instant_fails(hours: int) -> None:
    ends = NOW - NOW % HOUR + hours * HOUR
    text = USUAL + forbid(f'context.now < datetime("1970-01-01").offset(duration("{ends}ms"))', "unless")
    engine = Engine(tree_of(text), "r1", BERLIN)
    found = ahead(text)
    assert isinstance(found, LockedOut)
    for at in range(NOW, NOW + 7 * DAY, 5 * HOUR):
        is_let_in = isinstance(prove(engine, LIMEN, (ANA,), at, OFFICE), Proof)
        assert is_let_in is (at + 15 * 60_000 < found.begins)


def test_a_factor_that_everybody_lacks_begins_a_lock_out_and_one_that_somebody_has_does_not() -> None:
    deadline = from_iso("2026-11-27T00:00:00Z")
    lacking = replace(ANA, person=replace(ANA.person, must_enrol_at=deadline))
    found = ahead(USUAL, lacking, BEN)
    assert isinstance(found, LockedOut)
    assert (found.begins, found.obstacles[0].policy) == (deadline, "")
    other = replace(ANA, person=replace(ANA.person, id="other"))
    assert isinstance(ahead(USUAL, lacking, other), Proof)
    far = replace(ANA, person=replace(ANA.person, must_enrol_at=NOW + 30 * DAY))
    assert isinstance(ahead(USUAL, far), Proof)
    over = replace(ANA, person=replace(ANA.person, must_enrol_at=NOW - DAY))
    now = ahead(USUAL, over)
    assert isinstance(now, LockedOut)
    assert now.begins == 0
