"""Rules are plain values: what was parsed can be kept and read again."""

from __future__ import annotations

import msgspec
from tests.monitor.detections.texts import compiled, correlation, rule

from limen.monitor.detections.hit import Level
from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.rule import About, Correlation, Rule


def test_what_was_parsed_is_the_same_after_it_was_kept() -> None:
    base = rule({"Image|re": "a+", "Port|gt": 5, "Ip|cidr": "10.0.0.0/8", "X|fieldref": "Y", "Z": None}, name="base")
    made = compiled(base, correlation("value_count", ["base"], condition={"gte": 2, "field": "user"}))
    for rules in (made, own_rules()):
        for one in rules.rules:
            assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=Rule) == one
        for each in rules.correlations:
            assert msgspec.msgpack.decode(msgspec.msgpack.encode(each), type=Correlation) == each


def test_an_id_is_that_of_what_it_says_of_itself() -> None:
    base = rule({"Image": "a"}, name="base")
    made = compiled(base, correlation("temporal", ["base"]))
    assert [one.id for one in made.everything] == [one.about.id for one in made.everything]
    assert made.correlations[0].rules == (base["id"],)


def test_a_finding_is_as_its_rule_says_where_it_says_nothing_else() -> None:
    about = About(
        id="r", title="T", level=Level.LOW, confidence=80, tags=("attack.impact", "cve.1"), response="step-up"
    )
    hit = about.hit("h", 5, "host:pc", {"count": 2})
    assert (hit.rule, hit.title, hit.level, hit.confidence) == ("r", "T", Level.LOW, 80)
    assert (hit.tactics, hit.response, hit.says, hit.at) == (("attack.impact",), "step-up", {"count": 2}, 5)
    assert about.hit("h", 5, "host:pc", {}, level=Level.HIGH, response="").level is Level.HIGH
