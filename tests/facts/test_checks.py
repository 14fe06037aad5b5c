from __future__ import annotations

from limen.facts import CHECKS
from limen.policy.attributes import ATTRIBUTES


def test_policies_are_offered_the_checks_that_there_are() -> None:
    assert ATTRIBUTES.table.by_path["device.passing"].choices == CHECKS
    assert len(CHECKS) == len(set(CHECKS))
