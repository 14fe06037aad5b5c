"""My passkeys: added, named, removed, never the last way in, and only with a fresh proof."""

from __future__ import annotations

import re

from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import MINUTE
from limen.demo.software_passkey import SoftwarePasskey


async def _ids(browser: Browser) -> list[str]:
    return re.findall(r"/passkeys/([^/]+)/remove", (await browser.get("/passkeys")).text)


async def _add(browser: Browser) -> SoftwarePasskey:
    second = SoftwarePasskey(origin=ORIGIN)
    await browser.get("/passkeys")
    options = (await browser.send("/passkeys/options")).json()["options"]
    done = await browser.send("/passkeys/add", credential=second.create(options))
    assert done.json() == {"location": "/passkeys?done=added"}
    return second


async def test_a_second_passkey_is_added_named_and_signs_in(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    second = await _add(browser)
    ids = await _ids(browser)
    assert len(ids) == 2
    named = await browser.post(f"/passkeys/{ids[0]}/rename", name="Blue <key>")
    assert named.headers["location"] == "/passkeys?done=renamed"
    assert "Blue &lt;key&gt;" in (await browser.get("/passkeys")).text
    browser.client.cookies.delete("__Host-limen")
    browser.passkey = second
    assert (await browser.sign_in()).status_code == 200


async def test_the_last_passkey_stays_and_the_page_says_why(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    only = (await _ids(browser))[0]
    refused = await browser.post(f"/passkeys/{only}/remove")
    assert refused.status_code == 400
    assert "only remaining way to sign in" in refused.text
    assert await _ids(browser) == [only]


async def test_one_of_two_can_go(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    await _add(browser)
    ids = await _ids(browser)
    assert (await browser.post(f"/passkeys/{ids[1]}/remove")).status_code == 303
    assert await _ids(browser) == ids[:1]


async def test_after_ten_minutes_a_fresh_proof_is_asked_for(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    only = (await _ids(browser))[0]
    house.clock.forward(11 * MINUTE)
    asked = (await browser.send("/passkeys/options")).json()
    assert asked == {"location": "/step-up?app=limen&to=%2Fpasskeys%3Fproved%3Dagain"}
    removed = await browser.post(f"/passkeys/{only}/remove")
    assert removed.headers["location"].startswith("/step-up?app=limen&to=%2Fgo-on%3Fform%3D")
    done = await browser.step_up("limen", "/passkeys")
    assert done.json() == {"location": "/passkeys"}
    await browser.get("/passkeys")
    assert "options" in (await browser.send("/passkeys/options")).json()


async def test_somebody_elses_passkey_is_out_of_reach(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    theirs = (await _ids(browser))[0]
    other = house.browser(address="198.51.100.5")
    await house.member(other, "Otto", "staff")
    await other.get("/passkeys")
    for path in (f"/passkeys/{theirs}/remove", f"/passkeys/{theirs}/rename"):
        assert (await other.post(path, name="mine")).status_code == 400
    assert await _ids(browser) == [theirs]


async def test_a_passkey_that_does_not_say_what_made_it_is_of_an_unknown_model(house: House, browser: Browser) -> None:
    await house.member(browser, "Ben", "staff")
    page = (await browser.get("/passkeys", **{"accept-language": "de"})).text
    assert page.count("Unbekanntes Modell") == 1
    assert "Bestätigt" not in page
