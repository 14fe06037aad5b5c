"""Who is to have an account at an app."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.facts import Person
from limen.facts.provision import Provision

STAFF = Provision("https://wiki.harbor.example/scim", ("staff",))
ADA = Person("pe_ada", "Ada", "ada@harbor.example", frozenset({"staff", "sales"}), active=True)


def test_whoever_is_in_a_group_and_active_and_nobody_else() -> None:
    assert STAFF.is_for(ADA, "2026-12-01")
    assert not STAFF.is_for(replace(ADA, groups=frozenset({"sales"})), "2026-12-01")
    assert not STAFF.is_for(replace(ADA, active=False), "2026-12-01")
    assert not STAFF.is_for(replace(ADA, is_workload=True), "2026-12-01")
    assert replace(STAFF, groups=("everyone",)).is_for(replace(ADA, groups=frozenset()), "2026-12-01")


@pytest.mark.parametrize(
    ("first_day", "is_in"), [("", True), ("2026-11-30", True), ("2026-12-01", True), ("2026-12-02", False)]
)
def test_nobody_before_their_first_day(first_day: str, is_in: bool) -> None:
    assert STAFF.is_for(replace(ADA, first_day=first_day), "2026-12-01") is is_in
