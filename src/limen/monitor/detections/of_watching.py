"""What is found about watching itself: a silent source, a test event that is not found, a store changed by hand."""

from __future__ import annotations

from typing import Final

from limen.monitor.detections.hit import Level
from limen.monitor.detections.rule import About

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
OF_WATCHING: Final = (SILENT, BLIND, TAMPERED)
