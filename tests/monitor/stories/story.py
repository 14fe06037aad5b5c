"""Stories of attacks, told from end to end: a whole Harbor, the real process that watches, and the rules that come with
Limen. What a story waits for is what people feel: that the next request is answered otherwise.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pyotp
import pytest
from tests.mmdb import SAO_PAULO, VIENNA, write_mmdb
from tests.monitor.houses import until, watch_of
from tests.monitor.over_harbor import alerts_of, risk_of
from tests.web.conftest import Browser, House, move_in

from limen.clock import Instant, Milliseconds, SystemClock
from limen.monitor.alerts.model import Alert
from limen.monitor.alerts.service import WholeCase
from limen.monitor.detections.own_rules import own_rules, shown_rules
from limen.monitor.detections.travel.travel import ABOUT as TRAVEL
from limen.monitor.detections.usual.about import COUNTS
from limen.monitor.knowing import Knowing
from limen.monitor.monitor_file import INITIAL

HOME, ABROAD = "203.0.113.7", "198.51.100.20"
WITHIN_SECONDS = 30.0
"""From what happens to the answer that is another. On a machine of its own it is less than 2 s; ours has much to do."""
SOURCES = """
sources:
  laptops: {kind: clamav, comes: agent, files: [%s]}
  servers: {kind: syslog, comes: tcp, addresses: [127.0.0.0/16]}
places:
  databases: [city.mmdb]
"""
NAMES = {
    TRAVEL.id: "travel",
    COUNTS["downloads"].id: "many-downloads",
    **{rule.id: rule.about.file for rule in shown_rules(own_rules())},
}
"""Rules by the file they are in."""


def watched(folder: Path) -> None:
    """As `limen init` writes `monitor.yaml`, with a laptop's logs, a server's and places."""
    write_mmdb(folder / "city.mmdb", {"203.0.113.0/24": VIENNA, "198.51.100.0/24": SAO_PAULO})
    (folder / "monitor.yaml").write_text(INITIAL + SOURCES % (folder.parent / "log"))
    settings = folder / "limen.toml"
    settings.write_text(settings.read_text() + '\n[monitor]\nsyslog_tcp = "127.0.0.1:0"\n')


async def opened(
    closing: AsyncExitStack, folder: Path, at: Instant = 0, write: Callable[[Path], object] = watched
) -> House:
    """Harbor, watched, at this instant; now for 0."""
    house = await move_in(closing, folder, write)
    house.clock.forward((at or SystemClock().now()) - house.clock.now())
    async with asyncio.timeout(60):
        await watch_of(house).supervision.ready()
    await until(lambda: watch_of(house).supervision.health is not None, 30)
    await asyncio.sleep(0.5)  # what it has to know of people and places is given to it meanwhile
    return house


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await opened(closing, tmp_path / "harbor")


async def forward(house: House, by: Milliseconds) -> None:
    """Set Harbor's clock forward; the process that watches, which has a clock of its own, is heard again then."""
    house.clock.forward(by)
    await until(lambda: risk_of(house).is_watching, 30)


async def look_again(house: House) -> None:
    """As once a minute: the process that watches is told of people and places, and has heard of them."""
    await house.limen.core.offers.take(Knowing).look_again()
    supervision = watch_of(house).supervision
    for _ in range(3):  # what it says of itself does not wait for what it is told
        before = supervision.health
        await until(lambda before=before: supervision.health is not before, 30)


async def within(what: str, holds: Callable[[], Awaitable[object]], seconds: float = WITHIN_SECONDS) -> None:
    """Return as soon as it is so; the time that it took is printed."""
    began = time.monotonic()
    while not await holds():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        await asyncio.sleep(0.05)
    print(f"{what}: {(time.monotonic() - began) * 1_000:.0f} ms")


async def alerts(house: House) -> dict[str, Alert]:
    """Those that are open, by the file of their rule."""
    cases = await alerts_of(house).cases()
    return {NAMES.get(one.rule, one.rule): one for case in cases for one in case.alerts if one.is_open}


async def alerted(house: House, name: str) -> Alert:
    """The alert of this rule, once it is there."""

    async def is_there() -> bool:
        return name in await alerts(house)

    try:
        await within(name, is_there)
    except AssertionError as error:
        raise AssertionError(f"{error}; there is {sorted(await alerts(house))}") from None
    return (await alerts(house))[name]


async def case_of(house: House, alert: Alert) -> WholeCase:
    return await alerts_of(house).case(alert.case_id)


async def enrolled_with_password(house: House, browser: Browser, name: str, password: str) -> str:
    """Somebody of the staff with a password and a code, through the pages; returns the seed of the code."""
    token = (await house.invite(name, "staff")).token.reveal()
    await browser.get("/enrol")
    await browser.post("/enrol", token=token)
    page = (await browser.post("/enrol/code", token=token)).text
    seed = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)
    assert seed
    assert ticket
    found = seed[1].replace(" ", "")
    done = await browser.post(
        "/enrol/password", token=token, ticket=ticket[1], password=password, code=code(house, found)
    )
    assert done.status_code == 303, done.text
    return found


def code(house: House, seed: str) -> str:
    return pyotp.TOTP(seed).generate_otp(house.clock.now() // 30_000)


async def add_passkey(browser: Browser) -> None:
    await browser.get("/passkeys")
    options = (await browser.send("/passkeys/options")).json()["options"]
    done = await browser.send("/passkeys/add", credential=browser.passkey.create(options))
    assert done.status_code == 200, done.text


async def sign_in_with_password(browser: Browser, email: str, password: str, code: str = "000000") -> int:
    """The status of the answer: 303 is in."""
    await browser.get("/sign-in")
    return (await browser.post("/sign-in", email=email, password=password, code=code)).status_code


async def signs_in(house: House, browser: Browser) -> Browser:
    """The same person with the same passkey, in a browser that was closed meanwhile."""
    again = house.browser()
    again.passkey = browser.passkey
    assert (await again.sign_in()).status_code == 200
    return again


async def asked_for_passkey(there: Browser) -> bool:
    """Whether the next look at this app is answered by asking for a passkey."""
    answer = await there.client.get("/", headers={"sec-fetch-mode": "navigate"})
    return answer.status_code in {302, 303} and "/step-up" in answer.headers["location"]


async def is_let_in(there: Browser) -> bool:
    """Whether the app behind is asked, which is not there in these stories."""
    return (await there.client.get("/", headers={"sec-fetch-mode": "navigate"})).status_code == 502
