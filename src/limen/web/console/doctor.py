"""The doctor: what is wrong with this set-up, each with its fix, examined when somebody asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Clock, Instant
from limen.finding import Finding, State
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Page("/console/doctor", "Doctor", READ, Menu("Improve", 10, "doctor"), hint="setup, DNS, certificates, health"),
    Route("POST", "/console/doctor", CHANGE, does="Check the setup"),
)

SHOWS: Final = {"": "To fix", "all": "All"}
WORDS: Final = {State.WRONG: "Wrong", State.WARNING: "Warnings", State.SKIPPED: "Not checked", State.OK: "Fine"}
LOOKS: Final = {State.WRONG: "deny", State.WARNING: "challenge", State.SKIPPED: "unreached", State.OK: "permit"}


class Rounds:
    """One run at a time, whoever asks; what it found is kept until the next has ended."""

    def __init__(self, examine: Callable[[], Awaitable[tuple[Finding, ...]]], clock: Clock) -> None:
        self._examine = examine
        self._clock = clock
        self._run: asyncio.Task[None] | None = None
        self.findings: tuple[Finding, ...] = ()
        self.ended_at: Instant = 0

    @property
    def is_running(self) -> bool:
        return self._run is not None and not self._run.done()

    async def go(self) -> None:
        """Wait for the run that is under way, or for a new one. Whoever leaves early ends it for nobody else."""
        if self._run is None or self._run.done():
            self._run = asyncio.create_task(self._go(), name="doctor")
        await asyncio.shield(self._run)

    async def _go(self) -> None:
        self.findings = await self._examine()
        self.ended_at = self._clock.now()


def rounds_of(site: Site) -> Rounds:
    """The rounds of this server: what they found last is told on more than one page."""
    return Rounds(site.ports.examine, site.ports.clock)


def routes(site: Site) -> APIRouter:
    router, rounds = APIRouter(), site.shared(rounds_of)

    @router.get("/console/doctor")
    async def found(request: Request, visit: Authorized) -> Response:
        show = "all" if query(request, "show") == "all" else ""
        to_mend = [one for one in rounds.findings if one.state in {State.WRONG, State.WARNING}]
        return site.page(
            "console/doctor.html",
            visit,
            show=show,
            shows=SHOWS,
            findings=rounds.findings if show else to_mend,
            wrong=sum(one.is_wrong for one in to_mend),
            heed=sum(not one.is_wrong for one in to_mend),
            ended_at=rounds.ended_at,
            is_running=rounds.is_running,
            words=WORDS,
            looks=LOOKS,
        )

    @router.post("/console/doctor")
    async def examine(visit: Authorized, _sent: Sent) -> Response:
        """Takes up to 15 seconds, and changes nothing."""
        await rounds.go()
        return site.go(visit, "/console/doctor")

    return router
