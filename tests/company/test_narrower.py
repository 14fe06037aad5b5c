"""A permit without what nobody used: what is drafted, and what stays as its author wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.access.least.unused import Permitted
from limen.clock import from_iso
from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.narrower import all_narrower, narrower
from limen.company.rules import form_of
from limen.errors import LimenError
from limen.facts import Person
from limen.policy.access_diff.diff import newly_reachable

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
NOW = from_iso("2026-11-24T09:00:00Z")
PEOPLE = [
    Person("frida", "Frida", "", frozenset({"staff", "finance"}), active=True),
    Person("farid", "Farid", "", frozenset({"staff", "sales"}), active=True),
]


@pytest.fixture(scope="module")
def harbor() -> Company:
    return load_company(HARBOR)


def of(policy: str, never: tuple[str, ...], kept: tuple[str, ...]) -> Permitted:
    return Permitted(policy, (), (), (), never, kept, (), ())


def test_only_the_actions_change(harbor: Company) -> None:
    after = candidate(harbor, narrower(harbor, of("sales-customers", ("share",), ("view", "download", "edit"))))
    was, now = form_of(harbor, "sales-customers"), form_of(after, "sales-customers")
    assert was is not None
    assert now is not None
    assert now.actions == {"view", "download", "edit"}
    assert (now.groups, now.apps, now.needs, now.reason_de) == (was.groups, was.apps, was.needs, was.reason_de)


def test_nobody_gains_anything_by_it(harbor: Company) -> None:
    files, done = all_narrower(
        harbor, [of("sales-customers", ("share",), ("view",)), of("finance-payroll", ("download",), ("view", "edit"))]
    )
    assert done == ("sales-customers", "finance-payroll")
    after = candidate(harbor, files)
    found = newly_reachable(harbor.engine(), after.engine(), PEOPLE, harbor.apps, since=NOW)
    assert found.is_exhaustive
    assert {(one.gains, one.apps, one.actions) for one in found.differences} == {
        (False, ("crm",), ("share",)),
        (False, ("payroll",), ("download",)),
    }


def test_a_permit_that_nobody_used_goes_whole_and_only_by_itself(harbor: Company) -> None:
    nobody = of("hr-reads-payroll", ("view",), ())
    text = narrower(harbor, nobody)["policies/40-harbor.cedar"]
    assert "hr-reads-payroll" not in text
    with pytest.raises(LimenError):
        all_narrower(harbor, [nobody])


def test_what_was_used_and_what_is_written_by_hand_stays(harbor: Company) -> None:
    with pytest.raises(LimenError):
        narrower(harbor, of("finance-payroll", (), ("view",)))
    text = """@id("odd") permit (principal in Group::"sales", action in [Action::"view", Action::"edit"], resource)
      when { resource == App::"git" && (if context.device.known then true else false) };"""
    by_hand = candidate(harbor, {"policies/60-more.cedar": text})
    with pytest.raises(LimenError):
        narrower(by_hand, of("odd", ("edit",), ("view",)))
    with pytest.raises(LimenError):
        narrower(harbor, of("nowhere", ("edit",), ("view",)))
