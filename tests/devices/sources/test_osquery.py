"""osquery's TLS API, asked by a client of its published contract."""

from __future__ import annotations

import asyncio
import json

import httpx2
import pytest
from tests.devices.laptops import Ida
from tests.devices.software_agent import ORIGIN, SoftwareAgent
from tests.devices.sources.test_intake import enrolled
from tests.devices.sources.told import OSQUERY, fact, happened, put_rules, sources_of, token_for
from tests.emulators.osquery_node import DETAILS, UUID, Node
from tests.web.conftest import House

from limen.devices.sources import store
from limen.devices.sources.osquery import Osquery
from limen.devices.sources.record import Kept
from limen.rate_limit import RateLimit


@pytest.fixture
async def node(harbor: House) -> Node:
    put_rules(harbor, osquery=OSQUERY)
    return Node(client(harbor), token_for(harbor, "osquery"))


def client(harbor: House) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=harbor.limen.asgi, client=("203.0.113.11", 50_000))
    opened = httpx2.AsyncClient(transport=transport, base_url=ORIGIN)
    harbor.closing.push_async_callback(opened.aclose)
    return opened


def kept(harbor: House) -> list[Kept]:
    return harbor.limen.database.read(lambda snapshot: store.all_records(snapshot.connection))


def said(harbor: House) -> dict[str, object]:
    (one,) = kept(harbor)
    return dict(one.record.checks)


async def test_a_machine_enrols_and_is_asked_at_once(harbor: House, node: Node) -> None:
    assert await node.enroll()
    (one,) = kept(harbor)
    assert (one.record.id, one.record.serial, one.record.name, one.record.platform) == (
        UUID.lower(),
        "c02osq01",
        "lark",
        "macos",
    )
    schedule = (await node.post("config", node_key=node.key))["schedule"]
    assert all(query["snapshot"] for query in schedule.values())
    read = (await node.post("distributed/read", node_key=node.key))["queries"]
    assert "limen_filevault" in read
    assert (await node.post("distributed/read", node_key=node.key))["queries"] == {}
    rows = {"limen_filevault": [{"filevault_status": "on"}], "limen_alf": [{"global_state": "0"}], "other": []}
    statuses = {"limen_filevault": 0, "limen_alf": "0", "other": 1}
    await node.post("distributed/write", node_key=node.key, queries=rows, statuses=statuses)
    assert set(said(harbor)) == {"disk_encryption", "firewall"}


async def test_who_does_not_know_the_secret_is_no_node(harbor: House, node: Node) -> None:
    node.secret = "x" * 43
    assert not await node.enroll()
    assert len(await happened(harbor, "device.source_refused")) == 1
    for path in ("config", "log", "distributed/read", "distributed/write"):
        for key in ("", "x" * 43):
            assert await node.post(path, node_key=key) == {"node_invalid": True}
    assert kept(harbor) == []


async def test_what_is_logged_takes_the_place_of_what_was_before(harbor: House, node: Node) -> None:
    await node.enroll()
    harbor.clock.forward(60_000)
    now = harbor.clock.now()
    await node.log(now, filevault=[{"filevault_status": "off"}], alf=[{"global_state": "1"}])
    await node.log(now - 30_000, filevault=[{"filevault_status": "on"}])
    assert said(harbor)["disk_encryption"].observed.encrypted is False  # type: ignore[attr-defined]
    await node.log(now + 3_600_000, filevault=[{"filevault_status": "on"}])
    found = said(harbor)
    assert found["disk_encryption"].observed.encrypted is True  # type: ignore[attr-defined]
    assert found["disk_encryption"].at <= harbor.clock.now()  # type: ignore[attr-defined]
    assert set(found) == {"disk_encryption", "firewall"}


async def test_of_logs_that_come_at_once_nothing_is_lost(harbor: House, node: Node) -> None:
    await node.enroll()
    harbor.clock.forward(60_000)
    now = harbor.clock.now()
    rows = {"filevault": [{"filevault_status": "off"}], "alf": [{"global_state": "0"}]}
    await asyncio.gather(*(node.log(now, **{name: found}) for name, found in rows.items()))
    assert set(said(harbor)) == {"disk_encryption", "firewall"}


async def test_it_makes_a_device_worse_and_never_better(
    harbor: House, node: Node, ida: Ida, agent: SoftwareAgent
) -> None:
    laptop = await enrolled(harbor, ida, agent, "C02OSQ01")
    await node.enroll()
    harbor.clock.forward(2_000)
    await node.log(harbor.clock.now(), filevault=[{"filevault_status": "off"}])
    assert "disk_encryption" not in fact(harbor, laptop.device).passing
    harbor.clock.forward(2_000)
    await node.log(harbor.clock.now(), filevault=[{"filevault_status": "on"}])
    assert "disk_encryption" in fact(harbor, laptop.device).passing
    await laptop.report(disk_encryption={"encrypted": False})
    assert "disk_encryption" not in fact(harbor, laptop.device).passing


async def test_a_machine_that_enrols_again_is_told_and_the_old_key_is_over(harbor: House, node: Node) -> None:
    await node.enroll()
    old = node.key
    assert await node.enroll()
    assert await node.post("config", node_key=old) == {"node_invalid": True}
    assert [event.details["again"] for event in await happened(harbor, "device.node_enrolled")] == [True, False]
    assert len(kept(harbor)) == 1
    put_rules(harbor)
    assert await node.post("config", node_key=node.key) == {"node_invalid": True}


async def test_a_machine_without_a_number_of_its_own_is_known_and_matched_to_nothing(harbor: House, node: Node) -> None:
    node.details = {**DETAILS, "system_info": {"uuid": "00000000-0000-0000-0000-000000000000", "hostname": "vm"}}
    await node.enroll()
    (one,) = kept(harbor)
    assert (one.record.id, one.record.serial, one.record.hardware_id) == ("host lark", "", "")
    assert [listed.devices for listed in await sources_of(harbor).list()] == [1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"node_key": 7}',
        b'{"node_key": "' + b"x" * 300 + b'"}',
        b"[" * 100_000,
        b'{"queries": []}',
    ],
)
async def test_what_is_no_message_is_refused(harbor: House, node: Node, body: bytes) -> None:
    for path in ("enroll", "config", "log", "distributed/read", "distributed/write"):
        answer = await node.client.post(f"/osquery/{path}", content=body)
        assert answer.status_code in {200, 400}
        assert answer.status_code == 400 or answer.json() == {"node_invalid": True}


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        [None, 7, "x", {}],
        [{"action": "snapshot", "name": 7, "snapshot": []}],
        [{"action": "snapshot", "name": "limen_filevault", "snapshot": "on", "unixTime": "soon"}],
        [
            {
                "action": "snapshot",
                "name": "limen_filevault",
                "snapshot": [7, {"filevault_status": 1}],
                "unixTime": 1e300,
            }
        ],
        [{"action": "added", "name": "limen_filevault", "columns": {"filevault_status": "on"}}],
        [{"action": "snapshot", "name": "limen_filevault", "snapshot": [{"filevault_status": "on"}] * 201}],
    ],
)
async def test_what_is_logged_otherwise_says_nothing(harbor: House, node: Node, data: object) -> None:
    await node.enroll()
    answer = await node.client.post(
        "/osquery/log", content=json.dumps({"node_key": node.key, "log_type": "result", "data": data})
    )
    assert (answer.status_code, answer.json()) == (200, {"node_invalid": False})
    await node.post("log", node_key=node.key, log_type="status", data=[{"severity": "0"}])
    assert said(harbor) == {}


async def test_a_machine_that_asks_too_often_is_slowed(
    harbor: House, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harbor.limen.core.offers.take(Osquery), "_rate", RateLimit(0.001, 3))
    await node.enroll()
    asked = [node.client.post("/osquery/config", json={"node_key": node.key}) for _ in range(4)]
    assert [(await one).status_code for one in asked] == [200, 200, 200, 429]
