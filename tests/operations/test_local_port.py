from __future__ import annotations

import httpx2
from tests.web.conftest import House

from limen.operations.health import Watched
from limen.operations.local_port import answers


async def test_ready_says_yes_and_then_no_with_the_reason(house: House, watched: Watched) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=answers(watched)), base_url="http://local") as ask:
        assert (await ask.get("/healthz")).text == "ok\n"
        ready = await ask.get("/readyz")
        assert (ready.status_code, ready.json()["ready"], ready.json()["obstacles"]) == (200, True, [])
        house.limen.known.lease_until = 0.0
        ready = await ask.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["obstacles"] == ["Limen has lost touch with its database"]
        assert (await ask.get("/healthz")).status_code == 200
        figures = await ask.get("/metrics")
        assert figures.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert "limen_ready 0.0" in figures.text
        assert (await ask.post("/readyz")).status_code == 405
        assert (await ask.get("/console")).status_code == 404
