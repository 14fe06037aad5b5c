from __future__ import annotations

import os
import re
import signal

import pytest
from tests.web.conftest import House

from limen import __version__
from limen.nodes import store
from limen.nodes.copying import Seen
from limen.nodes.model import Node
from limen.storage.space import megabytes
from limen.storage.workers import Doing, Worker
from limen.web.console import workers as page
from limen.web.console.workers import NodeNow

AT = "/console/workers"
BERLIN = Node("berlin", "10.0.0.2:8446", "abc123", "", 1)


async def test_one_worker_and_one_machine_say_how_to_get_more(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    text = (await ada.get(AT)).text
    assert f'action="{AT}/restart"' not in text
    for told in ("workers = 2", "limen migrate-database", "limen workers restart"):
        assert told in text


async def test_what_the_page_shows_is_what_the_register_has(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = house.browser()
    await house.administrator(ada)
    tip = house.limen.database.read(lambda snapshot: snapshot.seq)
    there = [
        Worker("a" * 12, tip, 1, "m", "main", 4711, 1, 12, Doing(1, "all", __version__, 5_000_000_000)),
        Worker("b" * 12, tip - 3, 1, "m", "main-2", 4712, 1, 9, Doing(1, "", "0.0.9")),
    ]
    monkeypatch.setattr(house.limen.database.workers, "all", lambda: there)
    shown = (await ada.get(AT)).text.split('id="workers"')[1].split('id="nodes"')[0]
    assert {"4711", "4712"} <= set(re.findall(r'data-as="Process">(\d+)', shown))
    assert shown.count('class="effect challenge"') == 1
    assert (shown.count(">Leads<"), shown.count("0.0.9"), __version__ in shown) == (1, 1, False)
    assert re.findall(r'data-as="Free disk">([^<]*)<', shown) == [megabytes(5_000_000_000), "not looked"]


async def test_a_node_that_never_started_is_missing(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    house.limen.database.write(lambda t: store.add(t.connection, BERLIN, 1))
    shown = (await ada.get(AT)).text.split('id="nodes"')[1]
    assert BERLIN.address in shown
    assert 'class="effect deny"' in shown


async def test_how_far_a_node_is_behind_in_copying_is_said_where_this_worker_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = house.browser()
    await house.administrator(ada)
    for lacks, shown in ((None, "soft"), (0, "nothing"), (7, "7 lines")):
        monkeypatch.setattr(page, "_nodes", lambda *_, lacks=lacks: [NodeNow(BERLIN, False, Seen(since=5), 1, lacks)])
        cell = (await ada.get(AT)).text.split('id="nodes"')[1].split('data-as="Lacks')[1].split("</td>")[0]
        assert shown in cell


def test_a_node_is_missing_where_nothing_of_it_answers() -> None:
    assert NodeNow(BERLIN, False, None, 0).is_missing
    assert NodeNow(BERLIN, False, Seen(), 0).is_missing
    assert not NodeNow(BERLIN, False, Seen(since=5), 0).is_missing
    assert not NodeNow(BERLIN, False, None, 2).is_missing
    assert not NodeNow(BERLIN, True, None, 0).is_missing


async def test_replacing_tells_the_own_parent_and_is_journaled(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, told = house.browser(), []
    who = await house.administrator(ada)
    monkeypatch.setattr(page, "own_parent", lambda _folder: 99)
    monkeypatch.setattr(os, "kill", lambda *what: told.append(what))
    await ada.get(AT)
    assert (await ada.post(f"{AT}/restart")).headers["location"] == f"{AT}?done=restart"
    assert told == [(99, signal.SIGHUP)]
    assert [one.actor for one in house.events("limen.workers_replaced")] == [who]


async def test_one_process_is_not_replaced_and_helpers_replace_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, hana, told = house.browser(), house.browser(), []
    await house.administrator(ada)
    await house.member(hana, "Hana", "staff", "helpdesk")
    monkeypatch.setattr(os, "kill", lambda *what: told.append(what))
    await ada.get(AT)
    assert (await ada.post(f"{AT}/restart")).status_code == 400
    assert (await hana.get(AT)).headers["location"].startswith("/not-yet")
    await hana.get("/console/people")
    assert (await hana.post(f"{AT}/restart")).headers["location"].startswith("/not-yet")
    assert told == []
