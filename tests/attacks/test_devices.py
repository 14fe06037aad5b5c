"""Attacks on devices: enrolling one's own, speaking as another, taking one away, and making a device look healthy."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey
from tests.devices.laptops import Ida, agent, devices_of, harbor, ida, laptop, new_agent
from tests.devices.software_agent import HEALTHY, SoftwareAgent
from tests.dial import size
from tests.web.conftest import Browser, House

from limen.clock import DAY, HOUR, MINUTE
from limen.devices.enrolment import TOKEN_LIVES
from limen.devices.model import State
from limen.devices.wire import RefusedError

__all__ = ["agent", "harbor", "ida", "laptop"]
MACHINE = "4c4c4544-0051-3510-8052-b4c04f4e3232"


# Enrolling


async def test_a_session_that_was_taken_over_enrols_nothing(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    """A device opens apps as a factor does: adding one asks who is there, however long ago they signed in."""
    harbor.clock.forward(HOUR)
    begun = (await agent.begin()).json()
    await ida.browser.get("/devices/enrol")
    done = await ida.browser.post("/devices/enrol/answer", code=begun["code"], answer="agree")
    assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, "/step-up")
    assert (await agent.finish(begun["enrolment"])).status_code == 202
    refused = await ida.browser.post("/devices/enrol/answer", code=begun["code"], answer="refuse")
    assert refused.status_code == 200  # saying no needs no proof


@pytest.mark.parametrize("path", ["token", "{}/company", "{}/release"])
async def test_the_consoles_ways_to_give_a_device_access_ask_who_is_there(
    harbor: House, laptop: SoftwareAgent, path: str
) -> None:
    ada = harbor.browser(address="203.0.113.8")
    ada_id = await harbor.administrator(ada)
    devices = devices_of(harbor)
    await devices.set_managed(laptop.device, is_managed=False, by="")
    await devices.change(laptop.device, State.QUARANTINED, by="")
    harbor.clock.forward(30 * MINUTE)
    await ada.get("/console/devices")
    done = await ada.post(f"/console/devices/{path.format(laptop.device)}", owner=ada_id, company="yes", why="found")
    assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, "/step-up")
    kept = devices.device(laptop.device)
    assert (kept.state, kept.is_managed) == (State.QUARANTINED, False)
    assert len(harbor.events("device.token_made")) == 1  # the laptop's own


async def test_a_code_of_a_stranger_says_from_where_it_comes(ida: Ida, harbor: House) -> None:
    """Device-flow phishing: there is no link with a code in it, and the page shows the address and another network."""
    stranger = new_agent(harbor, "198.51.100.77")
    begun = (await stranger.begin()).json()
    assert begun["code"] not in begun["address"]
    assert (await ida.browser.get(f"/devices/enrol?code={begun['code']}")).text.count(begun["code"]) == 0
    await ida.browser.get("/devices/enrol")
    assert "198.51.100.77" in (await ida.browser.post("/devices/enrol", code=begun["code"])).text


async def test_strangers_keep_nobody_from_enrolling(harbor: House, ida: Ida) -> None:
    for number in range(60):
        for _ in range(3):
            await new_agent(harbor, f"2001:db8:{number:x}::1").begin()
    own = new_agent(harbor)
    await own.enrol(await devices_of(harbor).token(ida.id, by="server"))
    assert own.device


async def test_a_token_is_worth_nothing_twice_late_or_without_its_owner(harbor: House, ida: Ida) -> None:
    devices = devices_of(harbor)
    used, late, orphan = [await devices.token(ida.id, by="server") for _ in range(3)]
    await new_agent(harbor).enrol(used)

    async def status(token: str) -> int:
        one = new_agent(harbor, "198.51.100.5")
        begun = await one.begin(token)
        return (await one.finish(begun.json()["enrolment"])).status_code

    assert await status(used) == 403
    await harbor.limen.identity.people.deactivate(ida.id, by="")
    assert await status(orphan) == 403
    harbor.clock.forward(TOKEN_LIVES)
    assert await status(late) == 403


# Grace


@pytest.mark.parametrize("state", [State.ACTIVE, State.LOST, State.RETIRED])
async def test_a_new_enrolment_of_the_same_machine_begins_no_new_grace(harbor: House, ida: Ida, state: State) -> None:
    bare: dict[str, Any] = {"encrypted": False}
    first = await _of_machine(harbor, ida, {"serial": "PF-2ABCDE", "uuid": ""})
    await first.report(disk_encryption=bare)
    harbor.clock.forward(8 * DAY)
    assert (await first.report(disk_encryption=bare)).json()["compliance"] == "non_compliant"
    if state is not State.ACTIVE:
        await devices_of(harbor).change(first.device, state, by=ida.id)
    again = await _of_machine(harbor, ida, {"serial": "pf-2abcde", "uuid": MACHINE})
    assert (await again.report(disk_encryption=bare)).json()["compliance"] == "non_compliant"
    assert (await again.report()).json()["compliance"] == "compliant"
    assert (await again.report(disk_encryption=bare)).json()["compliance"] == "compliant"  # it was good: a grace begins
    by_uuid = await _of_machine(harbor, ida, {"uuid": MACHINE})
    assert (await by_uuid.report(firewall={"enabled": False})).json()["compliance"] == "compliant"


async def test_another_machine_of_theirs_has_its_own_grace(harbor: House, ida: Ida) -> None:
    bare: dict[str, Any] = {"encrypted": False}
    first = await _of_machine(harbor, ida, {"serial": "PF-2ABCDE"})
    await first.report(disk_encryption=bare)
    harbor.clock.forward(8 * DAY)
    for hardware in ({"serial": "PF-9ZYXWV"}, {"serial": ""}, {}):
        other = await _of_machine(harbor, ida, hardware)
        assert (await other.report(disk_encryption=bare)).json()["compliance"] == "compliant"


async def test_a_device_of_which_nothing_is_known_is_not_healthy(harbor: House, ida: Ida) -> None:
    """Not to find out is no way to the grace that is for what can't be found out any more."""
    blind = new_agent(harbor)
    await blind.enrol(await devices_of(harbor).token(ida.id, by="server"))
    assert (await blind.report(**dict.fromkeys(HEALTHY))).json()["compliance"] == "non_compliant"
    harbor.clock.forward(MINUTE)
    assert (await blind.report(threats=None)).json()["compliance"] == "non_compliant"
    assert (await blind.report()).json()["compliance"] == "compliant"
    assert (await blind.report(threats=None)).json()["compliance"] == "compliant"  # it was seen: a day's grace


async def _of_machine(house: House, ida: Ida, hardware: dict[str, str]) -> SoftwareAgent:
    """A device of Ida's that says that it is this machine."""
    one = new_agent(house)
    begun = await one.begin(await devices_of(house).token(ida.id, by="server"), hardware=hardware)
    assert (await one.finish(begun.json()["enrolment"])).status_code == 200
    return one


# Speaking as another


async def test_whoever_knows_an_id_can_not_silence_its_device(harbor: House, laptop: SoftwareAgent) -> None:
    """What counts against a device is what it signed itself."""
    thief = new_agent(harbor, "198.51.100.9")
    thief.device = laptop.device
    for _ in range(60):
        assert (await thief.report()).json()["error"] == "not_this_device"
    assert (await laptop.report()).status_code == 200


async def test_a_recorded_report_puts_nobody_into_quarantine(harbor: House, laptop: SoftwareAgent) -> None:
    recorded = laptop.sent
    await laptop.report()
    harbor.clock.forward(11 * MINUTE)
    answer = await new_agent(harbor, "198.51.100.9").post("/agent/report", recorded)
    assert (answer.status_code, answer.json()["error"]) == (400, "clock")
    assert devices_of(harbor).device(laptop.device).state is State.ACTIVE


async def test_a_state_that_is_put_back_and_a_clone_end_in_quarantine(harbor: House, laptop: SoftwareAgent) -> None:
    clone = new_agent(harbor, "198.51.100.9")
    clone.key, clone.device, clone.seq, clone.prev = laptop.key, laptop.device, laptop.seq, laptop.prev
    await laptop.report()
    assert (await clone.report()).json()["error"] == "replayed"
    assert devices_of(harbor).device(laptop.device).state is State.QUARANTINED
    assert (await laptop.report(firewall={"enabled": True})).status_code == 200  # it is heard, and opens nothing
    assert laptop.device not in harbor.limen.core.known.devices


def _cut(raw: bytearray, chance: random.Random) -> None:
    del raw[chance.randrange(len(raw)) :]


def _flip(raw: bytearray, chance: random.Random) -> None:
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


def _insert(raw: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(raw))
    raw[at:at] = chance.randbytes(chance.randrange(1, 40))


def _swap(raw: bytearray, chance: random.Random) -> None:
    parts = bytes(raw).split(b".")
    chance.shuffle(parts)
    raw[:] = b".".join(parts) + b"."


def _swell(raw: bytearray, chance: random.Random) -> None:
    raw += b"A" * chance.randrange(70_000)


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (_cut, _flip, _insert, _swap, _swell)


async def test_ten_thousand_damaged_reports_are_refused_by_name_and_change_nothing(
    harbor: House, laptop: SoftwareAgent
) -> None:
    devices, chance = devices_of(harbor), random.Random(7)
    before = harbor.limen.core.known.devices[laptop.device]
    good = laptop.signed("report", laptop.report_claims({"firewall": {"enabled": False}}))
    named: set[str] = set()
    for _ in range(size(10_000)):
        raw = bytearray(good)
        while bytes(raw) == good:
            chance.choice(DAMAGES)(raw, chance)
        with pytest.raises(RefusedError) as refused:
            await devices.report(bytes(raw), "198.51.100.9")
        named.add(refused.value.error)
    assert named <= {"malformed", "not_this_device", "too_large"}
    assert harbor.limen.core.known.devices[laptop.device] == before
    assert devices.device(laptop.device).state is State.ACTIVE


@pytest.mark.parametrize(
    "changes",
    [
        {"firewall": {"enabled": 1}},
        {"firewall": {"enabled": "true"}},
        {"firewall": {"enabled": True, "Enabled": False}},
        {"updates": {"pending": 0, "security": 0, "lists_age_days": 0, "oldest_days": -1}},
        {"os": {"name": "debian", "version": "13", "supported_until": "9999"}},
    ],
)
async def test_a_report_that_is_nearly_right_is_no_pass(
    harbor: House, laptop: SoftwareAgent, changes: dict[str, Any]
) -> None:
    before = harbor.limen.core.known.devices[laptop.device]
    claims = laptop.report_claims(changes)
    answer = await laptop.post("/agent/report", laptop.signed("report", claims))
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")
    assert harbor.limen.core.known.devices[laptop.device] == before


async def test_a_device_says_neither_whose_it_is_nor_that_it_is_healthy(harbor: House, laptop: SoftwareAgent) -> None:
    claims = {**laptop.report_claims({"firewall": {"enabled": False}}), "compliance": "compliant", "owner": "p_ada"}
    claims |= {"managed": True, "passing": ["firewall"], "key_storage": "tpm"}
    await laptop.post("/agent/report", laptop.signed("report", claims))
    kept = devices_of(harbor).device(laptop.device)
    assert (kept.owner_id != "p_ada", kept.key_storage) == (True, "file")
    assert "firewall" not in harbor.limen.core.known.devices[laptop.device].passing


# The tie between a browser and its device


async def prove(browser: Browser, by: SoftwareAgent, **more: Any) -> dict[str, Any]:
    await browser.get("/devices/prove")
    asked = (await browser.send("/devices/challenge")).json()
    found: dict[str, Any] = (await browser.send("/devices/prove", proof=by.proof(asked, **more))).json()
    return found


async def test_a_copied_cookie_is_on_no_device_once_its_quarter_of_an_hour_is_over(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    assert (await prove(ida.browser, laptop))["device"] == "wren"
    thief = harbor.browser(address="198.51.100.9")
    for cookie in ida.browser.client.cookies.jar:
        thief.client.cookies.set(cookie.name, cookie.value or "")
    known = harbor.limen.core.known
    session = next(one for one in known.sessions.values() if one.person_id == ida.id)
    facts = known.facts(session, known.apps["limen"], "198.51.100.9")
    assert facts.device.bound_until <= harbor.clock.now() + 15 * MINUTE
    own = new_agent(harbor, "198.51.100.9")
    own.device, own.seq, own.prev = laptop.device, laptop.seq, laptop.prev
    assert (await prove(thief, own))["error"] == "not_this_device"


async def test_refused_proofs_do_not_fill_the_journal(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    for _ in range(60):
        await ida.browser.get("/devices/prove")
        await ida.browser.send("/devices/prove", proof="a.b.c")
    assert len(harbor.events("device.proof_refused")) == 20


# Taking devices away


@pytest.mark.parametrize("word", ["quarantine", "lost"])
async def test_helpdesk_does_not_end_what_an_administrator_is_signed_in_on(harbor: House, word: str) -> None:
    ada = harbor.browser(address="203.0.113.8")
    ada_id = await harbor.administrator(ada)
    own = new_agent(harbor, "203.0.113.8")
    await own.enrol(await devices_of(harbor).token(ada_id, by="server"))
    helper = harbor.browser(address="203.0.113.9")
    await harbor.member(helper, "Hanno", "staff", "helpdesk")
    await helper.get(f"/console/devices/{own.device}")
    done = await helper.post(f"/console/devices/{own.device}/{word}", why="for fun")
    assert done.status_code in {303, 403}
    assert devices_of(harbor).device(own.device).state is State.ACTIVE


async def test_helpdesk_says_why_it_takes_a_device_away(harbor: House, laptop: SoftwareAgent) -> None:
    helper = harbor.browser(address="203.0.113.9")
    await harbor.member(helper, "Hanno", "staff", "helpdesk")
    await helper.get(f"/console/devices/{laptop.device}")
    assert (await helper.post(f"/console/devices/{laptop.device}/quarantine")).status_code == 400
    await helper.post(f"/console/devices/{laptop.device}/quarantine", why="stolen")
    assert devices_of(harbor).device(laptop.device).state is State.QUARANTINED


async def test_a_session_that_was_taken_over_reports_no_device_lost(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    harbor.clock.forward(30 * MINUTE)
    await ida.browser.get("/devices")
    done = await ida.browser.post(f"/devices/{laptop.device}/lost")
    assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, "/step-up")
    assert devices_of(harbor).device(laptop.device).state is State.ACTIVE


async def test_nobody_else_touches_a_device(harbor: House, laptop: SoftwareAgent) -> None:
    for name, groups in (("Mia", ("staff",)), ("Otto", ("staff", "auditors"))):
        browser = harbor.browser(address="203.0.113.9")
        await harbor.member(browser, name, *groups)
        await browser.get("/")
        for path in (
            f"/devices/{laptop.device}/lost",
            f"/console/devices/{laptop.device}/quarantine",
            f"/console/devices/{laptop.device}/company",
            "/console/devices/token",
        ):
            await browser.post(path, why="x", company="no", owner="p_x")
    kept = devices_of(harbor).device(laptop.device)
    assert (kept.state, kept.is_managed) == (State.ACTIVE, True)
    assert isinstance(laptop.key, ECKey)
