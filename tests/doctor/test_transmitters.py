"""The doctor looks at services that share signals with Limen."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.doctor.scene import outside, setup
from tests.sso.shared_signals.receiving.harbor import house, okta, there
from tests.sso.shared_signals.receiving.transmitting import Outside
from tests.web.conftest import House

from limen.clock import DAY, Instant, SystemClock
from limen.doctor import transmitters as looking
from limen.doctor.setup import Setup
from limen.doctor.transmitters import transmitters
from limen.finding import State
from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.store import DisabledElsewhere

__all__ = ["house", "okta", "there"]


async def test_where_there_is_none_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert [one.state for one in await transmitters(setup(tmp_path))] == [State.SKIPPED]


async def test_what_an_administrator_has_to_know(house: House, okta: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    core = house.limen.core

    class Then(SystemClock):
        def now(self) -> Instant:
            return house.clock.now()

    async def told() -> list[State]:
        found = await transmitters(Setup(core.root, core.settings, (), outside(), 1))
        assert {one.where for one in found} == {"okta"}
        return [one.state for one in found]

    def kept(**values: object) -> None:
        house.limen.database.write(lambda t: store.keep(t.connection, "okta", **values))

    monkeypatch.setattr(looking, "SystemClock", Then)
    kept(verified_at=house.clock.now())
    assert await told() == [State.OK]
    kept(verified_at=house.clock.now() - DAY, heard_at=house.clock.now() - DAY)
    assert await told() == [State.WRONG]  # it is silent
    kept(verified_at=house.clock.now(), status="paused")
    assert await told() == [State.WRONG]
    kept(status="enabled", error="it answers with an error")
    assert await told() == [State.WRONG]
    kept(error="", stream_id="")
    assert await told() == [State.WARNING]
    waits = DisabledElsewhere("okta", "p_1", 0, store.ASKED_ABOUT, "")
    house.limen.database.write(lambda t: store.keep_disabled(t.connection, waits))
    for _ in range(10):
        house.limen.database.write(lambda t: store.count(t.connection, "okta", "refused", "x", house.clock.now()))
    kept(stream_id="s")
    assert await told() == [State.WARNING, State.WARNING]
    (core.root / "sign-in.yaml").unlink()  # of whose people it may speak is no sign-in service any more
    assert (await told())[0] is State.WRONG
