"""The doctor looks at apps in which Limen keeps accounts, over a real SCIM server."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.doctor.scene import outside, setup
from tests.scim_app import refusal
from tests.sso.provisioning.at_wiki import WIKI, AtWiki
from tests.sso.provisioning.conftest import there, wiki

from limen.clock import DAY, Instant, SystemClock
from limen.connectors.scim.users import SentUser
from limen.doctor import provisioning as looking
from limen.doctor.provisioning import provisioning
from limen.doctor.setup import Setup
from limen.finding import State
from limen.sso.provisioning import store

pytestmark = pytest.mark.slow
__all__ = ["there", "wiki"]


async def told(at: AtWiki, own_pid: int | None = 1) -> list[tuple[str, State]]:
    core = at.house.limen.core
    found = await provisioning(Setup(core.root, core.settings, tuple(core.known.apps.values()), outside(), own_pid))
    return [(one.where, one.state) for one in found]


@pytest.fixture
def at_that_time(wiki: AtWiki, monkeypatch: pytest.MonkeyPatch) -> None:
    class Then(SystemClock):
        def now(self) -> Instant:
            return wiki.house.clock.now()

    monkeypatch.setattr(looking, "SystemClock", Then)


async def test_where_there_is_none_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert [one.state for one in await provisioning(setup(tmp_path))] == [State.SKIPPED]


@pytest.mark.usefixtures("at_that_time")
async def test_what_an_administrator_has_to_know(wiki: AtWiki) -> None:
    (oscar,) = await wiki.staff("oscar")
    await wiki.sent()
    await wiki.compared()
    assert await told(wiki) == [(WIKI, State.OK)]
    wiki.there.add(SentUser("", "robot"))
    await wiki.compared()
    assert await told(wiki) == [(WIKI, State.WARNING)]
    wiki.there.of_next(999, refusal(503))
    await wiki.let_go(oscar)
    await wiki.sent()
    assert await told(wiki) == [(WIKI, State.WRONG), (WIKI, State.WARNING)]
    assert (await told(wiki, own_pid=None))[0] == (WIKI, State.WRONG)
    core = wiki.house.limen.core
    await core.database.writing(lambda t: store.ASKED.forget(t.connection, WIKI))
    assert await told(wiki) == [(WIKI, State.WRONG)] * 2


@pytest.mark.usefixtures("at_that_time")
async def test_one_that_is_compared_no_more(wiki: AtWiki, monkeypatch: pytest.MonkeyPatch) -> None:
    await wiki.compared()
    now = wiki.house.clock.now() + 3 * DAY
    monkeypatch.setattr(looking.SystemClock, "now", lambda _self: now)
    assert (await told(wiki), await told(wiki, own_pid=None)) == ([(WIKI, State.WARNING)], [(WIKI, State.OK)])
