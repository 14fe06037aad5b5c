"""What the detector makes of what its rules find, and of rules that fail or are slow."""

from __future__ import annotations

import logging
import time

import pytest
from tests.monitor.detections.texts import START, compiled, event, rule, text_of

from limen.clock import DAY
from limen.monitor.detections import group
from limen.monitor.detections.health import FAILED, REFUSED, SLOW
from limen.monitor.detections.hit import Level
from limen.monitor.detections.rule_set import compile_rules
from limen.monitor.detections.sigma import MAX_SAID, SigmaDetector, entity_of


def broken(*_arguments: object) -> bool:
    raise RuntimeError("a secret of the event")


def made(*rules: dict[str, object]) -> SigmaDetector:
    """A detector whose rules have run once."""
    one = SigmaDetector(compiled(*rules))
    one.feed(event("first", fields={"Image": "nothing"}))
    return one


def test_a_hit_is_the_same_for_the_same_event_and_says_whom_it_concerns() -> None:
    found = rule({"Image": "a"}, level="high", tags=["attack.execution"])
    found["custom"] = {"limen": {"confidence": 80, "response": "quarantine", "sentence": "{Image} by {user}"}}
    said = event("1", fields={"Image": "A"}, user="jane", host="srv", device_id="d_1")
    (hit,), (again,) = made(found).feed(said), made(found).feed(said)
    assert hit == again
    assert (hit.rule, hit.level, hit.confidence, hit.response) == (found["id"], Level.HIGH, 80, "quarantine")
    assert (hit.entity, hit.device_id, hit.events, hit.count) == ("device:d_1", "d_1", ("1",), 1)
    assert {name: hit.says[name] for name in ("Image", "user", "count")} == {"Image": "A", "user": "jane", "count": 1}


@pytest.mark.parametrize(
    ("wanted", "columns", "entity"),
    [
        ("person", {"person_id": "p_1", "user": "jane"}, "person:p_1"),
        ("person", {"user": "jane", "host": "srv"}, "user:jane"),
        ("device", {"host": "srv", "user": "jane"}, "host:srv"),
        ("address", {"src_ip": "192.0.2.1", "user": "jane"}, "address:192.0.2.1"),
        ("session", {"session": "s_1"}, "session:s_1"),
        ("", {"target_user": "jane"}, "user:jane"),
        ("", {}, "source:test"),
    ],
)
def test_whom_it_concerns_is_what_the_rule_wants_or_who_is_known_best(wanted, columns, entity) -> None:
    assert entity_of(event(**columns), wanted) == entity


def test_a_sentence_may_name_a_path_and_its_author_is_named() -> None:
    made_of = rule({"Image": "a"}, author="Ida of Harbor")
    made_of["custom"] = {"limen": {"sentence": "{src_endpoint.ip} " + " ".join(f"{{x{n}}}" for n in range(200))}}
    (hit,) = made(made_of).feed(event("1", fields={"Image": "A"}, src_ip="192.0.2.1"))
    assert (hit.says["src_endpoint.ip"], hit.says["author"]) == ("192.0.2.1", "Ida of Harbor")
    assert len(hit.says) < 50


def test_a_long_value_is_cut_where_it_is_said() -> None:
    (hit,) = made(rule({"user|contains": "x"})).feed(event("1", user="x" * 10_000))
    assert hit.says["user"] == "x" * MAX_SAID
    assert len(hit.entity) < 300


def test_a_rule_that_errs_is_said_once_a_day_and_silences_no_other(caplog) -> None:
    bad, good = rule({"Image": "a"}, title="Bad"), rule({"Image": "a"}, title="Good")
    one = made(bad, good)
    (of_rules,) = one.rule_set._groups.values()
    of_rules._tests[0] = broken
    with caplog.at_level(logging.WARNING):
        first = one.feed(event("1", fields={"Image": "a"}))
        second = one.feed(event("2", fields={"Image": "a"}))
        later = one.feed(event("3", fields={"Image": "a"}, received_at=START + DAY))
    assert [hit.rule for hit in first] == [good["id"], FAILED.id]
    assert first[1].says["rule"] == "Bad"
    assert [hit.rule for hit in second] == [good["id"]]
    assert [hit.rule for hit in later] == [good["id"], FAILED.id]
    assert first[1].entity == f"rule:{bad['id']}"
    assert "secret" not in caplog.text + str(first)


def test_a_rule_above_its_budget_is_named_once_a_day(monkeypatch, caplog) -> None:
    monkeypatch.setattr(group, "TIMED", 1)
    slow, quick = rule({"Image": "a"}, title="Slow"), rule({"Image": "a"}, title="Quick")
    one = made(slow, quick)
    (of_rules,) = one.rule_set._groups.values()

    def busy(_view: object) -> bool:
        until = time.perf_counter_ns() + 200_000
        while time.perf_counter_ns() < until:
            pass
        return False

    of_rules._tests[0] = busy
    with caplog.at_level(logging.WARNING):
        hits = [hit for number in range(2_100) for hit in one.feed(event(str(number), fields={"Image": "a"}))]
    said = [hit for hit in hits if hit.rule == SLOW.id]
    assert [(hit.says["rule"], hit.level) for hit in said] == [("Slow", Level.INFORMATIONAL)]
    assert int(said[0].says["microseconds"]) >= 150
    assert [rule_.about.title for rule_, _ in one.rule_set.slow()] == ["Slow"]
    assert slow["id"] in caplog.text


def test_rules_that_are_refused_are_said_once_until_they_are_others() -> None:
    texts = {"a.yml": text_of(rule({"Image|re": "(?=a)"}), rule({"Image": "a"}))}
    one, again = SigmaDetector(compile_rules(texts)), SigmaDetector(compile_rules(texts))
    (said,), after = one.feed(event("1")), one.feed(event("2"))
    assert (said.rule, said.says["count"], after) == (REFUSED.id, 1, [])
    assert "a.yml" in str(said.says["first"])
    assert again.feed(event("3"))[0].id == said.id
    others = SigmaDetector(compile_rules({"b.yml": texts["a.yml"]}))
    assert others.feed(event("4"))[0].id != said.id
