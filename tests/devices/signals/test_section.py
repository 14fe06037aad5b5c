"""`signals:` in `devices.yaml`: read with its lines, and what changes with it."""

from __future__ import annotations

import msgspec
import pytest
from tests.devices.test_devices_file import read_text, the_rules

from limen.clock import DAY, HOUR
from limen.devices.devices_file import changes
from limen.facts.device_rules import DeviceRules, Requirement, Severity
from limen.facts.signal_sources import Proves, SignalSource, WhenHigh


def test_sources_as_they_are_written() -> None:
    rules = the_rules("""signals:
  edr:
    {kind: defender, proves: token, when_high: quarantine, at_most: medium, lasts: 12h, heartbeat: 24h,
    platforms: [windows]}
  ours: {kind: webhook}
""")
    assert rules.signals["edr"] == SignalSource(
        "edr", "defender", Proves.TOKEN, WhenHigh.QUARANTINE, 2, 12 * HOUR, DAY, ("windows",)
    )
    assert rules.signals["ours"] == SignalSource("ours", "webhook")
    # A heartbeat asks for the check where it is promised, and nowhere else
    assert rules.of("edr", "windows") == Requirement(Severity.RESTRICT, DAY, ("windows",))
    assert rules.of("edr", "linux") is None
    assert msgspec.json.decode(msgspec.json.encode(rules), type=DeviceRules) == rules


def test_what_is_seen_on_the_wire_is_medium_unless_the_company_says_more() -> None:
    rules = the_rules("signals:\n  a: {kind: suricata}\n  b: {kind: suricata, at_most: high}\n  c: {kind: wazuh}\n")
    assert [rules.signals[name].at_most for name in "abc"] == [2, 3, 3]


def test_what_the_company_says_of_the_check_counts_before_what_a_heartbeat_asks() -> None:
    rules = the_rules("checks:\n  edr: {severity: report}\nsignals:\n  edr: {kind: webhook, heartbeat: 24h}\n")
    assert rules.requirements["edr"].severity is Severity.REPORT


def test_rules_of_before_there_were_sources_are_read() -> None:
    old = msgspec.json.encode({"requirements": {}, "report_within_ms": 1, "report_every_s": 1, "enrol_by_owner": True})
    assert msgspec.json.decode(old, type=DeviceRules).signals == {}


def test_a_revision_from_before_services_stood_in_a_file_of_their_own_is_read() -> None:
    okta = {"name": "okta", "kind": "caep", "proves": "issuer", "issuer": "https://o.example", "keys": "x"}
    old = {"requirements": {}, "report_within_ms": 1, "report_every_s": 1, "enrol_by_owner": True}
    read = msgspec.json.decode(msgspec.json.encode({**old, "signals": {"okta": okta}}), type=DeviceRules)
    assert read.signals["okta"].proves is Proves.ISSUER


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("  edr: {kind: defnder}\n", 2, "defnder"),
        ("  Edr: {kind: defender}\n", 2, "Edr"),
        ("  edr: {}\n", 2, "kind"),
        ("  edr: {kind: webhook, secret: x}\n", 2, "secret"),
        ("  edr: {kind: webhook, when_high: wipe}\n", 2, "when_high"),
        ("  edr: {kind: webhook, lasts: 91d}\n", 2, "90 days"),
        ("  edr: {kind: webhook, lasts: 5m}\n", 2, "90 days"),
        ("  edr: {kind: webhook, heartbeat: 5m}\n", 2, "often"),
        ("  edr: {kind: webhook, platforms: [linux]}\n", 2, "heartbeat"),
        ("  edr: {kind: webhook, issuer: https://o.example}\n", 2, "issuer"),
        ("  okta: {kind: caep, when_high: quarantine}\n", 2, "signals.yaml"),
        ("".join(f"  s{one}: {{kind: webhook}}\n" for one in range(21)), 1, "more than 20"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, line: int, what: str) -> None:
    rules, problems = read_text("signals:\n" + text)
    assert rules is None
    assert any(problem.line in {line, line + 1} and what in problem.what + problem.fix for problem in problems), (
        problems
    )


def test_each_change_is_a_line() -> None:
    before = the_rules("signals:\n  a: {kind: webhook}\n  b: {kind: webhook}\n")
    after = the_rules("signals:\n  b: {kind: webhook, lasts: 1d}\n  c: {kind: wazuh, when_high: lost}\n")
    assert [one.split()[0] for one in changes(before, after)] == ["a", "What", "c"]
    assert list(changes(after, after)) == []
