from __future__ import annotations

import asyncio
import json
import zlib
from threading import Event

import pytest
from tests.importing.entra.harbor_tenant import export
from tests.web.console.test_import_system import packed

from limen.clock import HOUR, SetClock
from limen.errors import LimenError
from limen.importing.report import Verdict
from limen.storage.kept_briefly import KeptBriefly
from limen.web.console.imports import LIVES, MOST_EACH, MOST_WAITING, STALLED, Begun, Imports, again


@pytest.fixture
def clock() -> SetClock:
    return SetClock(HOUR)


@pytest.fixture
def kept(clock: SetClock) -> KeptBriefly:
    return KeptBriefly.in_memory(clock)


@pytest.fixture
def imports(kept: KeptBriefly, clock: SetClock) -> Imports:
    return Imports(kept, clock.now)


async def read(imports: Imports, key: str, author: str = "ada") -> Begun:
    for _ in range(600):
        begun = await imports.of(key, author)
        assert begun is not None
        if begun.is_read or begun.what:
            return begun
        await asyncio.sleep(0.02)
    raise AssertionError(key)


async def test_an_import_is_read_once_and_every_worker_shows_it(kept: KeptBriefly, clock: SetClock) -> None:
    here, there = Imports(kept, clock.now), Imports(kept, clock.now)
    key = await here.begin("ada", "entra", "", "tenant.zip", packed(export()))
    begun = await read(there, key)
    assert (begun.system, begun.part, begun.count(Verdict.APPROXIMATED) > 10) == ("entra", 1.0, True)
    assert [one.key for one in again(begun).system.apps] == ["expenses", "customers", "ledger", "stock"]
    assert begun.wider == begun.report[: len(begun.wider)]


async def test_an_import_is_its_authors_and_ends(imports: Imports, clock: SetClock) -> None:
    key = await imports.begin("ada", "entra", "", "tenant.json", json.dumps({"users": []}).encode())
    await read(imports, key)
    assert await imports.of(key, "eve") is None
    assert await imports.of("", "ada") is None
    await imports.drop(key)
    assert await imports.of(key, "ada") is None
    other = await imports.begin("ada", "entra", "", "tenant.json", b'{"users": []}')
    await read(imports, other)
    clock.forward(LIVES)
    assert await imports.of(other, "ada") is None


async def test_the_oldest_makes_room_for_the_newest(imports: Imports) -> None:
    keys = [await imports.begin("ada", "entra", "", "t.json", b'{"users": []}') for _ in range(MOST_EACH + 1)]
    assert [await imports.of(one, "ada") is None for one in keys] == [True, *[False] * MOST_EACH]


async def test_what_can_not_be_read_says_why_and_what_nobody_reads_any_more_too(
    imports: Imports, clock: SetClock
) -> None:
    begun = await read(imports, await imports.begin("ada", "entra", "", "tenant.json", b"{"))
    assert (begun.what != "", begun.is_read, begun.files) == (True, False, b"")
    with pytest.raises(LimenError):
        await imports.begin("ada", "abacus", "", "t.json", b"{}")
    held = Event()
    imports._reader.submit(held.wait)
    stuck = await imports.begin("eve", "entra", "", "t.json", b"{}")
    clock.forward(STALLED + 1)
    gone = await imports.of(stuck, "eve")
    held.set()
    assert gone is not None
    assert (gone.is_read, gone.what != "") == (False, True)
    await read(imports, await imports.begin("ida", "entra", "", "t.json", b"{"), "ida")


async def test_no_more_exports_are_held_than_one_worker_can_read(imports: Imports) -> None:
    held = Event()
    imports._reader.submit(held.wait)
    keys = [await imports.begin(f"p{at}", "entra", "", "t.json", b'{"users": []}') for at in range(MOST_WAITING)]
    with pytest.raises(LimenError):
        await imports.begin("ada", "entra", "", "t.json", b'{"users": []}')
    held.set()
    for at, key in enumerate(keys):
        assert (await read(imports, key, f"p{at}")).is_read
    await read(imports, await imports.begin("ada", "entra", "", "t.json", b'{"users": []}'))


async def test_no_secret_is_kept(imports: Imports) -> None:
    begun = await read(imports, await imports.begin("ada", "entra", "", "tenant.zip", packed(export())))
    assert b"never-shown" not in zlib.decompress(begun.files)
