"""The steps of sharing rules."""

from __future__ import annotations

from limen.data.rules.model import Step


def test_of_several_steps_the_strictest_counts() -> None:
    assert max(Step.WARN, Step.ALLOW, Step.QUARANTINE, Step.BLOCK) is Step.QUARANTINE
