"""Reports: believed by the device's key alone, newer than the last, chained, judged at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from joserfc.jwk import ECKey
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.software_agent import SoftwareAgent, digest
from tests.web.conftest import House

from limen.clock import DAY, MINUTE
from limen.devices.model import State

OFF = {"enabled": False}


def known(house: House, agent: SoftwareAgent) -> Any:
    return house.limen.core.known.devices.get(agent.device)


async def test_a_healthy_device_is_compliant_and_an_unhealthy_one_at_once_not(
    harbor: House, laptop: SoftwareAgent
) -> None:
    was = known(harbor, laptop)
    assert (was.compliance, was.platform, {"firewall", "updates"} <= was.passing) == ("compliant", "linux", True)
    done = (await laptop.report(updates={"pending": 9, "security": 3, "oldest_days": 20, "lists_age_days": 0})).json()
    assert done["compliance"] == "non_compliant"
    failing = {one["id"]: one for one in done["checks"] if one["verdict"] == "fail"}
    assert (list(failing), failing["updates"]["severity"]) == (["updates"], "restrict")
    assert (known(harbor, laptop).compliance, "updates" in known(harbor, laptop).passing) == ("non_compliant", False)
    assert [event.details["compliance"] for event in harbor.events("device.compliance_changed")] == [
        "non_compliant",
        "compliant",
    ]


async def test_what_is_warned_of_counts_when_its_grace_is_over(harbor: House, laptop: SoftwareAgent) -> None:
    done = (await laptop.report(firewall=OFF)).json()
    told = next(one for one in done["checks"] if one["id"] == "firewall")
    assert (done["compliance"], told["verdict"]) == ("compliant", "fail")
    assert told["deadline"] == harbor.clock.now() // 1_000 + DAY // 1_000
    harbor.clock.forward(DAY)
    done = (await laptop.report(firewall=OFF)).json()
    assert done["compliance"] == known(harbor, laptop).compliance == "non_compliant"


async def test_a_grace_ends_without_a_report(harbor: House, laptop: SoftwareAgent) -> None:
    await laptop.report(firewall=OFF)
    harbor.clock.forward(DAY)
    await devices_of(harbor).judging.judge_due()
    assert known(harbor, laptop).compliance == "non_compliant"
    assert harbor.events("device.compliance_changed")[0].details["failing"] == "firewall"


async def test_what_could_not_be_found_out_is_no_pass(harbor: House, laptop: SoftwareAgent) -> None:
    await laptop.report(disk_encryption=None)
    assert "disk_encryption" not in known(harbor, laptop).passing
    harbor.clock.forward(7 * DAY)
    done = (await laptop.report(disk_encryption=None)).json()
    assert (done["compliance"], known(harbor, laptop).compliance) == ("non_compliant", "non_compliant")


async def test_a_report_counts_for_a_quarter_of_an_hour(harbor: House, laptop: SoftwareAgent) -> None:
    device = known(harbor, laptop)
    assert device.fades_at == device.seen_at + 15 * MINUTE


@pytest.mark.parametrize("error", ["not_this_device", "malformed", "too_large", "clock"])
async def test_what_is_no_report_of_this_device_changes_nothing(
    harbor: House, laptop: SoftwareAgent, error: str
) -> None:
    before = known(harbor, laptop)
    claims = laptop.report_claims({"firewall": OFF})
    match error:
        case "not_this_device":
            sent = laptop.signed("report", claims, ECKey.generate_key("P-256"))
        case "malformed":
            sent = laptop.signed("report", {**claims, "checks": [{"id": "firewall", "state": "observed", "at": 1}]})
        case "too_large":
            sent = laptop.signed("report", {**claims, "name": "x" * 70_000})
        case _:
            sent = laptop.signed("report", {**claims, "iat": laptop.now() - 301})
    answer = await laptop.client.post("/agent/report", content=sent, headers={"content-type": "application/jose"})
    assert (answer.status_code, known(harbor, laptop)) == (answer.status_code, before)
    if error == "too_large":
        assert answer.status_code == 413
    else:
        assert answer.json()["error"] == error
    assert (await laptop.report()).status_code == 200


async def test_two_that_hold_one_key_are_quarantined(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    clone = new_agent(harbor, "198.51.100.9")
    clone.key, clone.device, clone.seq, clone.prev = laptop.key, laptop.device, laptop.seq, laptop.prev
    assert (await clone.report()).status_code == 200
    answer = await laptop.report()
    assert (answer.status_code, answer.json()["error"]) == (409, "replayed")
    assert devices_of(harbor).device(laptop.device).state is State.QUARANTINED
    assert known(harbor, laptop) is None
    assert len(harbor.events("device.cloned")) == len(harbor.events("device.quarantined")) == 1
    assert (await clone.report()).status_code == 200  # it is heard, and counts for nothing
    assert known(harbor, laptop) is None


async def test_a_state_that_was_put_back_is_noticed(harbor: House, laptop: SoftwareAgent) -> None:
    await laptop.report()
    laptop.prev = "A" * 43  # the number goes on, and the chain does not
    assert (await laptop.report()).json()["error"] == "replayed"
    assert devices_of(harbor).device(laptop.device).state is State.QUARANTINED


async def test_the_very_same_report_again_changes_nothing(harbor: House, laptop: SoftwareAgent) -> None:
    before = known(harbor, laptop)
    answer = await laptop.post("/agent/report", laptop.sent)
    assert (answer.status_code, answer.json()["error"], known(harbor, laptop)) == (409, "repeated", before)
    assert devices_of(harbor).device(laptop.device).state is State.ACTIVE


async def test_numbers_may_be_left_out(harbor: House, laptop: SoftwareAgent) -> None:
    laptop.seq += 7  # what was signed and never arrived
    laptop.prev = "B" * 43
    assert (await laptop.report()).status_code == 200


async def test_what_was_signed_long_ahead_is_stale(harbor: House, laptop: SoftwareAgent) -> None:
    harbor.clock.forward(11 * MINUTE)
    answer = await laptop.post("/agent/report", laptop.signed("report", laptop.report_claims()))
    assert (answer.status_code, answer.json()["error"]) == (428, "stale_nonce")
    assert (await laptop.report()).status_code == 200


async def test_reports_that_come_together_are_all_taken(harbor: House, ida: Ida) -> None:
    many = [new_agent(harbor, f"198.51.100.{number}") for number in range(12)]
    for one in many:
        await one.enrol(await devices_of(harbor).token(ida.id, by="server"))
    answers = await asyncio.gather(*[one.report() for one in many])
    assert [one.json()["compliance"] for one in answers] == ["compliant"] * 12


async def test_a_device_that_reports_all_the_time_is_slowed(
    harbor: House, laptop: SoftwareAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = harbor.clock.now()
    with monkeypatch.context() as at_once:  # on a busy machine the reports would come slowly enough
        at_once.setattr(harbor.clock, "now", lambda: now)
        for _ in range(30):
            last = await laptop.report()
    assert (last.status_code, last.json()["error"]) == (429, "slow_down")
    harbor.clock.forward(MINUTE)
    laptop.seq, laptop.prev = laptop.seq + 1, "C" * 43
    assert (await laptop.report()).status_code == 200


@pytest.mark.parametrize("state", [State.QUARANTINED, State.LOST, State.RETIRED])
async def test_what_is_signed_in_on_a_device_ends_with_it(
    harbor: House, ida: Ida, laptop: SoftwareAgent, state: State
) -> None:
    await ida.browser.get("/devices/prove")
    asked = (await ida.browser.send("/devices/challenge")).json()
    assert (await ida.browser.send("/devices/prove", proof=laptop.proof(asked))).json()["device"] == "wren"
    assert (await ida.browser.get("/")).status_code == 200
    await devices_of(harbor).change(laptop.device, state, by="server", why="left in a train")
    assert (await ida.browser.get("/")).status_code != 200
    assert known(harbor, laptop) is None
    answer = await laptop.report()
    assert answer.status_code == (200 if state is State.QUARANTINED else 401)


# Together


def at_an_interval(agent: SoftwareAgent, **changes: Any) -> bytes:
    """A report that may wait, signed; the next one follows it."""
    compact = agent.signed("report", agent.report_claims(changes, why="interval"))
    agent.seq, agent.prev = agent.seq + 1, digest(compact)
    return compact


async def fleet_of(house: House, ida: Ida, number: int) -> list[SoftwareAgent]:
    fleet = [new_agent(house, f"203.0.113.{one}") for one in range(number)]
    for one in fleet:
        await one.enrol(await devices_of(house).token(ida.id, by="server"))
        assert (await one.report()).status_code == 200
    return fleet


async def test_reports_at_intervals_are_kept_in_one_commit_and_known_when_answered(harbor: House, ida: Ida) -> None:
    fleet = await fleet_of(harbor, ida, 5)
    sent = [at_an_interval(one, firewall=OFF if place == 3 else {"enabled": True}) for place, one in enumerate(fleet)]
    before = harbor.limen.core.database.changed_seq
    done = await asyncio.gather(*[one.post("/agent/report", each) for one, each in zip(fleet, sent, strict=True)])
    assert [one.status_code for one in done] == [200] * 5
    assert harbor.limen.core.database.changed_seq == before + 1
    assert [devices_of(harbor).posture(one.device).seq for one in fleet] == [2] * 5
    assert ["firewall" in known(harbor, one).passing for one in fleet] == [True, True, True, False, True]


async def test_one_that_is_refused_harms_none_that_came_with_it(harbor: House, ida: Ida) -> None:
    good, wrong, cloned, lost = await fleet_of(harbor, ida, 4)
    clone = at_an_interval(cloned)
    await cloned.report()
    await devices_of(harbor).change(lost.device, State.LOST, by=ida.id)
    wrong.key = ECKey.generate_key("P-256")
    sent = [(good, at_an_interval(good)), (wrong, at_an_interval(wrong)), (cloned, clone), (lost, at_an_interval(lost))]
    done = await asyncio.gather(*[one.post("/agent/report", each) for one, each in sent])
    assert [one.status_code for one in done] == [200, 401, 409, 401]
    assert devices_of(harbor).device(cloned.device).state is State.QUARANTINED
    assert devices_of(harbor).device(good.device).state is State.ACTIVE


async def test_two_of_one_device_that_come_together_are_taken_in_their_order(
    harbor: House, laptop: SoftwareAgent
) -> None:
    waiting = []
    for changes in ({}, {"firewall": OFF}):
        waiting.append(asyncio.create_task(laptop.post("/agent/report", at_an_interval(laptop, **changes))))
        await asyncio.sleep(0.01)
    assert [(await one).status_code for one in waiting] == [200, 200]
    assert (devices_of(harbor).posture(laptop.device).seq, "firewall" in known(harbor, laptop).passing) == (3, False)


async def test_of_two_that_come_together_the_journal_tells_both(harbor: House, laptop: SoftwareAgent) -> None:
    """Its last word is what holds: the second is told as a change of the first, which decisions do not know yet."""
    old = {"pending": 9, "security": 3, "oldest_days": 20, "lists_age_days": 0}
    waiting = []
    for changes in ({"updates": old}, {}):
        waiting.append(asyncio.create_task(laptop.post("/agent/report", at_an_interval(laptop, **changes))))
        await asyncio.sleep(0.01)
    assert [(await one).json()["compliance"] for one in waiting] == ["non_compliant", "compliant"]
    told = [event.details for event in harbor.events("device.compliance_changed")]
    assert [(one["was"], one["compliance"]) for one in told[:2]] == [
        ("non_compliant", "compliant"),
        ("compliant", "non_compliant"),
    ]


async def test_what_changed_waits_for_nobody(harbor: House, ida: Ida, monkeypatch: pytest.MonkeyPatch) -> None:
    patient, hasty = await fleet_of(harbor, ida, 2)
    monkeypatch.setattr(devices_of(harbor).reports._gathered, "_seconds", 60)
    waiting = asyncio.create_task(patient.post("/agent/report", at_an_interval(patient)))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    async with asyncio.timeout(60):
        assert (await hasty.report(firewall=OFF)).status_code == 200
        assert (await waiting).status_code == 200
