"""Requests that wait for a person."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from tests import kept as looked_at
from tests.enforcement.house import apps

from limen.clock import SECOND, SetClock
from limen.facts import App
from limen.sso import kept_requests
from limen.sso.kept_requests import KeptRequests, of_an_app, plain
from limen.storage.kept_briefly import KeptBriefly


@dataclass(frozen=True, slots=True)
class Text:
    said: str


@dataclass(frozen=True, slots=True)
class Asked:
    app: App
    id: str
    classes: tuple[str, ...] | None = ()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(10)


@pytest.fixture
def kept(clock: SetClock) -> KeptBriefly:
    return KeptBriefly.in_memory(clock)


async def test_it_is_looked_at_until_it_is_used_or_over(kept: KeptBriefly, clock: SetClock) -> None:
    here, elsewhere = (KeptRequests(kept, "texts", plain(Text), 60) for _ in range(2))
    one, two = await here.keep(Text("one"), "a"), await here.keep(Text("two"), "a")
    found = [await here.look(one), await elsewhere.look(one), await here.look("guessed")]
    assert found == [Text("one"), Text("one"), None]
    assert [await elsewhere.take(one), await here.take(one), await here.look(one)] == [True, False, None]
    clock.forward(60 * SECOND)
    assert await here.look(two) is None


async def test_each_source_has_its_share(kept: KeptBriefly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_requests, "MOST", 4)
    monkeypatch.setattr(kept_requests, "MOST_OF_A_SOURCE", 3)
    requests = KeptRequests(kept, "texts", plain(Text), 60)
    mine = await requests.keep(Text("mine"), "me")
    proved = await requests.keep(Text("proved"), "app", is_proved=True)
    for number in range(20):
        await requests.keep(Text(str(number)), "flood")
    assert (await requests.look(mine), await requests.look(proved)) == (Text("mine"), Text("proved"))
    assert looked_at.number(kept) == 5


async def test_an_apps_request_means_something_while_the_app_is_registered_as_it_was(kept: KeptBriefly) -> None:
    wiki, *_ = apps()
    known = {wiki.id: wiki}
    requests = KeptRequests(kept, "asked", of_an_app(Asked, lambda: known, lambda app: app.cors), 60)
    names = [await requests.keep(Asked(wiki, "one", classes), "a") for classes in (("x", "y"), None)]
    assert [await requests.look(name) for name in names] == [Asked(wiki, "one", ("x", "y")), Asked(wiki, "one", None)]
    known[wiki.id] = renamed = replace(wiki, name="Renamed")
    assert await requests.look(names[0]) == Asked(renamed, "one", ("x", "y"))
    known[wiki.id] = replace(wiki, cors=None)
    assert await requests.look(names[0]) is None
    known.clear()
    assert await requests.look(names[0]) is None


async def test_what_waits_can_not_be_read_without_its_name(kept: KeptBriefly) -> None:
    requests = KeptRequests(kept, "texts", plain(Text), 60)
    name = await requests.keep(Text("lighthouse"), "a")
    written = looked_at.written(kept)
    assert (name in written, "lighthouse" in written) == (False, False)
