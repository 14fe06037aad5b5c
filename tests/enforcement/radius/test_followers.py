"""What an OpenVPN server is told to end, and when that counts as done."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.enforcement.radius.test_store import ONE

from limen.enforcement.radius import followers as module
from limen.enforcement.radius.disconnect import NotDisconnectedError
from limen.enforcement.radius.followers import Followers

SESSION = replace(ONE, id="v_1", nas="devices")
HERE = (SESSION.client, SESSION.nas)


async def test_an_end_is_told_at_once_and_again_until_the_server_says_that_it_is_over() -> None:
    followers = Followers()
    waits = asyncio.create_task(followers.next(*HERE))
    await asyncio.sleep(0)
    ending = asyncio.create_task(followers.end(SESSION))
    assert await asyncio.wait_for(waits, 60) == [SESSION.id]
    assert await followers.next(*HERE) == [SESSION.id]
    assert not ending.done()
    followers.acknowledge("10.0.0.9/32", SESSION.nas, SESSION.id)
    followers.acknowledge(SESSION.client, "another", SESSION.id)
    await asyncio.sleep(0)
    assert not ending.done()
    followers.acknowledge(*HERE, SESSION.id)
    await asyncio.wait_for(ending, 60)


async def test_a_server_that_says_nothing_is_silent_and_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENDS_SECONDS", 0.01)
    followers = Followers()
    with pytest.raises(NotDisconnectedError) as silent:
        await followers.end(SESSION)
    assert silent.value.why == "silent"
    assert await followers.next(*HERE) == [SESSION.id]
    followers.forget(SESSION)
    monkeypatch.setattr(module, "WAITS_SECONDS", 0.01)
    assert await followers.next(*HERE) == []


async def test_a_second_question_answers_the_first() -> None:
    followers = Followers()
    first = asyncio.create_task(followers.next(*HERE))
    await asyncio.sleep(0)
    second = asyncio.create_task(followers.next(*HERE))
    assert await asyncio.wait_for(first, 60) == []
    assert not second.done()
    second.cancel()
