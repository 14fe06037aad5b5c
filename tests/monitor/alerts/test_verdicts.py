"""What somebody says an alert was: it ends it, releases what was no danger, and nobody says it of themselves."""

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

from limen.monitor.alerts.errors import AlertError, OwnAlertError, UnknownAlertError
from limen.monitor.alerts.model import Verdict
from limen.monitor.alerts.verdicts import SERVER


async def test_a_case_is_closed_with_its_last_alert(harbor: House, ida: Ida, ada: Ida) -> None:
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, 1, **about(ida.id)), hit(harbor, 2, rule=SPRAY, **about(ida.id)))
    first, second = await open_alerts(harbor)
    alerts = alerts_of(harbor)
    await alerts.close(first.id, Verdict.EXPECTED, by=ada.id)
    assert (score(harbor, ida.id), len(await alerts.cases())) == ((52, True), 1)
    await alerts.close(second.id, Verdict.FALSE_ALARM, by=ada.id, why="A test")
    assert (score(harbor, ida.id), len(await alerts.cases()), len(await alerts.cases(is_open=False))) == (
        (0, True),
        0,
        1,
    )
    assert [one.details["verdict"] for one in harbor.events("alert.closed")] == ["false_alarm", "expected"]
    await take(harbor, hit(harbor, 3, **about(ida.id)))  # what comes after a verdict is another alert, and another case
    assert [one.id for one in await open_alerts(harbor)] not in ([first.id], [second.id])


async def test_a_whole_case_at_once_and_what_was_real_counts_on(harbor: House, ida: Ida, ada: Ida) -> None:
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, 1, **about(ida.id)), hit(harbor, 2, rule=SPRAY, **about(ida.id)))
    before = score(harbor, ida.id)
    await alerts_of(harbor).close_case((await the_case(harbor)).case.id, Verdict.REAL, by=ada.id)
    assert (await alerts_of(harbor).cases(), score(harbor, ida.id)) == ([], before)


async def test_what_was_real_is_dealt_with_later_by_a_colleague_with_a_reason(
    harbor: House, ida: Ida, ada: Ida
) -> None:
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, **about(ida.id)))
    (alert,) = await open_alerts(harbor)
    alerts = alerts_of(harbor)
    await alerts.close(alert.id, Verdict.REAL, by=ada.id)
    with pytest.raises(AlertError):
        await alerts.close(alert.id, Verdict.FALSE_ALARM, by=ada.id)
    with pytest.raises(AlertError):
        await alerts.close(alert.id, Verdict.DEALT_WITH, by=ada.id, why="  ")
    with pytest.raises(OwnAlertError):
        await alerts.close(alert.id, Verdict.DEALT_WITH, by=ida.id, why="I am fine")
    assert score(harbor, ida.id)[0] == 52
    closed = await alerts.close(alert.id, Verdict.DEALT_WITH, by=ada.id, why="New passkey, laptop set up anew")
    assert (score(harbor, ida.id), closed.verdict) == ((0, True), "dealt_with")
    said = harbor.events("alert.closed")
    assert [(one.actor, one.details["verdict"]) for one in said] == [(ada.id, "dealt_with"), (ada.id, "real")]
    assert (await alerts.preview(alert.rule, alert.entity)).real == 1
    await alerts.reopen(alert.id, by=ada.id)
    assert score(harbor, ida.id)[0] == 52


async def test_what_is_closed_is_closed_once_and_may_be_reopened(harbor: House, ida: Ida, ada: Ida) -> None:
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, **about(ida.id)))
    (alert,) = await open_alerts(harbor)
    alerts = alerts_of(harbor)
    with pytest.raises(AlertError):
        await alerts.reopen(alert.id, by=ada.id)
    await alerts.close(alert.id, Verdict.FALSE_ALARM, by=ada.id)
    with pytest.raises(AlertError):
        await alerts.close(alert.id, Verdict.REAL, by=ada.id)
    await alerts.reopen(alert.id, by=ada.id)
    assert ((await the_case(harbor)).case.is_open, score(harbor, ida.id)) == (True, (52, True))
    with pytest.raises(UnknownAlertError):
        await alerts.close("al_none", Verdict.REAL, by=ada.id)


async def test_nobody_clears_themselves(harbor: House, ida: Ida, ada: Ida, laptop: SoftwareAgent) -> None:
    alerts = alerts_of(harbor)
    await take(
        harbor,
        hit(harbor, 1, **about(ida.id)),
        hit(harbor, 2, rule="b", entity=f"device:{laptop.device}", device_id=laptop.device),
        hit(harbor, 3, rule="c", entity="x", session=session_of(harbor, ida.id)),
    )
    several = await open_alerts(harbor)
    case_id = several[0].case_id
    assert len(several) == 3
    for alert in several:
        with pytest.raises(OwnAlertError):
            await alerts.close(alert.id, Verdict.FALSE_ALARM, by=ida.id)
    with pytest.raises(OwnAlertError):
        await alerts.close_case(case_id, Verdict.EXPECTED, by=ida.id)
    await alerts.close_case(case_id, Verdict.EXPECTED, by=SERVER)
    with pytest.raises(OwnAlertError):
        await alerts.reopen(several[0].id, by=ida.id)


async def test_somebody_takes_a_case(harbor: House, ida: Ida, ada: Ida) -> None:
    await take(harbor, hit(harbor, **about(ida.id)))
    case = await the_case(harbor)
    await alerts_of(harbor).take(case.case.id, by=ada.id)
    assert (await the_case(harbor)).case.taken_by == ada.id
    with pytest.raises(UnknownAlertError):
        await alerts_of(harbor).take("ca_none", by=ada.id)
