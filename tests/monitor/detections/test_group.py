"""The rules of one log source: one that is broken leaves the others their turn, and what each costs is known."""

from __future__ import annotations

from tests.monitor.detections.test_sigma import broken
from tests.monitor.detections.texts import compiled, event, rule

from limen.monitor.detections import group
from limen.monitor.detections.health import FAILED
from limen.monitor.detections.sigma import SigmaDetector


def test_a_rule_that_cannot_be_compiled_is_said_and_silences_no_other(monkeypatch) -> None:
    real = group.closure
    monkeypatch.setattr(
        group, "closure", lambda node: broken(node) if getattr(node, "text", "") == "bad" else real(node)
    )
    bad, good = rule({"Image": "bad"}, title="Bad"), rule({"Image": "a"}, title="Good")
    one = SigmaDetector(compiled(bad, good))
    assert [hit.title for hit in one.feed(event("1", fields={"Image": "a"}))] == ["Good"]
    assert [hit.rule for hit in one.feed(event("2", fields={"Image": "bad"}))] == [FAILED.id]


def test_without_a_prefilter_that_works_every_rule_is_looked_at(monkeypatch) -> None:
    monkeypatch.setattr(group.Prefilter, "candidates", broken)
    one = SigmaDetector(compiled(rule({"Image": "a"}, title="Good")))
    assert [hit.title for hit in one.feed(event("1", fields={"Image": "a"}))] == ["Good"]
    monkeypatch.setattr(group, "Prefilter", broken)
    one = SigmaDetector(compiled(rule({"Image": "a"}, title="Good")))
    assert [hit.title for hit in one.feed(event("1", fields={"Image": "a"}))] == ["Good"]
