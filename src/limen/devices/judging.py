"""Judging devices anew without a report of theirs: where a grace is over, others speak, or the company's rules change.

New rules count for what was reported already, at once; and every agent that listens looks again, so that its owner
reads what they come to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from limen.clock import Instant
from limen.devices import states
from limen.devices.model import State
from limen.devices.projection import Projection
from limen.errors import LimenError
from limen.facts.tables import APPS, Subject
from limen.pillar import Core, DeviceSessions
from limen.storage import Transaction

MOST_JUDGED: Final = 500
"""Of either, in one transaction: the others follow with the next."""
ASKED_AT_ONCE: Final = 20
ASK_AGAIN_SECONDS: Final = 0.1
"""New rules have 200 agents a second look again: 500 devices are through in three seconds."""


class Judging:
    """`listening` names the devices whose agents listen, `ask` has one look again. Used on the event loop."""

    def __init__(
        self,
        core: Core,
        sessions: DeviceSessions,
        projection: Projection,
        listening: Callable[[], Iterable[str]],
        ask: Callable[[str], bool],
    ) -> None:
        self._core = core
        self._sessions = sessions
        self._projection = projection
        self._listening = listening
        self._ask = ask
        self._asking: asyncio.Task[None] | None = None
        projection.again()
        self._rules = core.known.device_rules
        self._by_rules: dict[str, str] = {}
        """What devices were before other rules made something else of them, until that is said."""
        self._stop_watching = core.known.watch(self._changed)

    def again(self, transaction: Transaction, device_id: str, now: Instant, was: str = "") -> None:
        """Tell a device's health anew, where that has changed (`states.judge_again`)."""
        states.judge_again(transaction, self._sessions, self._core.known, device_id, now, was=was)

    async def judge_due(self) -> None:
        """Judge the devices of which a check's grace is over, or of which the rules are others, and say so."""
        now = self._core.clock.now()
        over = (device_id for device_id, at in self._projection.due.items() if at <= now)
        due = dict.fromkeys(islice(over, MOST_JUDGED), "")
        turned = {device_id: self._by_rules.pop(device_id) for device_id in [*self._by_rules][:MOST_JUDGED]}
        due |= turned

        def work(transaction: Transaction) -> None:
            for device_id, was in due.items():
                self.again(transaction, device_id, now, was)

        if not due:
            return
        try:
            await self._core.write(work)
        except LimenError:
            self._by_rules |= turned  # they are said with the next attempt
            raise

    def close(self) -> None:
        self._stop_watching()
        self._stop_asking()

    # Inside

    def _changed(self, subject: Subject) -> None:
        if subject == APPS and self._rules is not self._core.known.device_rules:
            self._rules = self._core.known.device_rules
            before = {one: fact.compliance for one, fact in self._core.known.devices.items()}
            self._projection.again()
            after = self._core.known.devices
            turned = {one: was for one, was in before.items() if one in after and after[one].compliance != was}
            self._by_rules = turned | self._by_rules
            self._stop_asking()
            self._asking = asyncio.get_running_loop().create_task(self._ask_everybody())

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    async def _ask_everybody(self) -> None:
        """Have every agent that listens look again, so that its owner reads what the new rules come to.

        Not all at once: a report costs a signature to verify.
        """
        for number, device_id in enumerate(self._listening(), 1):
            held = self._projection.held.get(device_id)
            if held is not None and held.device.state is State.ACTIVE:
                self._ask(device_id)
            if number % ASKED_AT_ONCE == 0:
                await asyncio.sleep(ASK_AGAIN_SECONDS)
