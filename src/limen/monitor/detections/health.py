"""What Limen finds about its own watching, and what it says of each: less is seen than there is, or what is seen is not
so. Nobody's risk depends on it.
"""

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
SILENT: Final = About(
    id="source-silent",
    title="A source of logs is silent",
    level=Level.MEDIUM,
    confidence=100,
    sentence="{source} has said nothing for more than {minutes} minutes.",
    sentence_de="{source} hat seit mehr als {minutes} Minuten nichts gesagt.",
    next_step="See whether it runs, and can reach Limen. Its page under Sources says when it was heard last.",
    next_step_de="Sehen Sie nach, ob sie läuft und Limen erreicht; ihre Seite unter Quellen sagt, wann sie zuletzt "
    "gehört wurde.",
)
LATE: Final = About(
    id="source-late",
    title="A source of logs says more than can be looked at",
    level=Level.MEDIUM,
    confidence=100,
    sentence="{source} says so much that its events are looked at {minutes} minutes late. Others are not held up.",
    sentence_de="{source} sagt so viel, dass seine Ereignisse {minutes} Minuten zu spät angesehen werden. Andere hält "
    "das nicht auf.",
    next_step="See what it writes so much of: a flood can be there to hide something. Have it send less, or give it a "
    "source of its own.",
    next_step_de="Sehen Sie nach, wovon sie so viel schreibt: Eine Flut kann etwas verbergen sollen. Lassen Sie sie "
    "weniger senden, oder geben Sie dem Lauten eine eigene Quelle.",
)
BLIND: Final = About(
    id="watching-blind",
    title="Limen does not see what happens",
    level=Level.HIGH,
    confidence=100,
    sentence="No test event has been found for {minutes} minutes. What happens meanwhile is looked at late, or not.",
    sentence_de="Seit {minutes} Minuten wurde kein Testereignis gefunden. Was inzwischen geschieht, wird spät oder gar "
    "nicht angesehen.",
    next_step="Run `limen doctor` on the server, and look at its disk and its log.",
    next_step_de="Führen Sie auf dem Server `limen doctor` aus, und sehen Sie nach Platte und Protokoll.",
)
TAMPERED: Final = About(
    id="events-tampered",
    title="Stored events were changed",
    level=Level.CRITICAL,
    confidence=100,
    sentence="{count} places of the event store are not as Limen wrote them: {first}",
    sentence_de="{count} Stellen des Ereignisspeichers sind nicht so, wie Limen sie schrieb: {first}",
    next_step="Run `limen events verify` on the server. Whoever can write there can do more: treat it as broken into.",
    next_step_de="Führen Sie auf dem Server `limen events verify` aus. Wer dort schreiben kann, könnte mehr tun: "
    "Behandeln Sie ihn als übernommen.",
)
