"""The pictures of the README, made anew from the running demo: `python -m tools.pictures`. It wants Chromium."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.async_api import FloatRect, Page, async_playwright

from limen.demo.harbor import copy_to
from limen.demo.open_demo import Opened, opened_harbor

FOLDER: Final = Path(__file__).parents[1] / "docs" / "images"
MOST_BYTES: Final = 150_000
WIDTH, HEIGHT, MARGIN = 1120, 900, 24
_FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


async def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is not installed: apt-get install chromium", file=sys.stderr)
        return 1
    with TemporaryDirectory(prefix="harbor-") as folder:
        copy_to(Path(folder), prefer_usual_ports=True)
        async with opened_harbor(Path(folder)) as harbor, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=list(_FLAGS))
            page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
            size = await two_minutes(harbor, page)
            await browser.close()
    if size > MOST_BYTES:
        print(f"two-minutes.png has {size} bytes, more than {MOST_BYTES}", file=sys.stderr)
        return 1
    return 0


async def two_minutes(harbor: Opened, page: Page) -> int:
    """The finance lead whose sign-in got too old: the app and the decision beside it. Returns its bytes."""
    await page.goto(harbor.url)
    for button, effect in (("Be the finance lead", "Permitted"), ("Five hours later", "Challenged")):
        await page.get_by_role("button", name=button, exact=True).click()
        await page.locator(".verdict .turned .effect").last.get_by_text(effect).wait_for()
    await page.mouse.move(0, 0)
    bounds = await page.locator("#answer").bounding_box()
    if bounds is None:
        raise SystemExit("the answer is not on the page")
    clip = FloatRect(
        x=bounds["x"] - MARGIN,
        y=bounds["y"] + await page.evaluate("scrollY") - MARGIN,
        width=bounds["width"] + 2 * MARGIN,
        height=bounds["height"] + 2 * MARGIN,
    )
    picture = await page.screenshot(path=FOLDER / "two-minutes.png", full_page=True, clip=clip)
    return len(picture)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
