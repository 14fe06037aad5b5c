"""Notices as they go out: what is so by then, tried again, in working hours, escalated, and never a flood."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from tests.devices.laptops import Ida
from tests.monitor.over_harbor import about, alerts_of, hit, risk_of, the_case
from tests.web.conftest import House

from limen.clock import DAY, HOUR, MINUTE, Instant
from limen.mail import store as mails
from limen.monitor.alerts.folding import Folded
from limen.monitor.alerts.intake import AlertIntake
from limen.monitor.alerts.model import Verdict
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.notify import store
from limen.monitor.notify.addresses import Address
from limen.monitor.notify.channels import NotDeliveredError
from limen.monitor.notify.content import Notice
from limen.monitor.notify.queueing import AGAIN_AFTER, Queueing
from limen.monitor.notify.rules import Channel, Hours, Kind, NotifyRules
from limen.monitor.notify.service import NoSuchChannelError, Notices

HOOK = "https://hooks.harbor.example/limen"


class Office:
    """Channels that a test chose, and what went out by them."""

    def __init__(self, house: House, **channels: Channel) -> None:
        self.house = house
        self.sent: list[Notice] = []
        self.is_away = False
        rules = NotifyRules(channels)
        self.queueing = Queueing(lambda: rules, lambda: UTC)
        self.notices = Notices(house.limen.core, lambda: rules, self.queueing, self._deliver)

    async def _deliver(self, _kind: Kind, _address: Address, notice: Notice, _notice_id: str, _now: Instant) -> None:
        if self.is_away:
            raise NotDeliveredError("unreachable")
        self.sent.append(notice)

    async def take(self, *hits: Hit) -> None:
        risk_of(self.house).heard()
        intake = AlertIntake(self.house.limen.core, lambda _: True, lambda *_, **__: None, self.queueing.tell)
        await intake.take(hits)

    def queued(self) -> list[Any]:
        far = self.house.clock.now() + 99 * DAY
        return self.house.limen.database.read(lambda snapshot: store.due(snapshot.connection, far, 999))


async def hooked(house: House, **channels: Channel) -> Office:
    office = Office(house, **channels)
    for name, channel in channels.items():
        if channel.kind is not Kind.MAIL:
            await office.notices.set_address(name, HOOK, by="")
    return office


HOOKED = Channel(Kind.WEBHOOK, Level.MEDIUM)


async def test_a_channel_hears_of_what_is_bad_enough_once(harbor: House, ida: Ida) -> None:
    office = await hooked(harbor, hook=Channel(Kind.WEBHOOK))
    await office.take(
        hit(harbor, 1, **about(ida.id)), hit(harbor, 2, **about(ida.id)), hit(harbor, 3, level=Level.MEDIUM)
    )
    assert await office.notices.send_due() == 1
    (notice,) = office.sent
    assert (notice.level, "Ida" in notice.lines[0]) == (Level.HIGH, True)
    await office.take(hit(harbor, 4, **about(ida.id)))
    assert await office.notices.send_due() == 0


async def test_what_was_closed_meanwhile_calls_nobody(harbor: House, ida: Ida, ada: Ida) -> None:
    office = await hooked(harbor, hook=HOOKED)
    await office.take(hit(harbor, **about(ida.id)))
    await alerts_of(harbor).close_case((await the_case(harbor)).case.id, Verdict.EXPECTED, by=ada.id)
    await office.notices.send_due()
    assert (office.sent, office.queued()) == ([], [])


async def test_what_fails_is_tried_again_and_said_in_the_end(harbor: House, ida: Ida) -> None:
    office = await hooked(harbor, hook=HOOKED)
    office.is_away = True
    await office.take(hit(harbor, **about(ida.id)))
    await office.notices.send_due()
    assert await office.notices.send_due() == 0  # not before the pause is over
    harbor.clock.forward(MINUTE)
    office.is_away = False
    await office.notices.send_due()
    assert len(office.sent) == 1
    office.is_away = True
    await office.take(hit(harbor, 2, rule="b", **about(ida.id)))
    for _ in range(9):
        harbor.clock.forward(4 * HOUR)
        await office.notices.send_due()
    assert [one.details["channel"] for one in harbor.events("notify.failed")] == ["hook"]
    assert [one.problem for one in await office.notices.channels()] == ["unreachable"]


async def test_what_a_playbook_left_to_people_calls_them_at_any_hour(harbor: House, ida: Ida) -> None:
    nobody = Hours((5,), 0, 60)
    office = await hooked(harbor, hook=Channel(Kind.WEBHOOK, Level.MEDIUM, hours=nobody))
    await office.take(hit(harbor, 1, **about(ida.id)))
    assert await office.notices.send_due() == 0
    (alert,) = (await the_case(harbor)).alerts

    async def spare() -> int:
        now = harbor.clock.now()
        await harbor.limen.core.write(lambda t: office.queueing.tell_spared(t, Folded(alert, None), now))
        return await office.notices.send_due()

    assert await spare() == 1
    (notice,) = office.sent
    assert (notice.level, "Ida" in notice.lines[1], len(notice.lines)) == (Level.HIGH, True, 2)
    assert await spare() == 0
    harbor.clock.forward(AGAIN_AFTER)
    assert await office.notices.send_due() == 1


async def test_outside_working_hours_only_what_is_critical_calls(harbor: House, ida: Ida) -> None:
    nobody = Hours((5,), 0, 60)  # a Saturday, and this is a Tuesday
    office = await hooked(harbor, hook=Channel(Kind.WEBHOOK, Level.MEDIUM, hours=nobody))
    await office.take(hit(harbor, 1, **about(ida.id)))
    assert await office.notices.send_due() == 0
    await office.take(hit(harbor, 2, rule="b", entity="x", level=Level.CRITICAL))
    assert await office.notices.send_due() == 1
    harbor.clock.forward(4 * DAY - 9 * HOUR)
    await office.notices.send_due()
    assert len(office.sent) == 2


async def test_others_are_called_where_nobody_takes_the_case(harbor: House, ida: Ida, ada: Ida) -> None:
    office = await hooked(harbor, boss=Channel(Kind.WEBHOOK, after_ms=HOUR))
    await office.take(hit(harbor, 1, **about(ida.id)), hit(harbor, 2, entity="x"))
    await office.notices.escalate()
    assert office.queued() == []
    taken = next(one for one in await alerts_of(harbor).cases() if ida.id in one.people)
    await alerts_of(harbor).take(taken.case.id, by=ada.id)
    harbor.clock.forward(HOUR)
    for _ in range(3):
        await office.notices.escalate()
    assert await office.notices.send_due() == 1
    assert office.sent[0].key != taken.case.id


async def test_beyond_its_budget_a_channel_gets_a_summary_and_what_is_critical(harbor: House) -> None:
    office = await hooked(harbor, hook=Channel(Kind.WEBHOOK, Level.MEDIUM, most_a_day=3))
    await office.take(*[hit(harbor, n, rule=str(n), entity=f"address:10.0.0.{n}") for n in range(30)])
    await office.take(hit(harbor, 99, rule="x", entity="address:10.0.0.99", level=Level.CRITICAL, title="The worst"))
    while await office.notices.send_due():
        pass
    harbor.clock.forward(HOUR)
    await office.notices.send_due()
    titles = [notice.title for notice in office.sent]
    assert (len(titles), sum("The worst" in title for title in titles)) == (5, 1)
    (summary,) = [notice for notice in office.sent if notice.key == "digest"]
    assert "The worst" in summary.lines[0]


async def test_a_mail_goes_to_each_address(harbor: House, ida: Ida) -> None:
    office = Office(harbor, it=Channel(Kind.MAIL, Level.HIGH, ("it@harbor.example", "ada@harbor.example")))
    await office.take(hit(harbor, **about(ida.id)))
    await office.notices.send_due()
    waiting = harbor.limen.database.read(lambda snapshot: mails.recent(snapshot.connection, 10))
    assert sum(one.about.startswith("no_") for one in waiting) == 2


async def test_a_test_says_what_is_wrong(harbor: House) -> None:
    office = Office(harbor, hook=HOOKED)
    assert [one.is_set for one in await office.notices.channels()] == [False]
    assert await office.notices.try_out("hook") != ""
    await office.notices.set_address("hook", HOOK, by="")
    assert [one.is_set for one in await office.notices.channels()] == [True]
    assert (await office.notices.try_out("hook"), len(office.sent)) == ("", 1)
    with pytest.raises(NoSuchChannelError):
        await office.notices.try_out("none")
    with pytest.raises(NoSuchChannelError):
        await office.notices.set_address("none", HOOK, by="")


async def test_what_becomes_critical_does_not_wait_for_monday(harbor: House, ida: Ida) -> None:
    office = await hooked(harbor, hook=Channel(Kind.WEBHOOK, Level.MEDIUM, hours=Hours((5,), 0, 60)))
    await office.take(hit(harbor, 1, **about(ida.id)))
    assert await office.notices.send_due() == 0
    await office.take(hit(harbor, 2, rule="b", level=Level.CRITICAL, **about(ida.id)))
    assert (await office.notices.send_due(), office.sent[0].level) == (1, Level.CRITICAL)
