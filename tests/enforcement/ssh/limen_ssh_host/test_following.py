"""Following Limen at a host, whose clock may be another."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.enforcement.ssh.hosts import HOST, door_of
from tests.enforcement.ssh.real_host import needs_a_host
from tests.enforcement.ssh.world import World
from tests.waiting import until

from limen.clock import SECOND
from limen.enforcement.ssh.limen_ssh_host import following
from limen.enforcement.ssh.limen_ssh_host.places import KEPT, RUN
from limen.following.program.asking import Limen
from limen.following.program.clock import LimensClock
from limen.following.program.kept import Wrong


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (KEPT, RUN):
        monkeypatch.setattr(one, "folder", tmp_path)
    KEPT.put("config", {"url": "https://limen.harbor.example", "authority": "", "secret": "s", "number": 7})


def test_a_question_says_who_is_in_and_whether_others_get_in(kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    looked: list[int] = []

    def ask(limen: Limen, path: str, said: dict[str, Any]) -> None:
        asked.append((path, said["after"], said["open"], said["active"], said["only"]))
        limen.at = 1_000.0

    monkeypatch.setattr(Limen, "ask", ask)
    monkeypatch.setattr(following, "records", lambda: [{"serial": 3}, {"serial": 4}])
    monkeypatch.setattr(following, "is_used", lambda one: one["serial"] == 4)
    monkeypatch.setattr(following, "other_ways_in", lambda: looked.append(1) or ["a Match"])
    clock, changed = LimensClock(), threading.Event()
    asker = following.Asker(changed, clock)
    for _ in range(2):
        asker.ask()
    assert asked == [("/ssh/host/state", 7, [3, 4], [4], False)] * 2
    assert looked == [1]
    assert not clock.is_right()
    assert not changed.is_set()


def test_nobody_is_let_in_while_pam_reads_what_people_write(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Wrong] = [Wrong("they write it")]

    def check() -> None:
        if found:
            raise found[0]

    monkeypatch.setattr(following, "check_pam", check)
    assert not following.Soundness().holds()
    found.clear()
    assert following.Soundness().holds()


@needs_a_host
async def test_nobody_is_let_in_while_the_clocks_differ(world: World) -> None:
    issued = await world.ask()
    assert await world.log_in(issued, "echo", "in") == "in\n"
    followers = door_of(world.limen.house).followers

    async def asked_again() -> None:
        for _ in range(2):
            followers.change()
            await until(lambda: followers.is_in_force("databases", followers.number))

    await asked_again()
    assert followers.heard_of(HOST).clock == 0
    world.limen.house.clock.forward(35 * SECOND)
    await asked_again()
    assert followers.heard_of(HOST).clock in {-34, -35}
    assert "refused" in await world.log_in(issued, "echo", "in", check=False)
    world.limen.house.clock.forward(-35 * SECOND)
    await asked_again()
    assert followers.heard_of(HOST).clock == 0
    await asyncio.sleep(0.3)
    assert await world.log_in(issued, "echo", "in") == "in\n"
