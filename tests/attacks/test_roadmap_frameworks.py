"""Attacks on frameworks: by those without the role, by hostile ids, by names and markup in what others wrote."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from tests.attacks.test_roadmap_pages import EVIL, HOSTILE_IDS
from tests.web.roadmap.conftest import Rooms, house, rooms
from tests.web.roadmap.controls import control, people, unknown

from limen.roadmap.model import Phase
from limen.web.roadmap.frameworks import AT

__all__ = ["house", "rooms"]


async def test_neither_employees_nor_the_helpdesk_see_any_of_it(rooms: Rooms) -> None:
    rooms.show(control("I2", people("Mia", "Tom", met=1)))
    for name, groups in (("Mia", ("staff",)), ("Hal", ("staff", "helpdesk"))):
        browser = rooms.house.browser()
        await rooms.house.member(browser, name, *groups)
        for path in (AT, f"{AT}/insurer", f"{AT}/insurer/answers.csv"):
            answer = await browser.get(path)
            assert "/not-yet?decision=" in answer.headers.get("location", ""), (name, path)
            assert "1 of 2" not in answer.text


async def test_an_auditor_reads_and_takes_the_csv_along(rooms: Rooms) -> None:
    rooms.show(control("I2", people("Mia", "Tom", met=1)))
    hugo = rooms.house.browser()
    await rooms.house.member(hugo, "Hugo", "guests", "auditors")
    assert "1 of 2" in (await hugo.get(f"{AT}/insurer")).text
    assert "1 of 2" in (await hugo.get(f"{AT}/insurer/answers.csv")).text


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
async def test_a_framework_that_there_is_not_is_not_found(rooms: Rooms, hostile: str) -> None:
    rooms.show(control("I2", people("Mia")))
    for path in (f"{AT}/{hostile}", f"{AT}/{hostile}/answers.csv"):
        answer = await rooms.ada.get(path)
        assert answer.status_code in {400, 404}, path
        assert "x=1" not in answer.headers.get("set-cookie", "")


async def test_what_others_wrote_is_only_text_and_no_formula(rooms: Rooms) -> None:
    silent = control("N2", unknown(f"=cmd|'/c'!A1 {EVIL}"), phase=Phase.NETWORK, title=f"={EVIL}")
    rooms.show(silent, control("N3", unknown("\t@SUM(1)\x1b]0;x\x07"), phase=Phase.NETWORK))
    page = (await rooms.ada.get(f"{AT}/insurer")).text
    assert ("<img src=x" in page, "&lt;img src=x" in page) == (False, True)
    assert "\x1b" not in page
    text = (await rooms.ada.get(f"{AT}/insurer/answers.csv")).text
    assert "\x1b" not in text
    for row in csv.DictReader(StringIO(text, newline="")):
        assert not [cell for cell in row.values() if cell.lstrip().startswith(("=", "+", "-", "@"))]
