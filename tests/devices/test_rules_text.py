"""What a form says goes into the text, and nothing else changes there."""

from __future__ import annotations

import pytest
from tests.devices.test_devices_file import the_rules

from limen.devices.rules_text import with_values
from limen.errors import LimenError
from limen.facts.device_rules import BASELINE, DeviceRules, Severity

TEXT = """# Ours.
report_within: 30m  # the field has bad reception
checks:
  updates: {severity: restrict, within_days: 7} # agreed with auditors
  edr:
    severity: block
    steps: ["Start the sensor from the company portal, which every laptop of this company has had since last spring"]
"""


def test_only_what_was_said_changes() -> None:
    changed = with_values(TEXT, {}, {"updates": {"within_days": 14}, "firewall": {"severity": "block"}})
    assert set(changed.splitlines()) - set(TEXT.splitlines()) == {
        "  updates: {severity: restrict, within_days: 14} # agreed with auditors",
        "  firewall: {severity: block}",
    }
    assert the_rules(changed).requirements["firewall"].severity is Severity.BLOCK


def test_values_are_put_in_and_taken_out() -> None:
    changed = with_values(TEXT, {"report_within": None, "report_only_until": "2026-12-04"}, {"edr": {"steps": None}})
    rules = the_rules(changed)
    assert (rules.report_only_day, rules.report_within_ms) == ("2026-12-04", DeviceRules().report_within_ms)
    assert rules.requirements["edr"].steps == ()
    assert changed.startswith("# Ours.\n")


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_a_file_that_is_not_there_begins_with_the_baseline(text: str) -> None:
    rules = the_rules(with_values(text, {}, {"firewall": {"asked": False}}))
    assert rules.requirements.keys() == BASELINE.keys() - {"firewall"}
    assert rules.report_only_until == 0


def test_nothing_said_changes_nothing() -> None:
    assert with_values(TEXT, {}, {"updates": {}}) == TEXT


def test_a_text_that_is_no_yaml_is_left_to_its_author() -> None:
    with pytest.raises(LimenError):
        with_values("checks: [", {}, {})
