"""Harbor is watched: what its people do, and what is done to them (`stories.py`), becomes alerts in its console.

By itself only a laptop with a virus goes into quarantine: whoever plays with the demo is refused by the policies alone.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Final

from limen.demo.browser import LoopError
from limen.demo.roles import ROLES
from limen.demo.running_company import DayClock, RunningCompany
from limen.monitor.risk.projection import RiskProjection

MONITOR: Final = """# What Limen watches at Harbor: its own journal, and what the virus scanners of laptops write.
watch: true
sources:
  laptops: {kind: clamav, comes: agent, files: [/var/log/clamav/clamav.log]}
# Two invented places for addresses that nobody has.
places:
  databases: [places.mmdb]
playbooks:
  quarantine: {does: quarantine, lasts: 24h, at_most: 5}
"""
PLACES: Final = "places.mmdb"
GUESSER: Final = "203.0.113.99"
"""An invented address, of those that are for documentation (RFC 5737)."""
GUESSED: Final = 8
GUESS: Final = "Winter2026!"
PAUSE_SECONDS: Final = 1.0


def write_monitor(root: Path) -> None:
    (root / "monitor.yaml").write_text(MONITOR, "utf-8")
    (root / PLACES).write_bytes(resources.files(__package__).joinpath(PLACES).read_bytes())


def go_along(company: RunningCompany, clock: DayClock) -> None:
    """The process that watches has the real time. When Harbor's clock is moved it has not been silent for so long."""
    clock.moved.append(company.limen.core.offers.take(RiskProjection).heard)


async def guess_passwords(company: RunningCompany) -> None:
    """Somebody outside tries one password on people of Harbor whom the visitor can't be."""
    busy = {role.who for role in ROLES}
    people = [one.who for who, one in company.employees.items() if who not in busy][:GUESSED]
    browser, home = company.network.browser(GUESSER), company.limen.settings.public_url
    for one in people:
        with suppress(LoopError, OSError, TimeoutError):
            page = await browser.open(f"{home}/sign-in")
            sent = {"email": one.email, "password": GUESS, "code": "000000", "to": "/"}
            await browser.submit(page, "/sign-in", sent)
        await asyncio.sleep(PAUSE_SECONDS)
