"""What answers on the wire, on real ports of this machine."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from limen.app import open_limen
from limen.company.company import Company
from limen.company.load import load_company
from limen.demo.browser import Network
from limen.demo.harbor import copy_to
from limen.serving import serve


@pytest.fixture
def company(tmp_path: Path) -> Company:
    copy_to(tmp_path, prefer_usual_ports=False)
    return load_company(tmp_path)


@pytest.mark.slow
async def test_it_serves_until_it_is_told_to_stop(company: Company, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    listen = company.settings.listen.model_copy(update={"health": f"127.0.0.1:{port}"})
    settings = company.settings.model_copy(update={"listen": listen})
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, settings, tmp_path, lambda: company)
        network = await closing.enter_async_context(Network())
        listens = asyncio.Event()

        async def told() -> None:
            listens.set()

        serving = asyncio.create_task(serve(limen, told))
        await asyncio.wait_for(listens.wait(), 60)
        page = await network.browser("192.0.2.1").open(f"{company.settings.public_url}/sign-in")
        assert page.status == 200
        assert limen.enforcement.check.port > 0
        ready = await network.browser("192.0.2.1").open(f"http://localhost:{port}/readyz")
        assert (ready.status, ready.json()["ready"]) == (200, True)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await asyncio.to_thread(limen.journal.flush)
        kinds = [event.kind for event in limen.journal.recent(100)]
        assert kinds.index("limen.stopped") < kinds.index("limen.started")
