"""Decisions about people who are in a VPN or on gear: as at every other door, but the sign-in behind it may idle.

A network is used by what makes no request to Limen, such as a share of files. So the sign-in that somebody confirmed in
idles out by itself, and opens nothing any more; what it let into the network goes on to its own end. All else that ends
a sign-in ends that too: its absolute end, signing out, a revocation, its device, its person.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.facts import App, Session
from limen.pillar import Core
from limen.policy.decision import Request
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

    def decide_again(self, door: str, app: App, session: Session, action: str, address: str) -> Answer:
        """Decide about somebody who was let in before the server started. It is no use of their sign-in."""
        answer = self.decide_facts(door, Request(action), self.known.facts(session, app, address))
        return msgspec.structs.replace(answer, session=session)
