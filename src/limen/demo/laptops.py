"""The laptops of some of the demo's people: enrolled by a token, reporting, listening, and proving that a browser is
on them.

All of it goes over HTTP to the same addresses as a real agent's. What a laptop is like, the demo's buttons say.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from limen.clock import MINUTE, SECOND, Instant
from limen.demo.browser import Browser
from limen.demo.employees import Employee, NotDoneError
from limen.demo.running_company import FOUNDER, RunningCompany
from limen.demo.software_agent import Answer, NotTakenError, SoftwareAgent
from limen.devices.service import Devices
from limen.facts import Session

UNKNOWN, HEALTHY, UNHEALTHY = "unknown", "healthy", "unhealthy"
DEVICES: Final = {
    UNKNOWN: "A computer that nobody knows",
    HEALTHY: "The enrolled laptop, healthy",
    UNHEALTHY: "The same laptop, with updates waiting for 20 days",
}
"""What somebody can sit at, and its button."""
NAMES: Final = {
    "ewa": "hall-tablet",
    "maren": "maren-laptop",
    "ada": "ada-laptop",
    "bram": "bram-laptop",
    "linh": "linh-laptop",
}
"""Of whoever a visitor can be, and of those to whom something happens."""
_OLD: Final[Mapping[str, Any]] = {"updates": {"pending": 9, "security": 3, "oldest_days": 20, "lists_age_days": 0}}
_PROVED_AHEAD: Final = 5 * MINUTE
_AGAIN_SECONDS: Final = 2.0


@dataclass
class Laptop:
    """One of them. `agent` is enrolled; `is_healthy` is what it sees of its laptop."""

    agent: SoftwareAgent
    browser: Browser
    home: str
    is_healthy: bool = True
    _listening: asyncio.Task[None] | None = field(default=None, repr=False)

    async def post(self, path: str, message: bytes) -> Answer:
        page = await self.browser.request("POST", f"{self.home}{path}", {"Content-Type": "application/jose"}, message)
        return page.status, page.json()

    async def report(self) -> None:
        """Raises NotDoneError."""
        try:
            await self.agent.report_by(self.post, None if self.is_healthy else _OLD)
        except NotTakenError as wrong:
            raise NotDoneError(str(wrong)) from None

    async def prove(self, employee: Employee) -> None:
        """Tie the sign-in of this person's browser to the laptop, as the page there does it. Raises NotDoneError."""
        page = await employee.browser.open(f"{self.home}/devices/prove")
        asked = await employee.browser.call(page, "/devices/challenge", {})
        done = await employee.browser.call(page, "/devices/prove", {"proof": self.agent.proof(asked)})
        if "device" not in done:
            raise NotDoneError(f"{done.get('what')}: {done.get('fix')}")
        employee.browser.forget_others(self.home)  # what was opened before the proof is on no device

    async def send_log(self, source: str, lines: list[str]) -> None:
        """What a log on the laptop says, to this source of `monitor.yaml`. Raises NotDoneError."""
        for _ in range(2):  # a nonce that has become stale is answered with a fresh one, once
            message = self.agent.signed("logs", {"logs": [{"source": source, "lines": lines}]})
            status, answer = await self.post("/agent/logs", message)
            self.agent.nonce = answer.get("nonce", self.agent.nonce)
            if status != 428:
                break
        if status != 200:
            raise NotDoneError(f"logs: {status} {answer.get('message', '')}")

    def listen(self) -> None:
        """Have it hear what Limen says by itself, from now on: *Check again* is answered with a report."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen(), name="a laptop of the demo")

    async def stop(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            with suppress(OSError, TimeoutError, NotDoneError, ValueError):
                signed = self.agent.signed("stream", {}).decode()
                async for event, told in self.browser.events(
                    f"{self.home}/agent/stream", {"Authorization": f"Limen {signed}"}
                ):
                    self.agent.nonce = json.loads(told).get("nonce", self.agent.nonce)
                    if event == "recheck":
                        await self.report()
            await asyncio.sleep(_AGAIN_SECONDS)


class Laptops:
    """Each is enrolled when somebody first sits at it."""

    def __init__(self, company: RunningCompany) -> None:
        self._company = company
        self._by_person: dict[str, Laptop] = {}

    async def of(self, who: str) -> Laptop:
        """The laptop of somebody, by their id in `employees.yaml`. Raises NotDoneError."""
        found = self._by_person.get(who)
        if found is None:
            found = self._by_person[who] = await self._enrolled(who)
        return found

    async def keep_up(self, who: str, employee: Employee, session: Session, *, is_healthy: bool) -> None:
        """What the agent does by itself meanwhile: a report of how it is, and a proof before the last is over."""
        laptop = await self.of(who)
        laptop.is_healthy = is_healthy
        await laptop.report()
        now: Instant = self._company.limen.clock.now()
        if session.device_id != laptop.agent.device or session.bound_until < now + _PROVED_AHEAD:
            await laptop.prove(employee)
        laptop.listen()

    async def close(self) -> None:
        for laptop in self._by_person.values():
            await laptop.stop()

    async def _enrolled(self, who: str) -> Laptop:
        limen, home = self._company.limen, self._company.limen.settings.public_url
        person, founder = self._company.person_of(who), self._company.person_of(FOUNDER)
        token = await limen.core.offers.take(Devices).token(person.id, by=founder.id)
        agent = SoftwareAgent(home, lambda: limen.clock.now() // SECOND, name=NAMES[who])
        laptop = Laptop(agent, self._company.network.browser(self._company.employees[who].browser.address), home)
        try:
            await agent.enrol_by(token, laptop.post)
        except NotTakenError as wrong:
            raise NotDoneError(str(wrong)) from None
        return laptop
