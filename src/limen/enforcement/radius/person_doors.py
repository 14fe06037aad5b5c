"""Decisions about people who are in a VPN or on gear: as at every other door, but the sign-in behind it may idle.

A network is used by what makes no request to Limen, such as a share of files. So the sign-in that somebody confirmed in
idles out by itself, and opens nothing any more; what it let into the network goes on to its own end, on the device that
confirmed, whether the browser is still open there or not. All else that ends a sign-in ends that too: its absolute end,
signing out, a revocation, its device, its person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import msgspec

from limen.clock import Instant
from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.enforcement.permit_end import end_of
from limen.facts import App, Facts, Session
from limen.pillar import Core
from limen.policy.decision import Effect, Request
from limen.ties import Ties


class PersonDoors(DecisionPoint):
    """Decides again about who was let in, and watches over them."""

    idles: ClassVar[bool] = False

    def __init__(self, core: Core) -> None:
        super().__init__(
            known=core.known,
            engine=core.engine,
            journal=core.journal,
            clock=core.clock,
            ties=core.offers.take(Ties),
        )

    def end_of(self, answer: Answer, latest: Instant, *, is_tied: bool) -> Instant:
        """The instant at which time alone turns this permit, at the latest `latest`; 0 where it is none by now."""
        decision = answer.decision
        if is_tied and decision is not None:
            facts = on_its_device(decision.facts, latest)
            decision = self._engine().decide(decision.request, facts, self.clock.now())
        return end_of(self._engine(), msgspec.structs.replace(answer, decision=decision), latest)

    def decide_again(
        self, door: str, app: App, session: Session, action: str, address: str, tied_until: Instant
    ) -> Answer:
        """Decide about somebody who was let in before the server started. It is no use of their sign-in."""
        told = Answer(Effect.PERMIT, "", session=session, tied_until=tied_until)
        facts = self.facts_again(told, session, app, address, self.clock.now())
        answer = self.decide_facts(door, Request(action), facts)
        return msgspec.structs.replace(answer, session=session, tied_until=tied_until)

    def facts_again(self, answer: Answer, session: Session | None, app: App, address: str, now: Instant) -> Facts:
        facts = super().facts_again(answer, session, app, address, now)
        return on_its_device(facts, answer.tied_until) if now < answer.tied_until else facts


def on_its_device(facts: Facts, until: Instant) -> Facts:
    """These facts, where the browser that confirmed was on its device: it proves that every few minutes, and what it
    let into the network can't be asked again. What is known of the device itself is as new as ever.
    """
    device = facts.device
    return replace(facts, device=replace(device, bound_until=until)) if device.known and device.binding else facts
