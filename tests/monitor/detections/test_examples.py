"""A rule's own examples are tried as if they were events."""

from __future__ import annotations

import pytest
from tests.monitor.detections.texts import compiled, rule

from limen.monitor.detections.examples import NOW, events_of, wrong_examples
from limen.monitor.detections.rule_set import compile_rules

RULES = r"""
title: Failed sign-in
id: 4c6d0f4e-6f0e-4b0c-9b54-1f6a3c0a0001
name: failed
logsource: {product: windows, service: security}
detection:
  selection: {EventID: 4625, src_ip|cidr: [10.0.0.0/8, 'fd00::/8']}
  condition: selection
custom:
  limen: {confidence: 80, entity: address, sentence: "{count} from {src_ip}"}
  tests:
    positive:
    - {src_ip: 10.1.2.3, fields: {EventID: 4625}}
    - {src_ip: 'fd00::1', fields: {eventid: "4625"}}
    negative:
    - {src_ip: 11.1.2.3, fields: {EventID: 4625}}
    - {src_ip: 10.1.2.3, fields: {EventID: 4624}}
---
title: Successful sign-in
id: 4c6d0f4e-6f0e-4b0c-9b54-1f6a3c0a0002
name: successful
logsource: {product: windows, service: security}
detection: {selection: {EventID: 4624}, condition: selection}
---
title: Many failed sign-ins
id: 4c6d0f4e-6f0e-4b0c-9b54-1f6a3c0a0003
name: many_failed
correlation: {type: event_count, rules: [failed], group-by: [src_ip], timespan: 5m, condition: {gte: 2}}
---
title: Success after many failed sign-ins
id: 4c6d0f4e-6f0e-4b0c-9b54-1f6a3c0a0004
correlation: {type: temporal_ordered, rules: [many_failed, successful], group-by: [src_ip], timespan: 5m}
custom:
  tests:
    positive:
    - - {src_ip: 10.0.0.1, fields: {EventID: 4625}}
      - {src_ip: 10.0.0.1, fields: {EventID: 4625}, at: 10}
      - {src_ip: 10.0.0.1, fields: {EventID: 4624}, at: 20}
    negative:
    - - {src_ip: 10.0.0.1, fields: {EventID: 4624}}
      - {src_ip: 10.0.0.1, fields: {EventID: 4625}, at: 10}
      - {src_ip: 10.0.0.1, fields: {EventID: 4625}, at: 20}
    - - {src_ip: 10.0.0.1, fields: {EventID: 4625}}
      - {src_ip: 10.0.0.1, fields: {EventID: 4625}, at: 10}
      - {src_ip: 10.0.0.1, fields: {EventID: 4624}, at: 311}
"""


def test_examples_that_come_out_as_they_say() -> None:
    rules = compile_rules({"windows.yml": RULES})
    assert (rules.problems, len(rules.rules), len(rules.correlations)) == ((), 2, 2)
    assert wrong_examples(rules) == []


def test_an_example_that_does_not_is_named_with_its_rule_and_place() -> None:
    rules = compile_rules({"windows.yml": RULES.replace("src_ip: 11.1.2.3", "src_ip: 10.9.9.9")})
    (problem,) = wrong_examples(rules)
    assert (problem.file, problem.line) == ("windows.yml", 2)
    assert "negative example 1" in problem.what


def test_a_column_that_does_not_exist_is_no_example() -> None:
    rules = compile_rules({"windows.yml": RULES.replace("- {src_ip: 11.1.2.3,", "- {src_pi: 11.1.2.3,")})
    (problem,) = wrong_examples(rules)
    assert '"src_pi"' in problem.what
    assert "src_ip" in problem.what


def test_a_time_that_is_none_is_no_example() -> None:
    rules = compile_rules({"windows.yml": RULES.replace("at: 311", "at: soon")})
    (problem,) = wrong_examples(rules)
    assert '"soon"' in problem.what


def test_one_line_stands_for_many_events_each_with_its_number() -> None:
    rules = compile_rules({"windows.yml": RULES})
    rule = rules.rules[0]
    written = [{"at": 5, "times": 3, "every": 10, "user": "user{n}", "fields": {"EventID": 4625, "IpPort": "{n}"}}]
    events = events_of(written, rule, rules)
    assert [(one.at - NOW, one.user, one.fields["IpPort"]) for one in events] == [
        (5_000, "user1", "1"),
        (15_000, "user2", "2"),
        (25_000, "user3", "3"),
    ]
    assert len({one.uid for one in events}) == 3


@pytest.mark.parametrize("written", [{"times": 0}, {"times": 10**9}, {"times": "many"}, {"times": 2, "every": "day"}])
def test_a_number_of_times_that_is_none_is_no_example(written: dict[str, object]) -> None:
    rules = compile_rules({"windows.yml": RULES})
    with pytest.raises(ValueError, match=r"times|every"):
        events_of([written], rules.rules[0], rules)


def test_an_example_comes_from_the_source_that_its_rule_looks_at() -> None:
    tests = {"positive": [{"fields": {"message": "x"}}]}
    own = rule({"message": "x"}, logsource={"source": "shop"}, custom={"tests": tests})
    assert wrong_examples(compiled(own)) == []
