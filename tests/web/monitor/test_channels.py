"""Channels in the console: their addresses are taken once and never shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.devices.laptops import Ida
from tests.monitor.notify.listeners import SLACK, listening
from tests.monitor.over_harbor import ada
from tests.web.conftest import House, move_in

__all__ = ["ada"]
WRITTEN = """watch: false
notify:
  it: {kind: mail, to: [it@harbor.example], at: medium}
  chat: {kind: slack}
  hook: {kind: webhook, after: 30m}
"""


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor", lambda folder: (folder / "monitor.yaml").write_text(WRITTEN))


async def test_an_address_is_taken_and_never_shown(harbor: House, ada: Ida) -> None:
    page = (await ada.browser.get("/console/channels")).text
    assert ("it@harbor.example" in page, page.count("/address")) == (True, 2)
    done = await ada.browser.post("/console/channels/chat/address", token=SLACK)
    assert done.headers["location"] == "/console/channels?done=set"
    assert SLACK.rpartition("/")[2] not in (await ada.browser.get("/console/channels")).text
    refused = await ada.browser.post("/console/channels/chat/address", token="https://evil.example/x")
    assert (refused.status_code, "evil.example" in refused.text) == (400, False)
    assert (await ada.browser.post("/console/channels/none/address", token=SLACK)).status_code == 400


async def test_a_webhook_shows_its_secret_once_and_a_test_arrives(harbor: House, ada: Ida) -> None:
    async with listening() as listener:
        await ada.browser.get("/console/channels")
        shown = await ada.browser.post("/console/channels/hook/address", token=listener.url)
        assert shown.text.count("whsec_") >= 1
        assert "whsec_" not in (await ada.browser.get("/console/channels")).text
        done = await ada.browser.post("/console/channels/hook/test")
        assert (done.headers["location"], len(listener.heard)) == ("/console/channels?done=sent", 1)
        listener.status = 500
        done = await ada.browser.post("/console/channels/hook/test")
        assert done.headers["location"] == "/console/channels"
