"""Test events through real parts: each is found and is nothing else; when none is, somebody is told."""

from __future__ import annotations

import pytest
from tests.monitor.houses import ada, harbor, sources_of, stored, watch_of
from tests.monitor.over_harbor import alerts_of
from tests.waiting import until
from tests.web.conftest import Browser, House

from limen.clock import MINUTE
from limen.monitor.canaries import BLIND_AFTER, Canaries
from limen.monitor.canary_rule import RULE
from limen.monitor.detections.health import BLIND
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.normal_form.frame import CANARY

__all__ = ["ada", "harbor"]


def canaries_of(house: House) -> Canaries:
    return house.limen.core.offers.take(Canaries)


def numbers(house: House) -> dict[str, float]:
    return {one.name + one.labels.get("state", ""): one.value for one in canaries_of(house).figures()}


async def test_it_goes_the_whole_way_and_is_nothing_else(harbor: House, ada: Browser) -> None:
    canaries = canaries_of(harbor)
    await canaries.send()
    await until(lambda: canaries.found_at, 60)
    assert [one["source"] for one in stored(harbor, with_tests=True)].count(CANARY) == 1
    assert numbers(harbor)["limen_monitor_canaries_totalfound"] == 1
    assert numbers(harbor)["limen_monitor_blind"] == 0
    health = watch_of(harbor).supervision.health
    assert health is not None
    assert CANARY not in {one.name for one in health.sources}
    assert await alerts_of(harbor).cases() == []
    assert CANARY not in {one.name for one in await sources_of(harbor).all()}
    page = (await ada.get("/console/sources")).text
    assert 'id="canary"' in page
    assert CANARY not in page


async def test_when_none_is_found_one_alert_says_so(
    harbor: House, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    canaries = canaries_of(harbor)

    async def swallowed(_frames: object) -> None:
        """As if detections stood still."""

    monkeypatch.setattr(canaries, "_deliver", swallowed)
    for _ in range(BLIND_AFTER):
        await canaries.send()
    assert await alerts_of(harbor).cases() == []
    for _ in range(3):
        harbor.clock.forward(MINUTE)
        await canaries.send()
    (case,) = await alerts_of(harbor).cases()
    assert [(one.rule, one.level, one.count, one.is_proven) for one in case.alerts] == [(BLIND.id, Level.HIGH, 1, True)]
    assert numbers(harbor)["limen_monitor_blind"] == 1
    assert 'role="alert"' in (await ada.get("/console/sources")).text


async def test_only_what_is_awaited_counts_and_once(harbor: House) -> None:
    canaries = canaries_of(harbor)
    forged = Hit(
        id="h", rule=RULE, title="T", level=Level.INFORMATIONAL, at=harbor.clock.now(), entity="x", says={"object": "n"}
    )
    await canaries.take([forged])
    assert canaries.found_at == 0
    await canaries.send()
    await until(lambda: canaries.found_at, 60)
    nothing_awaited = numbers(harbor)
    await canaries.take([forged])
    assert numbers(harbor) == nothing_awaited
