"""Passwords that a thief of this company would try first, chosen where people choose them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.web.conftest import PASSWORD, Browser, House, move_in
from tests.web.portal.test_second_way import AT_PASSWORD, code_of, offered

WORDS = '\n[passwords]\nblocklist = ["kestrel", "quayside"]\n'


@pytest.fixture
async def mia(tmp_path: Path):  # type: ignore[no-untyped-def]
    from contextlib import AsyncExitStack

    def with_words(folder: Path) -> None:
        file = folder / "limen.toml"
        file.write_text(file.read_text() + WORDS)

    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", with_words)
        browser = house.browser()
        await house.member(browser, "Mia", "staff")
        yield house, browser


async def test_names_of_the_company_of_oneself_and_listed_words_are_no_password(mia: tuple[House, Browser]) -> None:
    house, browser = mia
    seed, ticket = offered((await browser.get(AT_PASSWORD)).text)
    for weak in ("Kestrel 27 Quayside", "mia@harbor.example", "Harbor-Mia-2026!", "Willkommen2026!", "qwertzuiop123"):
        refused = await browser.post(AT_PASSWORD, password=weak, code=code_of(house, seed), ticket=ticket)
        assert refused.status_code == 400, weak
        assert f'value="{weak}"' not in refused.text
    long = await browser.post(AT_PASSWORD, password="x" * 1_000_000, code=code_of(house, seed), ticket=ticket)
    assert long.status_code in {400, 413}
    done = await browser.post(AT_PASSWORD, password=PASSWORD, code=code_of(house, seed), ticket=ticket)
    assert done.status_code == 303
