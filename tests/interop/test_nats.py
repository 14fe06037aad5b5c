"""Two real nodes over a real nats-server, all killed at will: no acknowledged event is lost, none is there twice."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests.monitor.watched import Watching, watching
from tests.nats_server import nats_server

from limen.clock import SystemClock
from limen.connectors.nats.stream import Stream
from limen.monitor.link import TAKES, Watched
from limen.monitor.normal_form.frame import Frame
from limen.monitor.stored import COLUMNS
from limen.pillar import NotTakenError
from limen.storage.event_store.asking import Asking
from limen.storage.event_store.columns import Columns

APP = Watched(name="app", kind="json", way="http", keep_ms=86_400_000 * 90)
ROUNDS = 24


async def send(node: Watching, name: str, acknowledged: set[str]) -> None:
    """Until it is taken, as a sender does who is told to send again."""
    said = f'{{"id": "{name}", "message": "{name}"}}'.encode()
    while True:
        try:
            await node.supervision.deliver(
                [Frame(source="app", kind="json", received_at=SystemClock().now(), data=said)]
            )
        except NotTakenError:
            await asyncio.sleep(0.05)
        else:
            acknowledged.add(said.decode())
            return


def kept(node: Watching) -> list[str]:
    asking = Asking(node.folder / "events", Columns.of(COLUMNS))
    try:
        return [raw for (raw,) in asking.ask("select raw from events").rows]
    finally:
        asking.close()


async def test_nothing_acknowledged_is_lost_and_none_is_there_twice(tmp_path: Path) -> None:
    acknowledged = set[str]()
    with nats_server(tmp_path / "nats") as server:
        async with AsyncExitStack() as stack:
            one, two = [
                await stack.enter_async_context(watching(tmp_path / name, APP, nats=server.server()))
                for name in ("one", "two")
            ]
            await one.supervision.give(TAKES, b"yes")
            for number in range(ROUNDS):
                sending = [
                    asyncio.create_task(send(n, f"{number}-{n is one}-{at}", acknowledged))
                    for n in (one, two)
                    for at in range(5)
                ]
                if number % 8 == 3:
                    server.kill()
                    await asyncio.sleep(0.2)
                    await asyncio.to_thread(server.start)
                elif number % 8 == 5:
                    await (one if number % 16 == 5 else two).kill()
                await asyncio.gather(*sending)
            assert len(acknowledged) == ROUNDS * 10
            stream = Stream(server.server())
            async with asyncio.timeout(120):
                while await asyncio.to_thread(stream.waiting):  # noqa: ASYNC110 -- a stream tells nobody
                    await asyncio.sleep(0.2)
            stream.close()
            await one.until(lambda: len(kept(one)) >= len(acknowledged))
            found = kept(one)
            assert len(found) == len(set(found))
            assert set(found) == acknowledged
            assert kept(two) == []

            await two.supervision.give(TAKES, b"yes")  # another node takes over
            await one.supervision.give(TAKES, b"")
            await two.until(lambda: two.supervision.health and two.supervision.health.streamed.takes)
            await one.until(lambda: one.supervision.health and not one.supervision.health.streamed.takes)
            await asyncio.sleep(1.5)  # what the first had begun to wait for
            await send(one, "after", acknowledged)
            await two.until(lambda: len(kept(two)) == 1)
