from __future__ import annotations

import httpx2
import pytest
from tests.web.conftest import House

from limen.operations.health import Watched
from limen.operations.local_port import answers, is_of_this_machine


async def test_ready_says_yes_and_then_no_with_the_reason(house: House, watched: Watched) -> None:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=answers(watched)), base_url="http://localhost:9000"
    ) as ask:
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


async def test_a_name_that_was_turned_to_this_machine_is_told_nothing(watched: Watched) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=answers(watched)), base_url="http://x") as ask:
        for path in ("/healthz", "/readyz", "/metrics", "/console"):
            told = await ask.get(f"http://evil.example:9000{path}", headers={"sec-fetch-site": "same-origin"})
            assert told.status_code == 421
            assert "evil" not in told.text
        assert (await ask.get("http://127.0.0.1:9000/healthz")).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9000", "127.0.0.1", "127.0.0.2:1", "[::1]:9000"])
def test_loopback_by_its_own_names_is_this_machine(host: str) -> None:
    assert is_of_this_machine(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil@localhost",
        "localhost/x",
        "[::1",
        "192.168.0.1",
        "0.0.0.0",
        "localhost:x",
        "localhost?",
        "2130706433",
        "localhost\t",
    ],
)
def test_any_other_host_is_not(host: str) -> None:
    assert not is_of_this_machine(host)
