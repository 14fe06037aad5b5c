from __future__ import annotations

import pytest

from limen.clock import HOUR
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.response.model import Doing
from limen.monitor.response.rules import Playbook


@pytest.mark.parametrize(
    ("response", "rule", "level", "confidence", "is_meant"),
    [
        ("go", "r", Level.HIGH, 70, True),
        ("", "listed", Level.CRITICAL, 100, True),
        ("stop", "r", Level.HIGH, 70, False),
        ("go", "r", Level.MEDIUM, 100, False),
        ("go", "r", Level.CRITICAL, 69, False),
    ],
)
def test_what_it_is_done_for(response: str, rule: str, level: Level, confidence: int, is_meant: bool) -> None:
    playbook = Playbook(name="go", does=Doing.STEP_UP, lasts_ms=HOUR, rules=("listed",))
    hit = Hit(id="h", rule=rule, title="T", level=level, at=1, entity="x", confidence=confidence, response=response)
    assert playbook.is_meant(hit) is is_meant
