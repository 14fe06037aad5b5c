"""Forms with a file: bounded, ours alone, and nothing else."""

from __future__ import annotations

from tests.web.conftest import OUR_PAGE, Browser, House
from tests.web.console.conftest import Console

AT = "/console/people/import"
HEAD = b"name,email\n"


async def sent(console: Console, content: bytes, *, files: int = 1, **fields: str) -> int:
    await console.ada.get(AT)
    many = [("file", (f"{number}.csv", content, "text/csv")) for number in range(files)]
    form = {"csrf": console.ada.csrf, **fields}
    return (await console.ada.client.post(AT, data=form, files=many, headers=OUR_PAGE)).status_code


async def test_only_one_bounded_file_of_our_own_form_is_read(house: House, browser: Browser) -> None:
    console = Console(house, browser, await house.administrator(browser))
    assert await sent(console, HEAD) == 200
    assert await sent(console, HEAD, csrf="forged") == 403
    assert await sent(console, HEAD, files=2) == 400
    assert await sent(console, HEAD, **{f"x{number}": "" for number in range(9)}) == 400
    assert await sent(console, HEAD, name="x" * 20_000) == 400
    assert await sent(console, b"x" * (5 * 1024 * 1024 + 1)) == 400
    assert await sent(console, b"x" * (6 * 1024 * 1024)) == 413
    await console.ada.get(AT)
    assert (await console.ada.post(AT, file="name,email")).status_code == 400


async def test_a_stranger_is_turned_away_before_anything_is_read(house: House, browser: Browser) -> None:
    console = Console(house, browser, await house.administrator(browser))
    stranger = console.house.browser()
    there = await stranger.client.post(AT, files={"file": ("x", b"x" * 100_000)}, headers=OUR_PAGE)
    assert (there.status_code, there.headers["location"].partition("?")[0]) == (303, "/sign-in")
    elsewhere = await console.ada.post("/console/people/invite", name="x" * 100_000)
    assert elsewhere.status_code == 413
