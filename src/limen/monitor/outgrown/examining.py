"""What the doctor finds of ClickHouse and NATS: whether each answers as it is set, and has what it is to have."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Final

from limen.connectors.clickhouse.client import ClickHouse, ClickHouseError
from limen.connectors.nats.stream import NatsError, Stream
from limen.finding import Finding, State
from limen.monitor.outgrown.event_table import IS_EVENT, TABLE
from limen.monitor.outgrown.servers import ServerUnfitError, clickhouse_server, nats_server
from limen.monitor.settings import MonitorSettings
from limen.pillar import Installation

CLICKHOUSE: Final = "clickhouse"
NATS: Final = "nats"
SECONDS: Final = 5.0


async def examine_clickhouse(here: Installation, environ: Mapping[str, str] = os.environ) -> list[Finding]:
    """Nothing where it is not set."""
    return await asyncio.to_thread(_clickhouse, here, environ)


async def examine_nats(here: Installation) -> list[Finding]:
    """Nothing where it is not set."""
    return await asyncio.to_thread(_nats, here)


def _nats(here: Installation) -> list[Finding]:
    settings = here.settings.section(MonitorSettings)
    where = settings.nats
    try:
        server = nats_server(settings, here.root)
    except ServerUnfitError as error:
        return [Finding(NATS, State.WRONG, error.what, error.fix, where)]
    if server is None:
        return []
    stream = Stream(server)
    try:
        waiting = stream.waiting()
    except NatsError as error:
        return [Finding(NATS, State.WRONG, error.what, error.fix, where)]
    finally:
        stream.close()
    return [Finding(NATS, State.OK, f"it answers, and {waiting:,} messages are in its stream", where=where)]


def _clickhouse(here: Installation, environ: Mapping[str, str]) -> list[Finding]:
    settings = here.settings.section(MonitorSettings)
    where = settings.clickhouse
    try:
        server = clickhouse_server(settings, here.root, environ)
    except ServerUnfitError as error:
        return [Finding(CLICKHOUSE, State.WRONG, error.what, error.fix, where)]
    if server is None:
        return []
    client = ClickHouse(server)
    try:
        client.ask("select 1", seconds=SECONDS)
        events = client.ask(f"select count(*) from {TABLE} where {IS_EVENT}", seconds=SECONDS).rows[0][0]  # noqa: S608 -- ours
    except ClickHouseError as error:
        if error.word == "nothing-there":
            what, fix = "it answers, and has no table of events yet", "Limen makes it once it watches (`watch: true`)"
            return [Finding(CLICKHOUSE, State.WARNING, what, fix, where)]
        return [Finding(CLICKHOUSE, State.WRONG, error.what, error.fix, where)]
    finally:
        client.close()
    return [Finding(CLICKHOUSE, State.OK, f"it answers, and has {events:,} events", where=where)]
