"""Risk as a fact: known while somebody watches, put again as it fades, decided on at the very next request."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida
from tests.devices.software_agent import SoftwareAgent
from tests.monitor.over_harbor import about, alerts_of, decided, hit, meant_to_watch, risk_of, score, take
from tests.web.conftest import House

from limen.clock import DAY, HOUR, MINUTE
from limen.monitor.alerts.model import Verdict
from limen.monitor.detections.hit import Level
from limen.monitor.risk.projection import SILENT_AFTER_SECONDS
from limen.privacy.erase import erase_person


async def test_the_risk_of_everybody_is_known_while_somebody_watches(harbor: House, ida: Ida) -> None:
    assert score(harbor, ida.id) == (0, True)  # nobody is to watch, so nothing is said against anybody
    meant_to_watch(harbor)
    assert score(harbor, ida.id) == (100, False)
    risk_of(harbor).heard()
    assert score(harbor, ida.id) == score(harbor, "p_nobody") == (0, True)
    harbor.clock.forward(59_000)
    risk_of(harbor).refresh()
    assert score(harbor, ida.id) == (0, True)
    harbor.clock.forward(5_000)
    risk_of(harbor).refresh()
    assert score(harbor, ida.id) == (100, False)
    risk_of(harbor).heard()
    assert score(harbor, ida.id) == (0, True)


@pytest.mark.parametrize("by", [DAY, -DAY])
async def test_a_wall_clock_that_jumps_makes_nobody_unknown_and_keeps_nobody_known(
    harbor: House, ida: Ida, by: int
) -> None:
    risk, seconds = meant_to_watch(harbor), [1_000.0]
    risk._monotonic = lambda: seconds[0]
    risk.heard()
    harbor.clock.forward(by)
    risk.refresh()
    assert score(harbor, ida.id) == (0, True)
    seconds[0] += SILENT_AFTER_SECONDS + 1
    risk.refresh()
    assert score(harbor, ida.id) == (100, False)


async def test_silence_makes_nobody_safer(harbor: House, ida: Ida) -> None:
    ben = await harbor.member(harbor.browser(), "Ben", "staff")
    meant_to_watch(harbor).heard()
    await take(
        harbor, hit(harbor, 1, level=Level.CRITICAL, **about(ida.id)), hit(harbor, 2, confidence=20, **about(ben))
    )
    assert (score(harbor, ida.id), score(harbor, ben)) == ((80, True), (13, True))
    harbor.clock.forward(2 * MINUTE)
    risk_of(harbor).refresh()
    assert score(harbor, ida.id) == (80, True)  # a policy that lets an unknown risk pass does not let her
    assert score(harbor, ben) == (100, False)


async def test_a_high_risk_refuses_and_fades(harbor: House, ida: Ida) -> None:
    risk_of(harbor).heard()
    assert await decided(harbor, ida.id) == "permit"
    meant_to_watch(harbor)
    harbor.clock.forward(2 * MINUTE)
    risk_of(harbor).refresh()
    assert await decided(harbor, ida.id) == "deny"  # nobody knows, so nothing opens
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, level=Level.CRITICAL, confidence=90, **about(ida.id)))
    assert (score(harbor, ida.id), await decided(harbor, ida.id)) == ((90, True), "deny")
    harbor.clock.forward(11 * HOUR)
    risk_of(harbor).heard()
    risk_of(harbor).refresh()
    await ida.browser.sign_in()
    harbor.clock.forward(16 * MINUTE)
    risk_of(harbor).heard()
    risk_of(harbor).refresh()
    assert (score(harbor, ida.id), await decided(harbor, ida.id)) == ((65, True), "challenge")
    harbor.clock.forward(9 * DAY)
    risk_of(harbor).heard()
    risk_of(harbor).refresh()
    assert score(harbor, ida.id) == (0, True)
    assert ida.id not in harbor.limen.known.risks


async def test_a_device_and_a_session_have_a_risk_of_their_own(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    await take(
        harbor,
        hit(harbor, entity=f"device:{laptop.device}", device_id=laptop.device, level=Level.CRITICAL, confidence=90),
    )
    assert harbor.limen.known.detected_device_risks[laptop.device].score == 90
    assert await decided(harbor, ida.id) == "deny"


async def test_a_verdict_gives_back_what_the_risk_took_and_reopening_takes_it_again(
    harbor: House, ida: Ida, ada: Ida
) -> None:
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, level=Level.CRITICAL, confidence=90, **about(ida.id)))
    assert await decided(harbor, ida.id) == "deny"
    (case,) = await alerts_of(harbor).cases()
    await alerts_of(harbor).close(case.alerts[0].id, Verdict.FALSE_ALARM, by=ada.id, why="She was in Lisbon")
    assert (score(harbor, ida.id), await decided(harbor, ida.id)) == ((0, True), "permit")
    await alerts_of(harbor).reopen(case.alerts[0].id, by=ada.id)
    assert await decided(harbor, ida.id) == "deny"
    await alerts_of(harbor).close(case.alerts[0].id, Verdict.REAL, by=ada.id)
    assert await decided(harbor, ida.id) == "deny"  # what was real goes on to count


async def test_risk_stands_from_the_start_on(harbor: House, ida: Ida) -> None:
    await take(harbor, hit(harbor, level=Level.CRITICAL, confidence=90, **about(ida.id)))
    projection, known = risk_of(harbor), harbor.limen.known
    known.risks.drop(ida.id)
    found = harbor.limen.database.read(projection._load_all)
    projection._apply_all(found)
    assert score(harbor, ida.id) == (90, True)


async def test_who_is_erased_has_no_risk_any_more(harbor: House, ida: Ida, ada: Ida) -> None:
    await take(harbor, hit(harbor, **about(ida.id)))
    await harbor.limen.identity.people.deactivate(ida.id, by=ada.id)
    core = harbor.limen.core
    now = core.clock.now()
    await core.write(lambda transaction: erase_person(transaction, ida.id, now, by=ada.id, why="She asked"))
    assert ida.id not in harbor.limen.known.risks
    assert await alerts_of(harbor).cases() == [] or not (await alerts_of(harbor).cases())[0].alerts
