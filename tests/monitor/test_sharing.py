"""A worker without the process that watches, beside one that has it: it delivers there, and hears how it goes."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from limen.monitor.link import Health, Listening, SetUp, Sources
from limen.monitor.normal_form.frame import Frame
from limen.monitor.sharing import FILE, Sharing
from limen.monitor.supervision import Supervision
from limen.pillar import NotTakenError

FRAME = Frame(source="firewall", kind="json", received_at=1_800_000_000_000, data=b"{}")


class Own:
    """What the worker with the process does: it keeps what is delivered, or says why not."""

    def __init__(self) -> None:
        self.kept: list[Frame] = []
        self.why = ""

    async def deliver(self, frames: Sequence[Frame]) -> None:
        if self.why:
            raise NotTakenError(self.why, "send it again")
        self.kept += frames


@pytest.fixture
async def beside(tmp_path: Path) -> AsyncIterator[Supervision]:
    async def set_up() -> SetUp:
        raise AssertionError

    one = Supervision(
        set_up, lambda: Sources(sources=()), set_up, print, pauses_seconds=(0.01, 0.1), folder=tmp_path, is_ours=bool
    )
    one.start()
    yield one
    await one.close()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(0.01)


async def test_what_is_delivered_beside_is_kept_and_how_it_goes_is_heard(tmp_path: Path, beside: Supervision) -> None:
    own = Own()
    sharing = Sharing(tmp_path, own.deliver)
    with pytest.raises(NotTakenError):
        await beside.deliver([FRAME])
    await sharing.start(Listening(ports={"tcp": 514}))
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    await asyncio.wait_for(beside.ready(), 10)
    await beside.deliver([FRAME])
    assert (own.kept, beside.listening.ports, beside.pid) == ([FRAME], {"tcp": 514}, 0)
    await sharing.tell(Health(at=7))
    await until(lambda: beside.health == Health(at=7))
    own.why = "full"
    with pytest.raises(NotTakenError, match="full"):
        await beside.deliver([FRAME])
    await sharing.close()
    await until(lambda: beside.health is None)
    with pytest.raises(NotTakenError):
        await beside.deliver([FRAME])
    again = Sharing(tmp_path, Own().deliver)
    await again.start(Listening())
    await asyncio.wait_for(beside.ready(), 10)
    await beside.deliver([FRAME])
    await again.close()
