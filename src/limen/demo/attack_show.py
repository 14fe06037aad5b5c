"""The attack as the demo's own page shows it: in a Harbor of its own, begun by a button, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from limen.demo.attack_story import ROWS, tell_attack
from limen.demo.attacked_harbor import NotSeenError
from limen.demo.browser import LoopError
from limen.demo.demo_folder import demo_folder
from limen.demo.employees import NotDoneError
from limen.demo.story_row import Row
from limen.errors import LimenError

FAILS: Final = (LimenError, NotSeenError, NotDoneError, LoopError, OSError, TimeoutError)


class AttackShow:
    """`rows` are those that came so far; `problem` is why it broke off, "" where it did not."""

    def __init__(self, tell: Callable[[Path], AsyncIterator[Row]] = tell_attack) -> None:
        self.rows: list[Row] = []
        self.problem = ""
        self._tell = tell
        self._telling: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._telling is not None and not self._telling.done()

    @property
    def left(self) -> int:
        """How many rows are still to come."""
        return max(0, ROWS - len(self.rows))

    @property
    def seconds(self) -> float:
        """How long the answers took, all together."""
        return sum(one.milliseconds for one in self.rows) / 1_000

    def begin(self) -> None:
        """From the first row on; where it is running already, nothing."""
        if not self.is_running:
            self.rows, self.problem = [], ""
            self._telling = asyncio.create_task(self._run(), name="an attack on the demo")

    async def close(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    async def _run(self) -> None:
        try:
            with demo_folder() as folder:
                async for row in self._tell(folder):
                    self.rows.append(row)
        except FAILS as wrong:
            self.problem = str(wrong)
