"""Back in by a code from paper, codes shown once, and a second device, in the pages."""

from __future__ import annotations

import re

from tests.web.conftest import Browser, House

from limen.clock import MINUTE
from limen.demo.software_passkey import SoftwarePasskey
from limen.identity.recovery import HOW_MANY

CODE = re.compile(r"<li><code>([^<]+)</code>")
MIA = "mia@harbor.example"


async def made(browser: Browser) -> list[str]:
    await browser.get("/passkeys")
    page = await browser.post("/passkeys/codes")
    assert page.status_code == 200, page.headers
    return CODE.findall(page.text)


async def test_codes_are_shown_once_and_can_be_saved_without_a_script(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    codes = await made(browser)
    assert len(codes) == HOW_MANY
    page = (await browser.get("/passkeys")).text
    assert "10 left" in page
    assert codes[0] not in page
    file = await browser.post("/passkeys/codes/file", code=codes[0])
    assert file.headers["content-disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert codes[0] in file.text
    assert "<script" not in (await browser.post("/passkeys/codes/file", code="<script>")).text
    house.clock.forward(11 * MINUTE)
    assert (await browser.post("/passkeys/codes")).headers["location"].startswith("/step-up?app=limen&to=%2Fgo-on")
    assert (await browser.post("/passkeys/second")).headers["location"].startswith("/step-up?app=limen&to=%2Fgo-on")


async def test_a_code_opens_the_page_that_makes_a_passkey_and_leads_on_to_the_lost_one(
    house: House, browser: Browser
) -> None:
    await house.member(browser, "Mia", "staff")
    code = (await made(browser))[0]
    there = house.browser(address="198.51.100.4")
    assert "I lost my device" in (await there.get("/sign-in")).text
    await there.get("/lost-device")
    wrong = await there.post("/lost-device", email="nobody@harbor.example", code=code)
    other = await there.post("/lost-device", email=MIA, code="0000-0000-0000-0000")
    assert wrong.status_code == other.status_code == 400
    assert wrong.text.replace("nobody@harbor.example", MIA) == other.text
    page = (await there.post("/lost-device", email=MIA, code=code)).text
    assert "password and a code" not in page
    assert "Welcome back" in page
    assert "Welcome to" not in page
    assert "__Host-limen" not in {cookie.name for cookie in there.client.cookies.jar}
    token = re.search(r'name="token" value="([^"]+)"', page)[1]  # type: ignore[index]
    options = (await there.send("/enrol/options", token=token)).json()["options"]
    done = await there.send("/enrol/passkey", token=token, credential=there.passkey.create(options))
    assert done.json() == {"location": "/passkeys?done=back"}
    old = re.findall(r"/passkeys/([^/]+)/lost", (await there.get("/passkeys?done=back")).text)
    gone = [await there.post(f"/passkeys/{key}/lost") for key in old]
    assert sorted(one.status_code for one in gone) == [303, 400]  # the one that was just used stays
    assert (await browser.get("/")).headers["location"].startswith("/sign-in")


async def test_a_second_device_makes_its_own_passkey_by_the_link(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    await browser.get("/passkeys")
    page = await browser.post("/passkeys/second")
    assert 'class="qr"' in page.text
    assert "style=" not in page.text
    token = re.search(r"/enrol#([\w-]+)", page.text)[1]  # type: ignore[index]
    phone = house.browser(address="198.51.100.4")
    phone.passkey = SoftwarePasskey(origin=browser.passkey.origin)
    await phone.get("/enrol")
    opened = await phone.post("/enrol", token=token)
    assert opened.status_code == 200
    options = (await phone.send("/enrol/options", token=token)).json()["options"]
    done = await phone.send("/enrol/passkey", token=token, credential=phone.passkey.create(options))
    assert done.json() == {"location": "/"}
