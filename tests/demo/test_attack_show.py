"""The button of the attack: one at a time, in a folder that goes, and what breaks off is said."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.demo.alive import Alive
from tests.demo.test_control_pages import Visiting
from tests.devices.served import until

from limen.demo.attack_show import AttackShow
from limen.demo.attacked_harbor import NotSeenError
from limen.demo.story_row import Row

ROW = Row(id="spray", who="Somebody", does="tries", answer="deny", reason="<b>because</b>", remedy="wait")


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_in(folder: Path) -> list[Path]:
    return list(Path(folder).iterdir())


async def test_it_runs_once_at_a_time_and_leaves_no_folder(folders: Path) -> None:
    goes_on, begun = asyncio.Event(), list[Path]()

    async def tell(folder: Path) -> AsyncIterator[Row]:
        begun.append(folder)
        yield ROW.after(1.5)
        await goes_on.wait()
        yield ROW.after(0.5)

    show = AttackShow(tell)
    show.begin()
    await until(lambda: show.rows)
    show.begin()
    assert (show.is_running, len(begun), begun[0].exists()) == (True, 1, True)
    goes_on.set()
    await until(lambda: not show.is_running)
    assert ([one.id for one in show.rows], show.seconds, left_in(folders)) == (["spray"] * 2, 2.0, [])
    show.begin()
    assert show.rows == []
    await show.close()
    assert not show.is_running


async def test_what_breaks_off_is_said() -> None:
    async def tell(_folder: Path) -> AsyncIterator[Row]:
        yield ROW
        raise NotSeenError("nothing came")

    show = AttackShow(tell)
    show.begin()
    await until(lambda: not show.is_running)
    assert (show.problem, len(show.rows)) == ("nothing came", 1)


def test_its_page_shows_rows_as_text_and_refreshes_while_they_come(
    harbor: Alive, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = asyncio.Event()

    async def tell(_folder: Path) -> AsyncIterator[Row]:
        yield ROW
        await goes_on.wait()

    show = harbor.opened.attack
    monkeypatch.setattr(show, "_tell", tell)
    me = Visiting(harbor.opened.url)
    at = f"{harbor.opened.url}attack"
    assert "<form" not in me.request("GET", at)[1]  # there is no cookie to hold it to yet
    assert 'action="/do/attack"' in me.page()
    assert me.press("attack", "now") == (303, "/attack")
    while not show.rows:
        harbor.run(asyncio.sleep(0.01))
    page = me.request("GET", at)[1]
    assert 'http-equiv="refresh"' in page
    assert "<b>because</b>" not in page
    assert "&lt;b&gt;because" in page

    async def end() -> None:
        goes_on.set()
        await until(lambda: not show.is_running)

    harbor.run(end())
    assert 'http-equiv="refresh"' not in me.request("GET", at)[1]
