"""The doctor looks at what watches, over a real Harbor whose process runs, and over folders that were left."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.doctor.scene import PLENTY, outside, setup
from tests.monitor.houses import MONITOR, harbor, send, sources_of, watch_of
from tests.waiting import until
from tests.web.conftest import House

from limen.clock import DAY, HOUR, SystemClock
from limen.doctor import watching as looking
from limen.doctor.setup import Setup
from limen.doctor.watching import watching
from limen.finding import Finding, State
from limen.storage.segments.name import Name
from limen.storage.space import MEGABYTE, Room

__all__ = ["harbor"]
SMALL = Room(100 * MEGABYTE, 100_000 * MEGABYTE, 9_999, 10_000)


def of_harbor(house: House, own_pid: int | None = 1) -> Setup:
    return Setup(house.limen.core.root, house.limen.core.settings, (), outside(room=lambda _: PLENTY), own_pid)


def by_place(findings: list[Finding]) -> dict[str, State]:
    return {Path(one.where).name: one.state for one in findings}


async def test_where_nothing_is_watched_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert [one.state for one in await watching(setup(tmp_path))] == [State.SKIPPED]
    (tmp_path / "monitor.yaml").write_text("watch: false\n")
    assert [one.state for one in await watching(setup(tmp_path))] == [State.SKIPPED]


async def test_a_process_that_runs_and_one_that_does_not(harbor: House) -> None:
    running, store, *_ = await watching(of_harbor(harbor))
    assert (running.state, store.state) == (State.OK, State.OK)
    await watch_of(harbor).supervision.close()
    assert (await watching(of_harbor(harbor)))[0].state is State.WRONG
    assert (await watching(of_harbor(harbor, own_pid=None)))[0].state is State.SKIPPED


async def test_sources_that_say_nothing_are_named(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    found = by_place(await watching(of_harbor(harbor)))
    assert {name: found.get(name) for name in ("app", "office", "servers", "firewall")} == {
        "app": State.WARNING,  # nobody can send for them yet
        "office": State.WARNING,
        "servers": State.WARNING,
        "firewall": None,
    }
    token = await sources_of(harbor).add_token("app", "wren", by="server")
    await send(harbor, token, b'{"a": 1}')
    supervision = watch_of(harbor).supervision
    await until(lambda: supervision.health and supervision.health.sources)
    await sources_of(harbor).write()
    assert "app" not in by_place(await watching(of_harbor(harbor)))

    class Later(SystemClock):
        def now(self) -> int:
            return super().now() + HOUR

    monkeypatch.setattr(looking, "SystemClock", Later)
    (silent,) = [one for one in await watching(of_harbor(harbor)) if one.where == "app"]
    assert (silent.state, "silent" in silent.what) == (State.WARNING, True)


async def test_a_store_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "monitor.yaml").write_text(MONITOR)
    folder = tmp_path / "data" / "events"
    folder.mkdir(parents=True)
    begun = SystemClock().now() - 3 * DAY
    with (folder / str(Name(1, begun, is_sealed=True))).open("wb") as file:
        file.truncate(19_900 * MEGABYTE)
    here = setup(tmp_path, outside_=outside(room=lambda _: SMALL))
    found = [one for one in await watching(here) if one.where == str(folder) and one.state is not State.SKIPPED]
    assert [one.state for one in found] == [State.WRONG, State.WARNING]
    assert "after 3 days" in found[1].what
    assert "90" in found[1].what
