"""What another part keeps open by a decision, watched over as WebSockets and SSH are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import msgspec

from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.enforcement.permit_end import end_of
from limen.enforcement.streams import STOPS, Stream, Streams
from limen.pillar import KeptOpen
from limen.policy.decision import Request

if TYPE_CHECKING:
    from limen.clock import Instant
    from limen.facts import App, Session
    from limen.facts.document import Document
    from limen.pillar import Core, SignOnDecision


def kept_open(core: Core, doors: DecisionPoint) -> tuple[KeptOpen, Streams]:
    """What is offered, and what is open of it. Closed when Limen stops, nobody is told of an end."""
    streams = Streams(doors)

    def decide(
        entry_point: str,
        app: App,
        session: Session,
        action: str,
        address: str,
        tied_until: Instant,
        document: Document | None = None,
    ) -> SignOnDecision:
        answer = doors.decide_session(entry_point, app, session, Request(action), address, document)
        return msgspec.structs.replace(answer, tied_until=tied_until)

    def end(decision: SignOnDecision, latest: Instant) -> Instant:
        return end_of(core.engine(), cast("Answer", decision), latest)

    def watch(
        decision: SignOnDecision, entry_point: str, address: str, tied_until: Instant, ended: Callable[[str], None]
    ) -> Callable[[], None]:
        def cut(why: str) -> None:
            if why != STOPS:
                ended(why)

        answer = msgspec.structs.replace(cast("Answer", decision), tied_until=tied_until)
        stream = Stream(answer, address, entry_point, cut)
        streams.add(stream)
        return lambda: streams.remove(stream)

    return KeptOpen(decide, end, watch), streams
