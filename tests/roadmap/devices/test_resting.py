"""A laptop that is off rests for four days; one that anybody sees in use does not, nor one that never spoke."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.devices.seen import NOW
from tests.roadmap.devices.harbor_devices import browser, harbor, laptop, phone

from limen.clock import DAY, HOUR, MINUTE
from limen.devices.inventory.model import SeenBrowser
from limen.devices.sources.matching import Word
from limen.roadmap.catalogue import BY_ID
from limen.roadmap.devices.resting import REST, judged_at
from limen.roadmap.devices.seen import devices
from limen.roadmap.evidence import Evidence

FRIDAY = NOW - 3 * DAY
ON_FRIDAY = (replace(browser("ada", "d_ada"), last_at=FRIDAY), browser("ben", "d_ben"))
OFF = laptop("ada", at=FRIDAY)


def weekend(*more: SeenBrowser, held: Any = OFF, **otherwise: Any) -> Evidence:
    return harbor((held, laptop("ben")), (*ON_FRIDAY, *more), **otherwise)


def judged(of: Evidence) -> int | None:
    (ada,) = (one for one in devices(of.devices, of.at) if one.id == "d_ada")
    return judged_at(of, ada)


def met(of: Evidence) -> list[str]:
    return [id_ for id_ in ("D2", "D3", "D5") if BY_ID[id_].measured(of).is_met]


def test_while_it_rests_it_is_judged_as_it_was() -> None:
    assert judged(weekend()) == FRIDAY
    assert met(weekend()) == ["D2", "D3", "D5"]
    assert judged(weekend(held=laptop("ada"))) == NOW + HOUR


def test_it_rests_for_four_days() -> None:
    edge = weekend().at - REST
    before = (replace(browser("ada", "d_ada"), last_at=edge - MINUTE), browser("ben", "d_ben"))
    assert judged(harbor((laptop("ada", at=edge), laptop("ben")), before)) is None
    assert judged(harbor((laptop("ada", at=edge + 1), laptop("ben")), before)) == edge + 1


@pytest.mark.parametrize(
    "seen",
    [
        browser("ada", "d_ada"),
        replace(browser("ada", "d_ada"), last_at=FRIDAY + 16 * MINUTE),
        browser("ada"),
        replace(browser("ada"), system=""),
    ],
)
def test_whoever_uses_it_after_its_agent_fell_silent_ends_its_rest(seen: SeenBrowser) -> None:
    assert judged(weekend(seen)) is None
    assert met(weekend(seen)) == []


@pytest.mark.parametrize("seen", [browser("ada", system="iphone"), replace(browser("ada"), last_at=FRIDAY + MINUTE)])
def test_her_phone_and_what_came_with_its_last_report_end_no_rest(seen: SeenBrowser) -> None:
    assert judged(weekend(seen)) == FRIDAY


def test_a_sensor_or_a_source_that_hears_it_ends_its_rest() -> None:
    assert judged(weekend(held=laptop("ada", at=FRIDAY, sensors={"defender": NOW}))) is None
    assert judged(weekend(held=laptop("ada", at=FRIDAY, sensors={"defender": FRIDAY - HOUR}))) == FRIDAY
    told = weekend(records=(phone("ada"),))
    known = told.devices.known
    assert known is not None
    matched = replace(known, matches={("intune", "phone_ada"): {"d_ada": Word.MATCHED}})
    assert judged(replace(told, devices=replace(told.devices, known=matched))) is None


def test_what_never_reported_and_where_browsers_are_not_seen_is_nothing_known() -> None:
    never = weekend(held=laptop("ada", at=0))
    assert judged(never) is None
    blind = harbor((OFF, laptop("ben")), ())
    assert not BY_ID["D2"].measured(blind).parts[0].is_known


def test_what_was_bad_on_friday_is_bad_while_it_rests() -> None:
    bad = laptop("ada", {"disk_encryption": {"encrypted": False}}, at=FRIDAY)
    found = BY_ID["D4"].measured(weekend(held=bad)).parts[0]
    assert [one.id for one in found.misses] == ["d_ada"]


def test_requests_of_an_owner_without_another_device_end_its_rest() -> None:
    used = {"p_ada": FRIDAY + HOUR}
    assert judged(weekend(used_at=used)) is None
    assert judged(weekend(used_at={"p_ada": FRIDAY + MINUTE, "p_ben": NOW})) == FRIDAY
    assert judged(weekend(replace(browser("ada", system="iphone"), last_at=FRIDAY - DAY), used_at=used)) == FRIDAY
    assert judged(weekend(used_at=None)) is None
