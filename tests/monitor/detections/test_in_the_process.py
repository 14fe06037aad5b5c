"""The company's own rules really run: in the process that watches, from the folder to an alert."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.monitor.detections.test_company_rules import TEXT, put
from tests.monitor.detections.texts import rule, text_of
from tests.monitor.houses import send, sources_of, watch_of, write_monitor
from tests.waiting import until
from tests.web.conftest import House, move_in

from limen.clock import SystemClock
from limen.monitor.alerts import store

OTHERS = rule({"operation": "import"}, logsource={"product": "payroll"}, level="high")
OFF = rule({"operation": "import"}, name="too-loud", logsource={"product": "payroll"}, level="high")


def with_rules(folder: Path) -> None:
    write_monitor(folder)
    put(folder, TEXT.replace("title: Payroll exported\n", "title: Payroll exported\nlevel: high\n"))
    (folder / "others").mkdir()
    (folder / "others" / "made.yml").write_text(text_of(OTHERS, OFF))
    with (folder / "monitor.yaml").open("a") as file:
        file.write("detections: {folders: [others], off: [too-loud]}\n")


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", with_rules)
        house.clock.forward(SystemClock().now() - house.clock.now())
        async with asyncio.timeout(60):
            await watch_of(house).supervision.ready()
        await until(lambda: sources_of(house).is_taking)
        yield house


@pytest.mark.slow
async def test_rules_of_the_folder_and_of_others_raise_alerts_and_what_is_off_does_not(harbor: House) -> None:
    token = await sources_of(harbor).add_token("app", "wren", by="server")
    lines = b'{"product": "payroll", "operation": "Export", "user": "ida"}\n'
    lines += b'{"product": "payroll", "operation": "import", "user": "ida"}\n'

    def raised() -> set[str]:
        found = harbor.limen.core.database.read(lambda snapshot: store.recent_alerts(snapshot.connection, 50))
        return {one.rule for one in found}

    assert (await send(harbor, token, lines)).status_code == 200
    await until(lambda: len(raised()) >= 2)
    assert raised() == {"6a2ff0b8-2f57-4f6f-8d3c-0d4a8e7b9c01", OTHERS["id"]}
