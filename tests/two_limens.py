"""Two Limens at work over one database, and browsers that come to either with the same cookies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.sso.client import written
from tests.web.conftest import Browser, House, MovableClock, move_in

from limen.app import open_limen
from limen.clock import Milliseconds
from limen.company.load import load_company, load_settings


@dataclass
class TwoLimens:
    """Two workers of one machine: `here` was started first."""

    here: House
    there: House

    def at(self, house: House, browser: Browser, address: str = "203.0.113.7") -> Browser:
        """The same browser, whose requests come to this one."""
        other = house.browser(str(browser.client.base_url), address)
        other.client._cookies = browser.client._cookies
        return replace(other, passkey=browser.passkey, csrf=browser.csrf, base=browser.base)

    async def caught_up(self) -> None:
        """Both know what either has written so far."""
        for house in (self.here, self.there):
            await house.limen.core.feed.settled()


@asynccontextmanager
async def two_limens(
    folder: Path, where: str, also: Callable[[Path], object] = lambda _company: None, *, apart: Milliseconds = 0
) -> AsyncIterator[TwoLimens]:
    """Over the database at this URL. `also` writes more into their company folder; the clock of `there` is ahead by
    `apart`.
    """

    def over(company: Path) -> None:
        written(company)
        also(company)
        settings = company / "limen.toml"
        settings.write_text(f'{settings.read_text()}\n[database]\nurl = "{where}"\n')

    async with AsyncExitStack() as closing:
        here = await move_in(closing, folder / "harbor", over)
        root = here.limen.core.root
        clock = MovableClock(here.clock.now() + apart) if apart else here.clock
        limen = await open_limen(closing, load_settings(root), root, lambda: load_company(root), clock, worker=2)
        yield TwoLimens(here, House(limen, clock, closing))
