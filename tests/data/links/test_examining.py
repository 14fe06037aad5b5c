"""What the doctor says of links."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from limen.data.links.examining import LATE, examine
from limen.data.links.last_looks import LastLook, write
from limen.finding import State
from limen.pillar.part import Installation

NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("look", "state"),
    [
        (None, State.SKIPPED),
        (LastLook("finance", NOW, NOW), State.OK),
        (LastLook("finance", NOW, NOW, "it did not answer"), State.WRONG),
        (LastLook("finance", NOW, NOW, needs="Files.ReadWrite.All"), State.WRONG),
        (LastLook("finance", NOW, NOW - LATE - 1), State.WARNING),
        (LastLook("finance", NOW, 0), State.WARNING),
    ],
)
async def test_how_it_goes(tmp_path: Path, look: LastLook | None, state: State) -> None:
    if look is not None:
        write(tmp_path, [look])
    settings = SimpleNamespace(storage=SimpleNamespace(data=Path()))
    (found,) = await examine(Installation(tmp_path, settings), NOW)
    assert (found.state, bool(found.fix)) == (state, state in {State.WRONG, State.WARNING})
