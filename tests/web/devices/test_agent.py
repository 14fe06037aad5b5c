from __future__ import annotations

import json

import pytest
from tests.devices.laptops import devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House


@pytest.mark.parametrize("path", ["/agent/enrol", "/agent/enrol/finish", "/agent/report"])
async def test_what_is_no_signed_message_is_refused_in_json(agent: SoftwareAgent, path: str) -> None:
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = await agent.client.post(path, content=b"{}", headers={"content-type": kind})
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed")
    answer = await agent.client.post(path, content=b"a.b.c", headers={"content-type": "application/jose"})
    assert (answer.status_code, answer.json()["error"], bool(answer.json()["mend"])) == (400, "malformed", True)
    assert answer.headers["cache-control"] == "no-store"


async def test_a_stream_is_asked_for_by_a_signed_message(harbor: House, laptop: SoftwareAgent) -> None:
    for given in ("", "Bearer abc", "Limen abc", f"Limen {laptop.signed('report', {}).decode()}"):
        answer = await laptop.client.get("/agent/stream", headers={"authorization": given})
        assert answer.status_code in {400, 401}
    assert len(devices_of(harbor).streams) == 0


async def test_no_cookie_counts_and_none_is_set(laptop: SoftwareAgent) -> None:
    answer = await laptop.report()
    assert "set-cookie" not in answer.headers
    assert json.loads(answer.content)["nonce"]
