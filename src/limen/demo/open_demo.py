"""Harbor opened for a visitor: the company, its people at work, and in front of it the demo's own page."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from limen.clock import Instant
from limen.company.load import load_settings
from limen.demo.attack_show import AttackShow
from limen.demo.control_pages import StagePages
from limen.demo.control_panel import Asgi, ControlPanel
from limen.demo.curl_lines import Line, curl_lines
from limen.demo.harbor import read_day
from limen.demo.live import go_about, invite_the_visitor
from limen.demo.running_company import DayClock, RunningCompany, settled_company
from limen.demo.stories import tell
from limen.demo.visitor import Visitor
from limen.demo.watched import go_along, write_monitor

OPENS_AT: Final = 13
"""Harbor's clock when the demo opens: an afternoon at work, with the evening still to come."""
AT_WORK: Final = 2


@dataclass(frozen=True, slots=True)
class Opened:
    """The demo, running. `url` is its one address; `lines` are for `curl`."""

    company: RunningCompany
    visitor: Visitor
    stage: ControlPanel
    lines: tuple[Line, ...]
    attack: AttackShow

    @property
    def url(self) -> str:
        return f"{self.stage.origin}/"


@asynccontextmanager
async def opened_harbor(root: Path) -> AsyncIterator[Opened]:
    """Open Harbor over the folder in `root`, with its people at work; all of it ends on leaving."""
    clock = DayClock(opening(load_settings(root).zone, int(time.time() * 1000)))
    stages: list[ControlPanel] = []

    def in_front(limen: Asgi, sign_in_url: str) -> Asgi:
        stages.append(ControlPanel(limen, sign_in_url))
        return stages[0]

    write_monitor(root)
    async with settled_company(root, clock, in_front) as company:
        go_along(company, clock)
        (stage,) = stages
        visitor = Visitor(company, clock)
        await visitor.prepare()

        async def invite() -> str:
            return (await invite_the_visitor(company)).url

        stage.address = lambda: visitor.address
        stage.saw = visitor.saw
        lines = await curl_lines(company)
        attack = AttackShow()
        stage.pages = StagePages(stage, visitor, lines, invite, attack).asgi
        chance = random.Random()  # noqa: S311 -- who does what next is no secret
        steps = read_day(root)
        at_work = [asyncio.create_task(go_about(company, steps, chance)) for _ in range(AT_WORK)]
        at_work.append(asyncio.create_task(tell(company, visitor.laptops)))
        try:
            yield Opened(company, visitor, stage, lines, attack)
        finally:
            for one in at_work:
                one.cancel()
            await asyncio.gather(*at_work, return_exceptions=True)
            await attack.close()
            await visitor.laptops.close()


def opening(zone: ZoneInfo, now: Instant) -> Instant:
    """When Harbor opens: at one in the afternoon of today, or of the next working day."""
    day = datetime.fromtimestamp(now / 1000, zone).replace(hour=OPENS_AT, minute=0, second=0, microsecond=0)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return int(day.timestamp()) * 1000
