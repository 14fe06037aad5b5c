"""The doctor's look at ClickHouse (a stand-in) and NATS: one that answers, lacks something, or does not answer."""

from __future__ import annotations

from pathlib import Path

from tests.clickhouse_stand_in import PASSWORD, StandIn
from tests.nats_server import nats_server

from limen.connectors.clickhouse.client import ClickHouse
from limen.finding import State
from limen.monitor.outgrown.event_table import EventTable
from limen.monitor.outgrown.examining import examine_clickhouse, examine_nats
from limen.pillar import Installation
from limen.pillars import pillars
from limen.settings import settings_model

GIVEN = {"LIMEN_CLICKHOUSE_PASSWORD": PASSWORD}


def here(root: Path, **monitor: object) -> Installation:
    pillars()
    said = {"name": "Harbor", "domain": "harbor.example", "monitor": monitor}
    return Installation(root, settings_model().model_validate(said))


async def states(installation: Installation, given: dict[str, str] = GIVEN) -> list[State]:
    return [one.state for one in await examine_clickhouse(installation, given)]


async def test_where_it_is_not_set_nothing_is_said(tmp_path: Path) -> None:
    assert await states(here(tmp_path)) == []


async def test_a_table_that_is_there_and_one_that_is_not(tmp_path: Path, clickhouse: StandIn) -> None:
    installation = here(tmp_path, clickhouse=clickhouse.server.url)
    assert await states(installation) == [State.WARNING]
    EventTable(ClickHouse(clickhouse.server)).prepare()
    assert await states(installation) == [State.OK]
    assert await states(installation, {}) == [State.WRONG]


async def test_a_stream_that_is_there_and_one_that_is_not(tmp_path: Path) -> None:
    assert await examine_nats(here(tmp_path)) == []
    with nats_server(tmp_path / "nats") as server:
        found = await examine_nats(here(tmp_path, nats=server.server().url))
        assert [one.state for one in found] == [State.OK]
    found = await examine_nats(here(tmp_path, nats=server.server().url))
    assert [one.state for one in found] == [State.WRONG]
    found = await examine_nats(here(tmp_path, nats=server.server().url, nats_credentials="none"))
    assert [one.state for one in found] == [State.WRONG]


async def test_what_does_not_answer_and_what_can_not_be_asked(tmp_path: Path) -> None:
    assert await states(here(tmp_path, clickhouse="http://127.0.0.1:9/harbor")) == [State.WRONG]
    installation = here(tmp_path, clickhouse="http://127.0.0.1:9/harbor", clickhouse_authority="none.pem")
    assert await states(installation) == [State.WRONG]
