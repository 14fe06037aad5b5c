"""What the network says of flows that are asked for: asked of it away from requests, and never much at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from secrets import token_hex
from typing import Final

from limen.access.errors import AccessError, HastyError, TooManyError
from limen.access.model import AccessRequest
from limen.errors import LimenError
from limen.pillar import Core, FlowRequests, JudgedFlow
from limen.rate_limit import RateLimit

MOST_NAMED: Final = 20
"""So often in one go, and then once a minute, one person names what a flow is to lead to."""
MOST_WAITING: Final = 8
"""So many flows wait to be judged: each is proved against all that must never be."""


class FlowJudge:
    """One at a time is judged, since it takes a second where the network is big."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._named = RateLimit(per_second=1 / 60, at_once=MOST_NAMED)
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0

    @property
    def are_there(self) -> bool:
        """Whether there is a part that knows of flows."""
        return self._core.offers.find(FlowRequests) is not None

    async def judged(
        self,
        person_id: str,
        source: str,
        destination: str,
        service: str,
        review: str,
        expires: str,
        *,
        knows_all: bool,
    ) -> JudgedFlow:
        """A flow that somebody wants. Raises LimenError where it can't be asked for; HastyError for whoever tries many
        names of the network.
        """
        if not self._named.admits(person_id, self._core.clock.now()):
            raise HastyError
        judge, mark = self._offered().judge, token_hex(3)
        return await self._work(lambda: judge(source, destination, service, review, expires, mark, knows_all=knows_all))

    async def decided_by(self, approver_id: str, request: AccessRequest | None) -> JudgedFlow | None:
        """The flow of a request that this person may decide about now; None for any other. Raises LimenError."""
        if request is None or request.flow is None or approver_id not in request.approvers(self._core.clock.now()):
            return None
        return await self._again(request)

    async def as_asked(self, request: AccessRequest) -> JudgedFlow | None:
        """The flow of a request, by the network in force; None where it can't be any more, or would be another than was
        asked for.
        """
        if request.flow is None:
            return None
        try:
            found = await self._again(request)
        except LimenError:
            return None
        return found if found.flow.meaning == request.flow.meaning else None

    async def _again(self, request: AccessRequest) -> JudgedFlow:
        flow, again = request.flow, self._offered().again
        if flow is None:
            raise AccessError("This is no request for a flow", "reload the page")
        try:
            return await self._work(lambda: again(flow))
        except AccessError:
            raise
        except LimenError as wrong:
            raise AccessError(wrong.what, wrong.fix) from None

    def _offered(self) -> FlowRequests:
        return self._core.offers.take(FlowRequests)

    async def _work(self, work: Callable[[], JudgedFlow]) -> JudgedFlow:
        if self._waiting >= MOST_WAITING:
            raise TooManyError("Too many requests for flows are looked at", "try again in a minute")
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
