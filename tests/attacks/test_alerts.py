"""Attacks on alerts themselves: hidden in a flood, forged to lock somebody out, closed or suppressed by whom they are
about, written into pages and notices, and the silence of what watches.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from tests.devices.laptops import Ida
from tests.devices.software_agent import SoftwareAgent
from tests.monitor.over_harbor import (
    SPRAY,
    TRAVEL,
    about,
    ada,
    agent,
    alerts_of,
    decided,
    harbor,
    hit,
    ida,
    laptop,
    meant_to_watch,
    open_alerts,
    risk_of,
    score,
    take,
    the_case,
)
from tests.web.conftest import House

from limen.clock import DAY, HOUR, MINUTE
from limen.messages import Language, Words
from limen.monitor.alerts.errors import OwnAlertError, SuppressionError
from limen.monitor.alerts.intake import AlertIntake
from limen.monitor.alerts.model import Verdict
from limen.monitor.alerts.suppressing import Wanted
from limen.monitor.detections.hit import Level
from limen.monitor.notify import content, store
from limen.monitor.notify.queueing import Queueing
from limen.monitor.notify.rules import Channel, Kind, NotifyRules
from limen.monitor.risk.rules import RiskRules

__all__ = ["ada", "agent", "harbor", "ida", "laptop"]


async def test_a_flood_hides_nobody_and_leaves_room_for_what_is_critical(harbor: House, ida: Ida) -> None:
    """Thousands of findings about addresses nobody knows, and among them the one about Ida."""
    rules = NotifyRules({"chat": Channel(Kind.WEBHOOK, Level.MEDIUM, most_a_day=3)})
    queueing = Queueing(lambda: rules, lambda: UTC)
    intake = AlertIntake(harbor.limen.core, lambda _: True, lambda *_, **__: None, queueing.tell)
    risk_of(harbor).heard()
    flood = [hit(harbor, n, rule=SPRAY, entity=f"address:10.1.{n // 256}.{n % 256}") for n in range(2_000)]
    await intake.take(flood)
    await intake.take([hit(harbor, 5_000, rule=SPRAY, **about(ida.id)), hit(harbor, 5_001, rule=TRAVEL, entity="x")])
    await intake.take([hit(harbor, 5_002, rule="c", level=Level.CRITICAL, **about(ida.id, confidence=1))])
    assert score(harbor, ida.id)[0] >= 52
    own = [one for one in await open_alerts(harbor) if one.person_id == ida.id]
    assert len(own) == 2
    queued = harbor.limen.database.read(lambda s: store.due(s.connection, harbor.clock.now() + DAY, 99))
    assert sum(one.level == "critical" and one.sort == "case" for one in queued) == 1
    assert len(queued) <= 6


async def test_forged_log_lines_lock_nobody_out(harbor: House, ida: Ida) -> None:
    """Whoever can send syslog over UDP can write anything about anybody: it asks for nothing, and refuses nobody."""
    risk_of(harbor).heard()
    forged = [
        hit(harbor, n, rule=f"r{n}", level=Level.CRITICAL, sources=("firewall",), tactics=tactics, **about(ida.id))
        for n, tactics in enumerate([("attack.impact",), ("attack.execution",), ("attack.collection",)] * 20)
    ]
    await take(harbor, *forged)
    assert (score(harbor, ida.id), await decided(harbor, ida.id)) == ((RiskRules().unproven_at_most, True), "permit")
    harbor.clock.forward(16 * MINUTE)
    risk_of(harbor).heard()
    assert await decided(harbor, ida.id) == "permit"


@pytest.mark.parametrize("sources", [(), ("limen", "firewall"), ("gone",), ("Limen",), ("limen ",)])
async def test_only_what_each_source_proves_is_proven(harbor: House, ida: Ida, sources: tuple[str, ...]) -> None:
    await take(harbor, hit(harbor, level=Level.CRITICAL, confidence=100, sources=sources, **about(ida.id)))
    (alert,) = await open_alerts(harbor)
    assert alert.is_proven is (sources == ("limen ",))  # read without the space around it, it is Limen's own journal
    assert score(harbor, ida.id)[0] == (100 if alert.is_proven else RiskRules().unproven_at_most)


async def test_nobody_clears_themselves_by_any_way(harbor: House, ida: Ida, ada: Ida, laptop: SoftwareAgent) -> None:
    """Ida administers, too. Her own alerts are for others, also those about her laptop."""
    await harbor.limen.identity.people.set_groups(ida.id, {"staff", "administrators"}, by=ada.id)
    await take(
        harbor,
        hit(harbor, 1, **about(ida.id)),
        hit(harbor, 2, rule="b", entity=f"device:{laptop.device}", device_id=laptop.device),
    )
    for alert in await open_alerts(harbor):
        at = f"/console/cases/{alert.case_id}"
        await ida.browser.get(at)
        refused = await ida.browser.post(f"{at}/alerts/{alert.id}/close", verdict="false_alarm", why="Nothing")
        assert refused.status_code == 400
        assert (await ida.browser.post(f"{at}/close", verdict="expected", why="Nothing")).status_code == 400
    for entity in (f"person:{ida.id}", f"device:{laptop.device}"):
        with pytest.raises(OwnAlertError):
            await alerts_of(harbor).suppress(Wanted(TRAVEL, entity, HOUR, "Nothing"), by=ida.id)
    assert len(await open_alerts(harbor)) == 2


async def test_what_was_done_to_somebody_is_not_undone_by_them(harbor: House, ida: Ida, ada: Ida) -> None:
    from limen.monitor.response.model import Doing

    await take(harbor, hit(harbor, **about(ida.id)))
    case = await the_case(harbor)
    done = await alerts_of(harbor).do(case.case.id, Doing.STEP_UP, ("person", ida.id), by=ada.id)
    with pytest.raises(OwnAlertError):
        await alerts_of(harbor).undo(done.id, by=ida.id)


async def test_nobody_suppresses_everything(harbor: House, ida: Ida, ada: Ida) -> None:
    await take(harbor, hit(harbor, level=Level.CRITICAL, **about(ida.id)))
    alerts = alerts_of(harbor)
    for wanted in (
        Wanted(TRAVEL, "", 7 * DAY, "All"),  # critical, for everybody
        Wanted(TRAVEL, "host:a", 91 * DAY, "For ever"),
        Wanted("other", "", 8 * DAY, "For everybody, for longer than a week"),
        Wanted("other", "host:a", HOUR, ""),
    ):
        with pytest.raises(SuppressionError):
            await alerts.suppress(wanted, by=ada.id)
    assert await alerts.suppressions() == []
    await alerts.close((await open_alerts(harbor))[0].id, Verdict.REAL, by=ada.id)
    with pytest.raises(SuppressionError):
        await alerts.suppress(Wanted(TRAVEL, f"person:{ida.id}", HOUR, "It was nothing"), by=ada.id)


HOSTILE: Any = (
    "<script>alert(1)</script>",
    "jane\r\nSubject: Win a prize",
    "[click](https://evil.example)",
    "<!channel> <https://evil.example|Sign in>",
    "\x1b[2J\u202egnp.exe",
    "{who} {count} {__class__}",
    "a" * 100_000,
)


@pytest.mark.parametrize("written", HOSTILE, ids=range(len(HOSTILE)))
async def test_what_a_log_says_is_never_markup_a_line_or_a_link(harbor: House, ada: Ida, written: str) -> None:
    says: dict[str, str | int] = {"user": written, written[:40]: 1}
    await take(harbor, hit(harbor, title=written, entity=f"user:{written}", says=says))
    case = await the_case(harbor)
    page = await ada.browser.get(f"/console/cases/{case.case.id}")
    overview = await ada.browser.get("/console/alerts")
    for shown in (page.text, overview.text):
        assert ("<script>alert" in shown, "\x1b" in shown, "\u202e" in shown) == (False, False, False)
    words = Words(Language.ENGLISH, UTC)
    notice = content.of_case(case.case, list(case.alerts), harbor.limen.known, words, "https://limen.test")
    for line in (notice.title, *notice.lines):
        assert line.isprintable()
        assert not set(line) & set("<>[]`*|@#\\") - set("[]")
        assert "evil.example" not in line
        assert len(line) < 400


async def test_a_flood_of_little_things_does_not_push_out_a_great_one(harbor: House, ida: Ida) -> None:
    """Only so many findings of a kind are read for a score: those of other rules and levels stay."""
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, 0, level=Level.CRITICAL, confidence=90, **about(ida.id)))
    later = [hit(harbor, n, rule="small", level=Level.LOW, confidence=1, **about(ida.id)) for n in range(1, 600)]
    same = [hit(harbor, n, level=Level.LOW, confidence=1, **about(ida.id)) for n in range(600, 1_200)]
    await take(harbor, *later, *same)
    assert score(harbor, ida.id)[0] >= 90


async def test_who_silences_what_watches_opens_nothing(harbor: House, ida: Ida) -> None:
    """Killed, stopped or cut off: after a minute nobody's risk is known, and the baseline lets nobody pass by that."""
    meant_to_watch(harbor).heard()
    assert await decided(harbor, ida.id) == "permit"
    harbor.clock.forward(61_000)
    await alerts_of(harbor).keep_up()
    assert await decided(harbor, ida.id) == "deny"
    facts = harbor.limen.known.facts(None, harbor.limen.known.apps["wiki"], "203.0.113.9")
    assert not facts.risk.known
    risk_of(harbor).heard()
    assert await decided(harbor, ida.id) == "permit"
