"""Findings come in: kept once, folded, joined, and gone into risk when `take` returns."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida
from tests.devices.software_agent import SoftwareAgent
from tests.monitor.over_harbor import (
    SPRAY,
    about,
    alerts_of,
    hit,
    open_alerts,
    risk_of,
    score,
    session_of,
    take,
    the_case,
)
from tests.web.conftest import House

from limen.clock import DAY, HOUR
from limen.facts import FactStore
from limen.monitor.alerts import findings, flooding
from limen.monitor.alerts.model import STORM, STORM_ENTITY
from limen.monitor.detections.hit import Hit, Level
from limen.storage.change_feed import Feed


async def test_a_finding_becomes_an_alert_in_a_case_and_a_risk(harbor: House, ida: Ida) -> None:
    taken = await take(harbor, hit(harbor, says={"usual": "3 to 12", "today": 410}, **about(ida.id)))
    assert (taken.new, taken.suppressed, taken.alerts) == (1, 0, 1)
    (alert,) = await open_alerts(harbor)
    assert (alert.person_id, alert.level, alert.count, alert.says["today"]) == (ida.id, Level.HIGH, 1, 410)
    assert score(harbor, ida.id) == (52, True)
    (said,) = harbor.events("alert.opened")
    assert (said.subject, said.details["alert_id"]) == ("", alert.id)


async def test_the_same_finding_counts_once_however_often_it_comes(harbor: House, ida: Ida) -> None:
    one = hit(harbor, **about(ida.id))
    assert [(await take(harbor, one, one)).new, (await take(harbor, one)).new] == [1, 0]
    assert [alert.count for alert in await open_alerts(harbor)] == [1]


async def test_a_finding_that_grows_counts_as_what_it_stands_for(harbor: House, ida: Ida) -> None:
    """However often, and in however many pieces, it comes: and the risk is that of as many findings."""

    def grown(times: int, **more: object) -> Hit:
        return hit(harbor, times=times, events=tuple(f"e{n}" for n in range(times)), **about(ida.id), **more)

    await take(harbor, grown(1))
    assert score(harbor, ida.id) == (52, True)
    for times in (2, 5, 5, 3):
        await take(harbor, grown(times))
    (alert,) = await open_alerts(harbor)
    assert (alert.count, alert.events) == (5, ("e0", "e1", "e2", "e3", "e4"))
    assert score(harbor, ida.id) == (78, True)
    assert len(harbor.events("alert.opened")) == 1
    assert not harbor.events("alert.worse")


async def test_what_a_flood_is_no_more_kept_by_itself_still_grows_in_its_alert(
    harbor: House, ida: Ida, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flooding, "OF_SOMEBODY", 1)
    await take(harbor, hit(harbor, 1, **about(ida.id)), hit(harbor, 2, times=2, **about(ida.id)))
    for times in (4, 4):
        await take(harbor, hit(harbor, 2, times=times, **about(ida.id)))
    (alert,) = await open_alerts(harbor)
    assert alert.count == 5
    assert harbor.limen.database.read(lambda s: findings.count_of_alert(s.connection, alert.id)) == 1


async def test_alike_findings_fold_until_a_day_is_over(harbor: House, ida: Ida) -> None:
    await take(harbor, *[hit(harbor, n, **about(ida.id)) for n in range(1, 4)])
    await take(harbor, hit(harbor, 4, level=Level.CRITICAL, **about(ida.id)))
    (alert,) = await open_alerts(harbor)
    assert (alert.count, alert.level) == (4, Level.CRITICAL)
    assert len(harbor.events("alert.opened")) == len(harbor.events("alert.worse")) == 1
    harbor.clock.forward(DAY + HOUR)
    await take(harbor, hit(harbor, 5, **about(ida.id)))
    assert [one.count for one in await open_alerts(harbor)] == [4, 1]


async def test_what_is_about_the_same_person_or_device_is_one_case(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await take(harbor, hit(harbor, 1, **about(ida.id)))
    await take(harbor, hit(harbor, 2, rule=SPRAY, entity="user:ida", person_id=ida.id, device_id=laptop.device))
    await take(harbor, hit(harbor, 3, rule="other", entity=f"device:{laptop.device}", device_id=laptop.device))
    case = await the_case(harbor)
    assert (len(case.alerts), case.people, case.devices) == (3, (ida.id,), (laptop.device,))
    assert {one.hit.id for one in case.findings} == {"h1", "h2", "h3"}
    await take(harbor, hit(harbor, 4, entity="address:198.51.100.1"))
    assert len(await alerts_of(harbor).cases()) == 2


async def test_a_session_of_this_moment_is_waited_for(harbor: House, ida: Ida, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else all sessions of its person would be ended in the place of the one."""
    settled, issued = Feed.settled, FactStore.issued
    waited: list[int | None] = []

    async def wait(feed: Feed, seq: int | None = None) -> None:
        await settled(feed, seq)
        waited.append(seq)

    monkeypatch.setattr(Feed, "settled", wait)
    monkeypatch.setattr(FactStore, "issued", lambda facts, id_: issued(facts, id_) if None in waited else None)
    await take(harbor, hit(harbor, session=(session := session_of(harbor, ida.id)), **about(ida.id)))
    assert [alert.session for alert in await open_alerts(harbor)] == [session]


async def test_what_was_found_in_a_session_concerns_its_person_and_device(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    session = session_of(harbor, ida.id)
    await take(harbor, hit(harbor, entity=f"session:{session}", session=session))
    (alert,) = await open_alerts(harbor)
    assert (alert.person_id, alert.device_id, alert.session) == (ida.id, laptop.device, session)
    assert harbor.limen.known.session_risks[session].score == 52
    assert ida.id not in harbor.limen.known.risks  # it is that session's, and not that of all of theirs


async def test_ids_that_nobody_has_are_nobodys(harbor: House) -> None:
    await take(harbor, hit(harbor, **about("p_nobody"), session="s_gone"))
    (alert,) = await open_alerts(harbor)
    assert (alert.person_id, alert.session) == ("", "")
    assert "p_nobody" not in harbor.limen.known.risks


@pytest.mark.parametrize("ahead", [DAY, -30 * DAY])
async def test_a_clock_that_is_wrong_makes_no_finding_count_for_ever_or_not_at_all(
    harbor: House, ida: Ida, ahead: int
) -> None:
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, at=harbor.clock.now() + ahead, level=Level.CRITICAL, **about(ida.id)))
    assert score(harbor, ida.id)[0] == (80 if ahead > 0 else 40)


async def test_ten_thousand_findings_are_one_case_and_none_is_lost(harbor: House, ida: Ida) -> None:
    await take(harbor, hit(harbor, 0, rule=SPRAY, **about(ida.id)))
    several = [hit(harbor, n, entity=f"address:10.{n // 65536}.{n // 256 % 256}.{n % 256}") for n in range(1, 10_001)]
    taken = await take(harbor, *several)
    assert taken.new == 10_000
    cases = await alerts_of(harbor).cases()
    assert len(cases) == 2  # and the one about Ida is still one of its own
    storm = max(cases, key=lambda one: len(one.alerts))
    assert len(storm.alerts) == STORM + 1
    assert sum(alert.count for alert in storm.alerts) == 10_000
    kept = harbor.limen.database.read(
        lambda snapshot: [findings.count_of_alert(snapshot.connection, alert.id) for alert in storm.alerts]
    )
    assert sum(kept) == 10_000
    assert [alert.entity for alert in storm.alerts].count(STORM_ENTITY) == 1


async def test_a_storm_hides_nobodys_risk(harbor: House, ida: Ida) -> None:
    await take(harbor, *[hit(harbor, n, entity=f"address:10.0.0.{n}") for n in range(100)])
    await take(harbor, hit(harbor, 200, **about(ida.id)))
    assert score(harbor, ida.id) == (52, True)
    (case,) = await alerts_of(harbor).cases()
    assert [alert.entity for alert in case.alerts if alert.person_id == ida.id] == [f"person:{ida.id}"]
