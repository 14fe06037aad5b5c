"""The demo's agent made of software, over a client of tests: each step by itself, with the answer as it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2

from limen.demo import software_agent
from limen.demo.software_agent import HEALTHY, check, digest

ORIGIN = "https://limen.harbor.localhost"
__all__ = ["HEALTHY", "ORIGIN", "SoftwareAgent", "check", "digest"]


class SoftwareAgent(software_agent.SoftwareAgent):
    """One device with its key. `sent` is what it sent last."""

    def __init__(self, client: httpx2.AsyncClient, now: Any, audience: str = ORIGIN, **more: Any) -> None:
        super().__init__(audience, now, **more)
        self.client = client
        self.sent = b""

    async def post(self, path: str, compact: bytes) -> httpx2.Response:
        self.sent = compact
        answer = await self.client.post(path, content=compact, headers={"content-type": "application/jose"})
        self.nonce = answer.json().get("nonce", self.nonce) if answer.content else self.nonce
        return answer

    async def begin(self, token: str = "", **more: Any) -> httpx2.Response:
        return await self.post("/agent/enrol", self.enrolment(token, **more))

    async def finish(self, enrolment: str) -> httpx2.Response:
        answer = await self.post("/agent/enrol/finish", self.signed("enrol", {"enrolment": enrolment}))
        if answer.status_code == 200:
            self.device = answer.json()["device"]
        return answer

    async def enrol(self, token: str) -> None:
        begun = await self.begin(token)
        assert begun.status_code == 200, begun.text
        done = await self.finish(begun.json()["enrolment"])
        assert done.status_code == 200, done.text

    async def report(self, **changes: Mapping[str, Any] | None) -> httpx2.Response:
        compact = self.signed("report", self.report_claims(changes))
        answer = await self.post("/agent/report", compact)
        if answer.status_code == 428:
            compact = self.signed("report", self.report_claims(changes))
            answer = await self.post("/agent/report", compact)
        self.advance(compact)
        return answer
