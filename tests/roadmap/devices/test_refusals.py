from __future__ import annotations

from limen.roadmap.devices.refusals import Asked, Told, refusals


def asked(at: int, *, is_permit: bool, app: str = "payroll") -> Asked:
    return Asked("p_ada", app, "view", at, is_permit)


def test_refusals_until_somebody_gets_in_are_one() -> None:
    told = [asked(at, is_permit=at in {5, 30}) for at in (30, 5, 10, 20, 40)]
    found = refusals([*told, asked(15, is_permit=True, app="wiki")], [])
    assert [(one.at, one.until, one.lasted_ms) for one in found] == [(10, 30, 20), (40, 0, None)]


def test_help_counts_while_it_lasts_and_for_its_person() -> None:
    told = [asked(10, is_permit=False), asked(20, is_permit=True)]
    help_at = {at: refusals(told, [Told("p_ada", at)])[0].was_helped for at in (9, 10, 20, 21)}
    assert help_at == {9: False, 10: True, 20: True, 21: False}
    assert not refusals(told, [Told("p_ben", 15)])[0].was_helped
