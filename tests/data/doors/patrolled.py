"""A share of the tests' own that is watched, with everything that happened to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.data.doors.protecting import OwnProtection
from tests.waiting import until

from limen.clock import SetClock
from limen.data.doors.mass_renaming import MassRenaming
from limen.data.doors.quarantine import Quarantine
from limen.data.doors.refusal import Refusal
from limen.data.doors.shares import Share, SharePatrol, Surroundings


@dataclass
class Patrolled:
    protection: OwnProtection
    patrol: SharePatrol
    root: Path
    quarantine: Quarantine
    alarms: list[tuple[MassRenaming, str, str]] = field(default_factory=list)

    async def until(self, is_so: Callable[[], object]) -> None:
        try:
            await until(is_so)
        except AssertionError as late:
            raise AssertionError((self.patrol.counts, self.protection.noted)) from late

    @property
    def names(self) -> set[str]:
        return {str(one.relative_to(self.root)) for one in self.root.rglob("*") if not one.is_dir()}


@asynccontextmanager
async def patrolled(folder: Path, protection: OwnProtection, **about: Any) -> AsyncIterator[Patrolled]:
    root, quarantine = folder / "share", Quarantine(folder / "quarantine")
    root.mkdir(exist_ok=True)
    alarms: list[tuple[MassRenaming, str, str]] = []
    settings = {
        "clock": SetClock(1_000),
        "person_of": lambda name: {"ann": "p_ann", "games": "p_games"}.get(name, ""),
        "user_of": lambda _uid: "ann",
        "tell": lambda *said: alarms.append(said),
        "refusal_of": lambda verdict: Refusal(verdict, "Ida, extension 7"),
        "rest_seconds": 0.05,
    } | about
    patrol = SharePatrol(Share("sales", root), Surroundings(protection=protection, quarantine=quarantine, **settings))
    watching = asyncio.create_task(patrol.watch())
    made = Patrolled(protection, patrol, root, quarantine, alarms)
    probe = root / ".begun"
    try:
        for number in range(3_000):  # until the system tells of changes
            if number % 50 == 0:
                probe.write_text("x")
            await asyncio.sleep(0.02)
            if patrol.counts:
                break
        probe.unlink()
        await asyncio.sleep(0.3)
        patrol.counts.clear()
        protection.inspected.clear()
        protection.noted.clear()
        yield made
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
