"""All that is wrong with a file of rules is named with its line, and what is right is in force."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.monitor.detections.texts import correlation, event, rule, text_of

from limen.monitor.detections.hit import Level
from limen.monitor.detections.rule_set import compile_rules

WRONG = """\
title: First
id: 00000000-0000-4000-8000-000000000001
logsource: {product: windows}
detection:
  selection: {Image|utf17: a}
  condition: selection
---
title: Second
id: 00000000-0000-4000-8000-000000000002
logsource: {product: windows}
detection:
  selection: {Image: a}
  condition: selection and other
---
title: Third
id: 00000000-0000-4000-8000-000000000003
level: hihg
logsource: {product: windows}
detection: {selection: {Image: a}, condition: selection}
---
title: Fourth
id: 00000000-0000-4000-8000-000000000004
logsource: {product: windows}
detection: {selection: {Image: a}, condition: selection}
custom:
  limen:
    confidense: 80
---
title: Fifth
id: 00000000-0000-4000-8000-000000000005
logsource: {product: windows}
detection: {selection: {Image: a}, condition: selection}
custom: {limen: {confidence: 80, entity: host, response: quarantine}}
tags: [attack.Initial-Access, attack.t1078]
"""


def test_each_wrong_rule_is_named_with_its_line_and_the_right_ones_are_in_force() -> None:
    rule_set = compile_rules({"own.yml": WRONG})
    assert [(problem.file, problem.line) for problem in rule_set.problems] == [
        ("own.yml", line) for line in (4, 13, 17, 27)
    ]
    assert "did you mean" in rule_set.problems[2].fix
    (kept,) = rule_set.rules
    assert (kept.about.title, kept.about.line, kept.about.level) == ("Fifth", 29, Level.MEDIUM)
    assert kept.about.tags == ("attack.initial-access", "attack.t1078")
    assert (kept.about.confidence, kept.about.entity, kept.about.response) == (80, "host", "quarantine")


@pytest.mark.parametrize(
    "wrong",
    [
        correlation("event_count", ["base"], condition={"lt": 2}),
        correlation("event_count", ["base"], condition={"gte": 1_000_000}),
        correlation("event_count", ["base"], condition={"gte": 0}),
        correlation("event_count", ["base"], timespan="2y", condition={"gte": 2}),
        correlation("value_count", ["base"], condition={"gte": 2}),
        correlation("value_avg", ["base"], condition={"gte": 2, "field": "x"}),
        correlation("temporal", ["base"], condition="base and not base"),
    ],
)
def test_a_correlation_that_cannot_be_had_is_refused(wrong: dict[str, object]) -> None:
    rule_set = compile_rules({"a.yml": text_of(rule({"Image": "a"}, name="base"), wrong)})
    assert (rule_set.correlations, len(rule_set.problems)) == ((), 1)


def test_reading_rules_needs_no_network_and_loads_nothing_that_could_use_it() -> None:
    program = """
import socket, sys
def refused(*_arguments, **_keywords):
    raise AssertionError("the network was asked for")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused
from limen.monitor.detections.rule_set import compile_rules
rules = compile_rules({"a.yml": '''
title: A
id: 00000000-0000-4000-8000-000000000001
tags: [attack.t1078, d3fend.d3-al]
logsource: {product: windows}
detection: {selection: {Image: a}, condition: selection}
'''})
assert not rules.problems and len(rules.rules) == 1, rules
unwanted = ("sigma.data", "sigma.plugins", "sigma.backends", "requests")
loaded = [name for name in sys.modules if name.startswith(unwanted)]
assert loaded == [], loaded
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_rule_may_look_at_one_source_of_monitor_yaml() -> None:
    """What a source of JSON sends has no product: else no rule of the company's could be about it."""
    own = rule({"message": "login failed"}, logsource={"source": "Shop"})
    found = compile_rules({"own.yml": text_of(own)})
    assert found.problems == ()
    said = {"product": "", "fields": {"message": "login failed"}}
    assert [bool(found.hits(event(source=name, **said))) for name in ("shop", "other")] == [True, False]


@pytest.mark.parametrize("named", [["shop"], {"a": 1}, "with space", "x" * 200, 7])
def test_a_source_that_is_no_name_is_refused(named: object) -> None:
    wrong = compile_rules({"own.yml": text_of(rule({"message": "a"}, logsource={"source": named}))})
    assert (len(wrong.problems), wrong.rules) == (1, ())
