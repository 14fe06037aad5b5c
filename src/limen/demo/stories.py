"""What goes wrong at Harbor while a visitor looks at its console: five attacks, on people whom no visitor can be.

Each is played with what a real one would use: browsers, an agent's signed messages, requests at the doors. The rules
that come with Limen find them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from limen.demo.browser import TYPED, Browser, LoopError
from limen.demo.employees import Employee, NotDoneError
from limen.demo.laptops import Laptops
from limen.demo.running_company import RunningCompany
from limen.demo.watched import PAUSE_SECONDS, guess_passwords
from limen.ties import AT_THE_CHANGE
from limen.web.requests import SESSION_COOKIE

TRAVELLER, LISBON, SAO_PAULO = "yuki", "2001:db8:1::161", "2001:db8:2::177"
"""Who signs in from two continents within a minute. The addresses are for documentation (RFC 3849), and the demo's own
`places.mmdb` says that they are there."""
ROBBED, THIEF = "linh", "203.0.113.178"
SCANNED, LOG = "bram", "laptops"
TAKER, TAKEN = "stefan", 320
"""Who takes everything from the source code, and how many files: 300 within an hour are more than anybody needs."""
AT_ONCE: Final = 4
TRIES: Final = 3
FAILS: Final = (LoopError, NotDoneError, OSError, TimeoutError)
FOUND: Final = "/home/bram/Downloads/eicar.com: Win.Test.EICAR_HDB-1(44d88612fea8a8f36de82e1278abb02f:68) FOUND"
"""What clamd says of the file by which scanners are tested."""

Story = Callable[[RunningCompany, Laptops], Awaitable[object]]


async def tell(company: RunningCompany, laptops: Laptops) -> None:
    """One after the other, so that whoever looks at the console sees them come; what a busy machine let fail, again."""
    for story in STORIES:
        for _ in range(TRIES):
            try:
                await story(company, laptops)
                break
            except FAILS:
                await asyncio.sleep(PAUSE_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)


async def guess(company: RunningCompany, _laptops: Laptops) -> None:
    await guess_passwords(company)


async def find_a_virus(_company: RunningCompany, laptops: Laptops) -> None:
    """Bram's virus scanner finds something, and the agent on his laptop sends its log."""
    laptop = await laptops.of(SCANNED)
    await laptop.report()
    await laptop.send_log(LOG, [FOUND])


async def travel(company: RunningCompany, _laptops: Laptops) -> None:
    """Yuki signs in from Lisbon, and from São Paulo a moment later."""
    for address in (LISBON, SAO_PAULO):
        await _elsewhere(company, TRAVELLER, address).sign_in()


async def steal_a_cookie(company: RunningCompany, laptops: Laptops) -> None:
    """Somebody has copied the cookie of Linh's session, and not what ties it to her laptop."""
    linh = company.employees[ROBBED]
    await linh.sign_in()
    laptop = await laptops.of(ROBBED)
    await laptop.report()
    await laptop.prove(linh)
    await asyncio.sleep(AT_THE_CHANGE / 1_000 + 1)
    home = company.limen.settings.public_url
    cookies = dict(one.split("=", 1) for one in linh.browser.cookies_for(home.partition("://")[2]).split("; "))
    sent = {"Cookie": f"{SESSION_COOKIE}={cookies[SESSION_COOKIE]}", "User-Agent": "Someone else's laptop", **TYPED}
    await company.network.browser(THIEF).request("GET", f"{home}/devices", sent)


async def take_everything(company: RunningCompany, _laptops: Laptops) -> None:
    """Stefan takes the archives of the source code, one after the other."""
    stefan = company.employees[TAKER]
    await stefan.browser.open(company.url("git", "/"))
    turns = asyncio.Semaphore(AT_ONCE)

    async def take(number: int) -> None:
        async with turns:
            with suppress(*FAILS):
                await stefan.browser.request("GET", company.url("git", f"/archive/{number}.tar.gz"), TYPED)

    async with asyncio.TaskGroup() as group:
        for number in range(TAKEN):
            group.create_task(take(number))


def _elsewhere(company: RunningCompany, who: str, address: str) -> Employee:
    """Somebody at another browser, with their own passkey."""
    known = company.employees[who]
    browser: Browser = company.network.browser(address)
    found = Employee(known.who, browser, known.home, known.now)
    found.passkey = known.passkey
    return found


STORIES: Final[tuple[Story, ...]] = (guess, find_a_virus, take_everything, steal_a_cookie, travel)
"""The journey comes last: of whom the process that watches has not been told yet, it follows nobody."""
