"""Rules of many files together: which of two counts, what refers to what, and who looks at which events."""

from __future__ import annotations

from tests.monitor.detections.texts import correlation, event, rule, text_of

from limen.monitor.detections.rule_set import compile_rules


def test_two_rules_with_one_id_or_name_are_not_both_in_force() -> None:
    first, second = rule({"Image": "a"}, name="one"), rule({"Image": "b"}, name="one")
    rule_set = compile_rules({"a.yml": text_of(first), "b.yml": text_of(second)})
    assert [one.id for one in rule_set.rules] == [first["id"]]
    assert [one.file for one in rule_set.problems] == ["b.yml"]


def test_a_correlation_finds_its_rules_in_other_files_and_by_id() -> None:
    base = rule({"Image": "a"}, name="base")
    by_name = correlation("event_count", ["base"], condition={"gte": 2})
    by_id = correlation("event_count", [base["id"]], condition={"gte": 2})
    rule_set = compile_rules({"b.yml": text_of(base), "a.yml": text_of(by_name, by_id)})
    assert rule_set.problems == ()
    assert {one.rules for one in rule_set.correlations} == {(base["id"],)}


def test_correlations_of_nothing_and_of_themselves_are_refused() -> None:
    lost = correlation("event_count", ["nothing"], condition={"gte": 2})
    one = {**correlation("temporal", ["two"]), "name": "one"}
    two = {**correlation("temporal", ["one"]), "name": "two"}
    rule_set = compile_rules({"a.yml": text_of(lost, one, two)})
    assert (rule_set.correlations, len(rule_set.problems)) == ((), 3)


def test_a_rule_looks_only_at_events_of_its_log_source() -> None:
    rule_set = compile_rules(
        {
            "a.yml": text_of(
                rule({"Image": "a"}, logsource={"product": "Windows", "service": "Sysmon"}),
                rule({"Image": "a"}, logsource={"category": "process_creation"}),
            )
        }
    )
    said = {"fields": {"Image": "a"}}
    assert len(rule_set.hits(event(service="SYSMON", category="process_creation", **said))) == 2
    assert len(rule_set.hits(event(service="sysmon", **said))) == 1
    assert rule_set.hits(event(product="linux", service="sysmon", **said)) == []
