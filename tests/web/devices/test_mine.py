from __future__ import annotations

import asyncio

import pytest
from tests.devices.laptops import Ida, devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.devices.sources.test_intake import enrolled
from tests.devices.sources.told import BAD, PUSH, push, put_rules, token_for, told
from tests.devices.test_binding import asked
from tests.web.conftest import House

from limen.devices.model import State
from limen.messages import Language, catalogue
from limen.web.devices.mine import HEALTH, WHAT_HAPPENED


async def test_without_a_device_the_page_says_how_to_enrol_one(ida: Ida) -> None:
    page = await ida.browser.get("/devices")
    assert (page.status_code, "/devices/enrol" in page.text) == (200, True)


async def test_its_owner_sees_what_to_mend(ida: Ida, laptop: SoftwareAgent) -> None:
    await laptop.report(firewall={"enabled": False})
    page = (await ida.browser.get("/devices")).text
    assert ("ufw enable" in page, page.count("<details open>")) == (True, 1)


async def test_check_again_asks_the_agent_and_waits_for_it(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    devices = devices_of(harbor)
    stream = devices.listen(laptop.signed("stream", {}), "203.0.113.7")

    async def answering() -> None:
        told = await stream.next(5)
        assert told is not None
        assert told.event == "recheck"
        laptop.nonce = told.data["nonce"]
        await laptop.report()

    await ida.browser.get("/devices")
    done, _ = await asyncio.gather(ida.browser.post(f"/devices/{laptop.device}/check"), answering())
    assert done.headers["location"] == "/devices?done=checked"


async def test_an_agent_that_does_not_listen_is_said_to_be_silent(ida: Ida, laptop: SoftwareAgent) -> None:
    await ida.browser.get("/devices")
    done = await ida.browser.post(f"/devices/{laptop.device}/check")
    assert done.headers["location"] == "/devices?done=silent"


async def test_a_lost_device_is_ended_by_its_owner(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    await ida.browser.get("/devices")
    await ida.browser.post(f"/devices/{laptop.device}/lost")
    assert devices_of(harbor).device(laptop.device).state is State.LOST
    assert (await laptop.report()).status_code == 401


async def test_nobody_touches_what_is_anothers(harbor: House, laptop: SoftwareAgent) -> None:
    mia = harbor.browser(address="203.0.113.9")
    await harbor.member(mia, "Mia", "staff")
    assert laptop.device not in (await mia.get("/devices")).text
    for word in ("check", "lost"):
        assert (await mia.post(f"/devices/{laptop.device}/{word}")).status_code in {400, 404}
    assert devices_of(harbor).device(laptop.device).state is State.ACTIVE


async def test_a_devices_history_is_its_own_and_in_the_readers_language(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await laptop.report(updates={"pending": 1, "security": 1, "oldest_days": 30, "lists_age_days": 0})
    harbor.limen.journal.flush()
    pages = [(await ida.browser.get("/devices", **{"accept-language": one})).text for one in ("en", "de")]
    lists = [page.partition("data-history>")[2].partition("</ul>")[0] for page in pages]
    assert [one.count("<li>") for one in lists] == [3, 3]  # enrolled, healthy, not healthy
    for text, language in zip(lists, (Language.ENGLISH, Language.GERMAN), strict=True):
        words = [catalogue(language).gettext(one) for one in (*HEALTH.values(), WHAT_HAPPENED["device.enrolled"])]
        assert [one in text for one in words] == [True, True, True]
    mia = harbor.browser(address="203.0.113.9")
    await harbor.member(mia, "Mia", "staff")
    assert "data-history" not in (await mia.get("/devices")).text


async def test_a_device_that_the_journal_has_nothing_of_any_more_is_shown(
    harbor: House, ida: Ida, laptop: SoftwareAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harbor.limen.journal, "recent", lambda _limit, _where: [])  # newer events took all its room
    page = await ida.browser.get("/devices")
    assert (page.status_code, laptop.device in page.text, "data-history" in page.text) == (200, True, False)


async def test_by_whose_word_a_check_fails_is_said_in_the_readers_language(
    harbor: House, ida: Ida, agent: SoftwareAgent
) -> None:
    laptop = await enrolled(harbor, ida, agent)
    put_rules(harbor, intune=PUSH)
    assert "intune" not in (await ida.browser.get("/devices")).text
    await push(harbor, token_for(harbor, "intune"), told(harbor, checks=BAD))
    page = await ida.browser.get("/devices", **{"accept-language": "de"})
    assert (laptop.device in page.text, "sagt intune" in page.text) == (True, True)


async def test_it_says_which_device_this_is_to_whoever_asked(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    prove = (await ida.browser.get("/devices/prove")).text
    assert 'data-onward="/devices?done=here"' in prove
    before = (await ida.browser.get("/devices?done=here")).text
    assert ('class="notice done"' in before, 'href="/devices/prove"' in before) == (False, True)
    await ida.browser.send("/devices/prove", proof=laptop.proof(await asked(ida.browser)))
    after = (await ida.browser.get("/devices?done=here")).text
    assert ('class="notice done"' in after, 'href="/devices/prove"' in after) == (True, False)


async def test_a_quarantine_without_a_reason_is_a_whole_sentence(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await devices_of(harbor).change(laptop.device, State.QUARANTINED, by="server")
    for language in ("en", "de"):
        assert ": .</p>" not in (await ida.browser.get("/devices", **{"accept-language": language})).text
