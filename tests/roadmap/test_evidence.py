"""What is not there is no evidence of anything."""

from __future__ import annotations

from limen.roadmap.evidence import Evidence


def test_before_anything_was_published_there_are_no_apps() -> None:
    evidence = Evidence(at=7)
    assert (evidence.company, dict(evidence.apps), evidence.uses, evidence.members) == (None, {}, (), ())
