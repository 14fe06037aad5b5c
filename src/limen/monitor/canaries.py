"""Whether Limen sees what happens: a test event goes the whole way each minute, and must come back as a finding.

The way is that of any log over HTTP: to the process that watches, read, made durable, read back, held against every
rule, sent here. What is found of test events ends here: it is no alert, no risk, and nothing to learn from.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from limen.clock import SECOND, Instant, Milliseconds
from limen.monitor.canary_rule import NONCE, RULE, canary
from limen.monitor.detections.health import BLIND
from limen.monitor.detections.hit import Hit
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.normal_form.frame import LIMEN, Frame
from limen.pillar import Core, Figure, NotTakenError

EVERY_SECONDS: Final = 60.0
BLIND_AFTER: Final = 5
"""When so many in a row are not found, an alert is raised. A restart with thousands of rules takes less. They are
counted, since clocks jump, and machines sleep.
"""
_MOST_AWAITED: Final = 60


class Canaries:
    """`deliver` returns when frames are durable; `onward` takes all other findings. Used on the event loop."""

    def __init__(
        self,
        core: Core,
        deliver: Callable[[Sequence[Frame]], Awaitable[None]],
        onward: Callable[[Sequence[Hit]], Awaitable[object]],
    ) -> None:
        self.found_at: Instant = 0
        """When the newest test event was found; 0 before the first."""
        self.took: Milliseconds = 0
        """How long that was on its way."""
        self._core = core
        self._deliver = deliver
        self._onward = onward
        self._awaited: OrderedDict[str, Instant] = OrderedDict()
        self._sent = 0
        self._found = 0

    async def take(self, hits: Sequence[Hit]) -> None:
        """Note what was found of test events, and hand on everything else; returns when that is committed."""
        others = [hit for hit in hits if hit.rule != RULE]
        if others:
            await self._onward(others)
        for hit in hits:
            if hit.rule == RULE:
                self._note(str(hit.says.get(NONCE, "")))

    async def send(self) -> None:
        """Send one, where Limen watches; and tell when none has been found for long."""
        now = self._core.clock.now()
        if not (self._core.known.rules_of(MonitorRules) or MonitorRules(watch=False)).watch:
            self._awaited.clear()
            return
        nonce = secrets.token_hex(16)
        self._awaited[nonce] = now
        if len(self._awaited) > _MOST_AWAITED:
            self._awaited.popitem(last=False)
        self._sent += 1
        with suppress(NotTakenError):
            await self._deliver([canary(nonce, now)])
        if self.is_blind:
            await self._onward([self._blind()])

    @property
    def is_blind(self) -> bool:
        """Whether so many were not found that somebody must know."""
        return self.missed > BLIND_AFTER

    @property
    def missed(self) -> int:
        """How many were sent after the newest that was found, the one that is on its way among them."""
        return len(self._awaited)

    def figures(self) -> list[Figure]:
        """For `/metrics`."""
        name, about = "limen_monitor_canaries_total", "Test events that were sent and that were found"
        return [
            Figure(name, about, float(self._sent), {"state": "sent"}),
            Figure(name, about, float(self._found), {"state": "found"}),
            Figure("limen_monitor_canary_seconds", "How long the newest was on its way", self.took / SECOND),
            Figure("limen_monitor_blind", "Whether no test event was found for minutes", float(self.is_blind)),
        ]

    # Inside

    def _note(self, nonce: str) -> None:
        """Only what is awaited counts, and once: one of before a restart says nothing of now. What was sent before it
        is awaited no more.
        """
        while nonce in self._awaited:
            one, sent_at = self._awaited.popitem(last=False)
            if one == nonce:
                self.found_at = self._core.clock.now()
                self.took = max(0, self.found_at - sent_at)
                self._found += 1

    def _blind(self) -> Hit:
        """One finding for each time that it becomes so, and each hour: it is taken once, however often it is said."""
        since = next(iter(self._awaited.values()))
        now, says = self._core.clock.now(), {"minutes": round(BLIND_AFTER * EVERY_SECONDS / 60)}
        return BLIND.hit(f"{BLIND.id}-{since}", now, f"{LIMEN}:watching", {**says}, since=since, sources=(LIMEN,))
