"""`devices.yaml`: read with its lines, and what changes with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from limen.clock import DAY, HOUR
from limen.company.child import parse_texts
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.devices.devices_file import DEVICES_FILE, FILE, changes, end_of, in_force, read
from limen.facts import FactStore
from limen.facts.device_rules import BASELINE, DeviceRules, Requirement, Severity
from limen.pillar import IN_A_WEEK, Around

AROUND = Around(None, None, None)


def read_text(text: str) -> tuple[DeviceRules | None, list[Problem]]:
    files, problems = parse_texts({FILE: text})
    assert not problems
    return read(Tree(files[FILE]["tree"]), AROUND)


def the_rules(text: str) -> DeviceRules:
    found, problems = read_text(text)
    assert found is not None, problems
    return found


def test_what_a_length_or_a_day_looks_like_is_said() -> None:
    _, problems = read_text("report_only_until: tomorrow\n")
    assert [(one.line, "2026-12-31" in one.fix) for one in problems] == [(1, True)]
    _, problems = read_text("checks:\n  updates: {grace: two weeks}\n")
    assert [(one.line, "14d" in one.fix) for one in problems] == [(2, True)]


def test_what_limen_init_writes_is_the_baseline() -> None:
    written = the_rules(DEVICES_FILE.initial.replace(IN_A_WEEK, "2026-12-04"))
    assert written.report_only_until == 1_796_428_800_000
    assert replace(written, report_only_until=0, report_only_day="") == DeviceRules() == the_rules("")


def test_rules_as_they_are_written() -> None:
    rules = the_rules("""report_within: 1h
report_every: 10m
enrol_by_owner: false
checks:
  updates: {severity: block, within_days: 7}
  screen_lock: {severity: warn, grace: 12h, within_minutes: 5, platforms: [windows, macos]}
  firewall: {asked: false}
  edr: {severity: restrict, steps: [Start the sensor], minutes: 3}
""")
    assert (rules.report_within_ms, rules.report_every_s, rules.enrol_by_owner) == (HOUR, 600, False)
    assert rules.requirements["updates"] == Requirement(Severity.BLOCK, DAY, within_days=7)
    assert rules.of("screen_lock", "macos") == Requirement(
        Severity.WARN, 12 * HOUR, ("windows", "macos"), within_minutes=5
    )
    assert (rules.of("screen_lock", "linux"), rules.of("firewall", "linux")) == (None, None)
    edr = rules.requirements["edr"]
    assert (edr.severity, edr.steps, edr.minutes) == (Severity.RESTRICT, ("Start the sensor",), 3)
    assert rules.requirements["os"] == BASELINE["os"]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("checks:\n  firewal: {severity: warn}\n", 2, "firewal"),
        ("checks:\n  firewall: {severity: fatal}\n", 2, "severity"),
        ("checks:\n  firewall: {grace: soon}\n", 2, "grace"),
        ("checks:\n  firewall: {within_days: 3}\n", 2, "bound"),
        ("checks:\n  secure_boot: {severity: report, grace: 3d}\n", 2, "grace"),
        ("checks:\n  firewall: {platforms: [beos]}\n", 2, "platforms"),
        ('checks:\n  firewall: {steps: ["a\\u202eb"]}\n', 2, "characters"),
        ("report_within: 5m\nreport_every: 5m\n", 1, "report"),
        ("report_every: often\n", 1, "report_every"),
        ("sometimes: true\n", 1, "sometimes"),
        ("checks:\n  updates: {within_days: 0}\n", 2, "within_days"),
        ("report_only_until: 2026-02-30\n", 1, "2026-02-30"),
        ("report_only_until: soon\n", 1, "report_only_until"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, what: str) -> None:
    found, problems = read_text(text)
    assert found is None
    assert [(one.file, one.line, what in one.what) for one in problems] == [(FILE, line, True)]


def test_what_changes_is_said_line_by_line() -> None:
    after = the_rules("report_within: 30m\nchecks:\n  firewall: {asked: false}\n  edr: {severity: block}\n")
    said = list(changes(None, after))
    assert [one.partition(" ")[0] for one in said] == ["The", "A", "A"]
    assert list(changes(after, after)) == []
    assert len(list(changes(after, None))) == 3


def test_rules_in_force_are_the_facts_and_said_once() -> None:
    known, told = FactStore(), []
    known.watch(told.append)
    rules = the_rules("report_within: 30m\n")
    in_force(known, rules)
    in_force(known, rules)
    assert (known.device_rules, told) == (rules, [("apps", "")])
    in_force(known, None)
    assert known.device_rules == DeviceRules()


def test_a_day_ends_and_a_week_of_reporting_is_told() -> None:
    assert (end_of("2026-12-04", UTC), end_of("2026-13-01", UTC)) == (1_796_428_800_000, None)
    week = the_rules("report_only_until: 2026-12-04\n")
    assert ["2026-12-04" in one for one in changes(None, week)] == [True]
    assert len(list(changes(week, None))) == 1
