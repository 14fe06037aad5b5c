"""`playbooks:` in `monitor.yaml`, as it is in force: what may happen by itself after an alert."""

from __future__ import annotations

from dataclasses import dataclass

from limen.clock import Milliseconds
from limen.monitor.alerts.model import is_at_least
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.response.model import Doing

SURE: int = 70
MOST_AN_HOUR: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """What is done by itself when a rule asks for it (its word is `name`), or is one of `rules`.

    Only for findings that are at least this bad, of rules that are this sure, and from sources that prove themselves.
    It goes on for `lasts_ms`, and happens to `most_an_hour` people or devices an hour: whoever makes it happen to more
    has found a way to use it against the company.
    """

    name: str
    does: Doing
    lasts_ms: Milliseconds
    rules: tuple[str, ...] = ()
    at_level: Level = Level.HIGH
    confidence: int = SURE
    most_an_hour: int = MOST_AN_HOUR

    def is_meant(self, hit: Hit) -> bool:
        return (hit.response == self.name or hit.rule in self.rules) and self.is_enough(hit)

    def is_enough(self, hit: Hit) -> bool:
        """Whether it is bad and sure enough."""
        return is_at_least(hit.level, self.at_level) and hit.confidence >= self.confidence
