"""Whatever finds something keeps to one form: fed, remembered, gone on with."""

from __future__ import annotations

from limen.monitor.detections.detector import Detector
from limen.monitor.detections.rule_set import compile_rules
from limen.monitor.detections.sigma import SigmaDetector


def test_rules_are_a_detector_whose_empty_memory_can_be_kept() -> None:
    one: Detector = SigmaDetector(compile_rules({}))
    one.restore(one.snapshot())
    assert one.snapshot() == SigmaDetector(compile_rules({})).snapshot()
