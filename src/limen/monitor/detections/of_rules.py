"""What is found about rules themselves: one that fails, one that costs too much, those that are refused."""

from __future__ import annotations

from typing import Final

from limen.monitor.detections.hit import Level
from limen.monitor.detections.rule import About

FAILED: Final = About(
    id="rule-failed",
    title="A detection failed",
    level=Level.MEDIUM,
    confidence=100,
    sentence="The rule {rule} ({file}) failed with {error}, so it finds nothing.",
    sentence_de="Die Regel {rule} ({file}) ist mit {error} gescheitert, sie findet also nichts.",
    next_step="Correct the rule, or turn it off in monitor.yaml.",
    next_step_de="Korrigieren Sie die Regel, oder schalten Sie sie in monitor.yaml ab.",
)
SLOW: Final = About(
    id="rule-slow",
    title="A detection costs too much",
    level=Level.INFORMATIONAL,
    confidence=100,
    sentence="The rule {rule} ({file}) costs {microseconds} µs of each event, more than it may.",
    sentence_de="Die Regel {rule} ({file}) kostet {microseconds} µs je Ereignis, mehr als sie darf.",
    next_step="Make its regular expressions simpler, or turn it off in monitor.yaml.",
    next_step_de="Vereinfachen Sie ihre regulären Ausdrücke, oder schalten Sie sie in monitor.yaml ab.",
)
REFUSED: Final = About(
    id="rules-refused",
    title="Detections were refused",
    level=Level.LOW,
    confidence=100,
    sentence="{count} rules or folders of rules can't be used and find nothing, among them {first}.",
    sentence_de="{count} Regeln oder Ordner mit Regeln sind nicht verwendbar und finden nichts, darunter {first}.",
    next_step="`limen detections check FOLDER` names each of them.",
    next_step_de="`limen detections check FOLDER` nennt sie alle.",
)
OF_RULES: Final = (FAILED, SLOW, REFUSED)
