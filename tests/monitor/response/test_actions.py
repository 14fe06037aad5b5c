"""What is done about an alert: each holds at the next request, can be taken back, and ends by itself."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida
from tests.devices.software_agent import SoftwareAgent
from tests.monitor.over_harbor import about, alerts_of, decided, hit, risk_of, session_of, take, the_case
from tests.web.conftest import House

from limen.clock import DAY, HOUR, MINUTE
from limen.facts import SessionState
from limen.identity.errors import LastAdministratorError
from limen.monitor.alerts.service import WholeCase
from limen.monitor.response.errors import NothingToDoError, UnknownResponseError
from limen.monitor.response.model import Doing


async def a_case(house: House, **more: object) -> WholeCase:
    risk_of(house).heard()
    await take(house, hit(house, confidence=1, **more))
    return await the_case(house)


async def test_a_step_up_is_asked_for_until_it_is_taken_back(harbor: House, ida: Ida, ada: Ida) -> None:
    case, alerts = await a_case(harbor, **about(ida.id)), alerts_of(harbor)
    harbor.clock.forward(16 * MINUTE)
    risk_of(harbor).heard()
    assert await decided(harbor, ida.id) == "permit"
    done = await alerts.do(case.case.id, Doing.STEP_UP, ("person", ida.id), by=ada.id)
    assert await decided(harbor, ida.id) == "challenge"
    await ida.browser.step_up("wiki")
    assert await decided(harbor, ida.id) == "permit"
    harbor.clock.forward(16 * MINUTE)
    risk_of(harbor).heard()
    assert await decided(harbor, ida.id) == "challenge"
    await alerts.undo(done.id, by=ada.id)
    assert await decided(harbor, ida.id) == "permit"
    with pytest.raises(UnknownResponseError):
        await alerts.undo(done.id, by=ada.id)


async def test_ending_sessions_ends_them_at_the_next_request(harbor: House, ida: Ida, ada: Ida) -> None:
    case, alerts = await a_case(harbor, **about(ida.id)), alerts_of(harbor)
    await alerts.do(case.case.id, Doing.END_SESSIONS, ("person", ida.id), by=ada.id)
    assert await decided(harbor, ida.id) == "ended"
    harbor.clock.forward(MINUTE)
    await ida.browser.sign_in()
    assert await decided(harbor, ida.id) == "permit"
    (said,) = harbor.events("response.done")
    assert (said.actor, said.subject, said.details["does"]) == (ada.id, ida.id, "end_sessions")


async def test_one_session_ends_and_another_goes_on(harbor: House, ida: Ida, ada: Ida) -> None:
    stolen = session_of(harbor, ida.id)
    case = await a_case(harbor, entity=f"session:{stolen}", session=stolen)
    harbor.clock.forward(MINUTE)
    elsewhere = harbor.browser()
    elsewhere.passkey = ida.browser.passkey
    await elsewhere.sign_in()
    other = session_of(harbor, ida.id)
    await alerts_of(harbor).do(case.case.id, Doing.END_SESSIONS, ("session", stolen), by=ada.id)
    known, now = harbor.limen.known, harbor.clock.now()
    states = [known.session_state(known.sessions.get(each), "", now) for each in (stolen, other)]
    assert states == [SessionState.REVOKED, SessionState.LIVE]


async def test_a_device_in_quarantine_is_released_by_undo_and_by_its_end(
    harbor: House, ida: Ida, ada: Ida, laptop: SoftwareAgent
) -> None:
    alerts = alerts_of(harbor)
    case = await a_case(harbor, entity=f"device:{laptop.device}", device_id=laptop.device)
    device = ("device", laptop.device)
    done = await alerts.do(case.case.id, Doing.QUARANTINE, device, by=ada.id)
    assert laptop.device not in harbor.limen.known.devices
    with pytest.raises(NothingToDoError):
        await alerts.do(case.case.id, Doing.QUARANTINE, device, by=ada.id)
    await alerts.undo(done.id, by=ada.id)
    assert laptop.device in harbor.limen.known.devices
    await alerts.do(case.case.id, Doing.QUARANTINE, device, by=ada.id, lasts_ms=HOUR)
    harbor.clock.forward(HOUR)
    await alerts.run_out()
    assert laptop.device in harbor.limen.known.devices
    assert [one.details["does"] for one in harbor.events("response.ended")] == ["quarantine"]


async def test_who_is_suspended_can_do_nothing_and_loses_nothing(harbor: House, ida: Ida, ada: Ida) -> None:
    case, alerts = await a_case(harbor, **about(ida.id)), alerts_of(harbor)
    done = await alerts.do(case.case.id, Doing.DISABLE, ("person", ida.id), by=ada.id)
    assert await decided(harbor, ida.id) == "ended"
    assert (await ida.browser.sign_in()).status_code != 200
    await alerts.undo(done.id, by=ada.id)
    harbor.clock.forward(MINUTE)
    assert (await ida.browser.sign_in()).status_code == 200
    assert await decided(harbor, ida.id) == "permit"
    await alerts.do(case.case.id, Doing.DISABLE, ("person", ida.id), by=ada.id)
    harbor.clock.forward(DAY)
    await alerts.run_out()
    assert harbor.limen.known.people[ida.id].active


async def test_who_was_deactivated_meanwhile_stays_so(harbor: House, ida: Ida, ada: Ida) -> None:
    case, alerts = await a_case(harbor, **about(ida.id)), alerts_of(harbor)
    await alerts.do(case.case.id, Doing.DISABLE, ("person", ida.id), by=ada.id)
    await harbor.limen.identity.people.deactivate(ida.id, by=ada.id)
    harbor.clock.forward(DAY)
    await alerts.run_out()
    assert not harbor.limen.known.people[ida.id].active


async def test_nothing_is_done_to_whom_the_case_is_not_about(harbor: House, ida: Ida, ada: Ida) -> None:
    case = await a_case(harbor, entity="address:198.51.100.1")
    for kind, subject in (
        (Doing.DISABLE, ("person", ida.id)),
        (Doing.END_SESSIONS, ("session", session_of(harbor, ida.id))),
        (Doing.QUARANTINE, ("device", "d_none")),
    ):
        with pytest.raises(NothingToDoError):
            await alerts_of(harbor).do(case.case.id, kind, subject, by=ada.id)
    assert await decided(harbor, ida.id) == "permit"


async def test_the_last_administrator_is_never_suspended(harbor: House, ida: Ida, ada: Ida) -> None:
    case = await a_case(harbor, **about(ada.id))
    with pytest.raises(LastAdministratorError):
        await alerts_of(harbor).do(case.case.id, Doing.DISABLE, ("person", ada.id), by=ida.id)
    assert harbor.limen.known.people[ada.id].active


async def test_whom_an_administrator_reactivated_a_fresh_alert_suspends_again(
    harbor: House, ida: Ida, ada: Ida
) -> None:
    case, alerts = await a_case(harbor, **about(ida.id)), alerts_of(harbor)
    await alerts.do(case.case.id, Doing.DISABLE, ("person", ida.id), by=ada.id)
    with pytest.raises(NothingToDoError):
        await alerts.do(case.case.id, Doing.DISABLE, ("person", ida.id), by=ada.id)
    await harbor.limen.identity.people.reactivate(ida.id, by=ada.id)
    harbor.clock.forward(MINUTE)
    assert harbor.limen.known.people[ida.id].active
    await alerts.do(case.case.id, Doing.DISABLE, ("person", ida.id), by=ada.id)
    assert not harbor.limen.known.people[ida.id].active
