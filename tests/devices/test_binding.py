"""The tie between a browser's session and the device that it sits on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.software_agent import ORIGIN, SoftwareAgent
from tests.web.conftest import Browser, House, move_in

from limen.clock import MINUTE
from limen.devices.model import State


async def asked(browser: Browser) -> dict[str, str]:
    await browser.get("/devices/prove")
    found: dict[str, str] = (await browser.send("/devices/challenge")).json()
    return found


def bound(house: House, person_id: str) -> Any:
    """What decisions know of the device of somebody's newest sign-in."""
    known = house.limen.core.known
    session = max(
        (one for one in known.sessions.values() if one.person_id == person_id and not one.parent),
        key=lambda one: one.started_at,
    )
    return known.facts(session, known.apps["limen"], "203.0.113.7").device


async def test_a_proof_binds_for_a_quarter_of_an_hour(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    assert bound(harbor, ida.id).known is False
    proof = laptop.proof(await asked(ida.browser))
    done = await ida.browser.send("/devices/prove", proof=proof)
    assert done.json()["device"] == "wren"
    device = bound(harbor, ida.id)
    assert (device.id, device.binding, device.compliance) == (laptop.device, 1, "compliant")
    assert 0 <= harbor.clock.now() + 15 * MINUTE - device.bound_until < MINUTE
    assert [event.device for event in harbor.events("device.bound")] == [laptop.device]


async def test_whoever_signs_in_and_has_a_device_proves_it_first(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    browser = harbor.browser()
    browser.passkey = ida.browser.passkey
    done = (await browser.sign_in(to="/sessions")).json()["location"]
    assert done == "/devices/prove?app=limen&to=%2Fsessions&auto=yes"
    page = await browser.get(done)
    assert 'data-onward="/sessions" data-auto' in page.text


@pytest.mark.parametrize("wrong", ["late", "origin", "session", "challenge", "seq", "report", "audience"])
async def test_what_was_not_signed_for_this_page_and_now_binds_nothing(
    harbor: House, ida: Ida, laptop: SoftwareAgent, wrong: str
) -> None:
    given = await asked(ida.browser)
    match wrong:
        case "late":
            proof = laptop.proof(given)
            harbor.clock.forward(MINUTE)
        case "origin":
            proof = laptop.proof(given, origin="https://limen.harbor.evil.example")
        case "session":
            proof = laptop.proof({**given, "session": "0" * 64})
        case "challenge":
            proof = laptop.proof({**given, "challenge": "A" * 43})
        case "seq":
            proof = laptop.proof(given, seq=laptop.seq - 1)
        case "report":
            proof = laptop.proof(given, report="A" * 43)
        case _:
            proof = laptop.proof(given, aud="https://elsewhere.example")
    done = await ida.browser.send("/devices/prove", proof=proof)
    assert "error" in done.json()
    assert bound(harbor, ida.id).known is False
    assert harbor.events("device.proof_refused")[0].subject == ida.id


async def test_a_proof_counts_once(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    proof = laptop.proof(await asked(ida.browser))
    answers = [(await ida.browser.send("/devices/prove", proof=proof)).json() for _ in range(2)]
    assert (answers[0]["device"], answers[1]["error"]) == ("wren", "challenge_over")


async def test_a_colleagues_healthy_device_is_no_way_around(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    mia = harbor.browser(address="203.0.113.9")
    mia_id = await harbor.member(mia, "Mia", "staff")
    done = await mia.send("/devices/prove", proof=laptop.proof(await asked(mia)))
    assert (done.json()["error"], bound(harbor, mia_id).known) == ("not_its_owner", False)


async def test_a_device_in_quarantine_binds_nothing(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    await devices_of(harbor).change(laptop.device, State.QUARANTINED, by="server")
    done = await ida.browser.send("/devices/prove", proof=laptop.proof(await asked(ida.browser)))
    assert (done.json()["error"], bound(harbor, ida.id).known) == ("not_active", False)


async def test_a_proof_of_another_key_binds_nothing(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    thief = new_agent(harbor, "198.51.100.9")
    thief.device, thief.seq, thief.prev = laptop.device, laptop.seq, laptop.prev
    done = await ida.browser.send("/devices/prove", proof=thief.proof(await asked(ida.browser)))
    assert (done.json()["error"], bound(harbor, ida.id).known) == ("not_this_device", False)


async def test_nobody_proves_a_device_without_being_signed_in(harbor: House) -> None:
    stranger = harbor.browser()
    page = await stranger.get("/devices/prove")
    assert (page.status_code, page.headers["location"].startswith("/sign-in")) == (303, True)
    assert (await stranger.send("/devices/challenge")).status_code >= 400


async def test_the_page_may_ask_the_agent_and_nobody_else(ida: Ida) -> None:
    page = await ida.browser.get("/devices/prove?app=nothing&to=//evil.example")
    policy = page.headers["content-security-policy"]
    assert "connect-src 'self' http://127.0.0.1:47113 http://127.0.0.1:47114 http://127.0.0.1:47115;" in policy
    assert "evil.example" not in page.text


ONLY_FROM_A_KNOWN_DEVICE = """
@id("wiki-from-a-known-device")
@title("The wiki is read from a known device")
@reason("It is for the company's own devices.")
@reason_de("Es ist für Geräte der Firma.")
@phase("devices")
forbid (principal, action, resource == App::"wiki")
unless { context.device.compliance == "compliant" && context.device.binding >= 1 };
"""


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[House]:
    """A Harbor whose wiki opens from a bound, healthy device alone."""

    def write(folder: Path) -> None:
        (folder / "policies" / "50-device.cedar").write_text(ONLY_FROM_A_KNOWN_DEVICE)
        (folder / "policies" / "tests.yaml").write_text("[]\n")

    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "strict", write)


async def test_at_its_end_a_navigation_proves_anew_on_its_way_and_everything_else_is_a_401(strict: House) -> None:
    browser = strict.browser()
    ida = await strict.member(browser, "Ida", "staff")
    laptop = new_agent(strict)
    await laptop.enrol(await devices_of(strict).token(ida, by="server"))
    await laptop.report()
    await browser.send("/devices/prove", proof=laptop.proof(await asked(browser)))
    there = await strict.into(browser, "wiki")
    assert (await there.get("/page")).status_code == 502  # let in; nothing listens behind it here
    strict.clock.forward(15 * MINUTE)
    await laptop.report()
    by_script = await there.get("/page", **{"sec-fetch-mode": "cors"})
    assert by_script.status_code == 401
    by_person = await there.get("/page", **{"sec-fetch-mode": "navigate"})
    assert by_person.status_code == 303
    step = await browser.get(by_person.headers["location"].removeprefix(ORIGIN))
    assert step.headers["location"] == "/devices/prove?app=wiki&to=%2Fpage"
    page = await browser.get(step.headers["location"])
    onward = "https://wiki.harbor.localhost/.limen/start?to=%2Fpage"
    assert f'data-onward="{onward}"' in page.text
    await browser.send("/devices/prove", proof=laptop.proof(await asked(browser)))
    assert (await there.get("/page")).status_code == 401  # this session's tie is over all the same
    again = await strict.into(browser, "wiki", "/page")
    assert (await again.get("/page")).status_code == 502


async def test_an_app_that_was_open_before_the_proof_is_asked_by_way_of_it(strict: House) -> None:
    browser = strict.browser()
    ida = await strict.member(browser, "Ida", "staff")
    there = await strict.into(browser, "wiki")
    laptop = new_agent(strict)
    await laptop.enrol(await devices_of(strict).token(ida, by="server"))
    await laptop.report()
    await browser.send("/devices/prove", proof=laptop.proof(await asked(browser)))
    answer = await there.get("/page", **{"sec-fetch-mode": "navigate"})
    step = await browser.get(answer.headers["location"].removeprefix(ORIGIN))
    assert step.headers["location"] == "/devices/prove?app=wiki&to=%2Fpage"
