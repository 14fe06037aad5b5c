"""The demo's stories are about people whom no visitor can be, and its places are its own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import pytest

import limen.demo
from limen.demo import stories
from limen.demo.harbor import folder, read_day
from limen.demo.roles import ROLES
from limen.demo.stories import LISBON, ROBBED, SAO_PAULO, SCANNED, TAKER, TRAVELLER
from limen.demo.watched import PLACES, write_monitor
from limen.monitor.places.places import Places
from limen.monitor.places.rules import PlaceRules


def test_nothing_happens_to_whoever_a_visitor_can_be_or_the_day_is_about() -> None:
    those = {TRAVELLER, ROBBED, SCANNED, TAKER}
    assert len(those) == 4
    assert those.isdisjoint({role.who for role in ROLES})
    assert those.isdisjoint({step.who for step in read_day(folder())})


def test_its_database_knows_the_two_invented_places_and_no_other(tmp_path: Path) -> None:
    write_monitor(tmp_path)
    assert len(resources.files(limen.demo).joinpath(PLACES).read_bytes()) < 4_096  # nobody else's data is in it
    places = Places(tmp_path, tmp_path)
    places.look_again(PlaceRules(databases=(PLACES,)), 1)
    found = [(places.find(one).country, places.find(one).city) for one in (LISBON, SAO_PAULO)]
    assert found == [("PT", "Lisbon"), ("BR", "São Paulo")]
    assert {places.find(one).country for one in ("203.0.113.9", "192.0.2.10", "198.51.100.20", "8.8.8.8")} == {""}


async def test_what_failed_is_told_again_and_the_next_one_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    async def fails_once(*_: object) -> None:
        told.append("first")
        if len(told) == 1:
            raise TimeoutError

    async def fails_always(*_: object) -> None:
        told.append("second")
        raise OSError

    async def works(*_: object) -> None:
        told.append("third")

    monkeypatch.setattr(stories, "STORIES", (fails_once, fails_always, works))
    monkeypatch.setattr(stories, "PAUSE_SECONDS", 0)
    await stories.tell(None, None)
    assert told == ["first", "first", *["second"] * stories.TRIES, "third"]


async def test_some_files_that_could_not_be_taken_end_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Browser:
        asked = 0

        async def open(self, _url: str) -> None: ...

        async def request(self, *_: object) -> None:
            self.asked += 1
            if self.asked % 50 == 0:
                raise TimeoutError

    browser = Browser()
    company = SimpleNamespace(employees={TAKER: SimpleNamespace(browser=browser)}, url=lambda app, path: f"{app}{path}")
    await stories.take_everything(company, None)
    assert browser.asked == stories.TAKEN
