"""Attacks on the pages of the roadmap: by those without the role, by hostile ids, and by names that are markup."""

from __future__ import annotations

import re

import pytest
from tests.web.conftest import OUR_PAGE
from tests.web.roadmap.conftest import Rooms, house, rooms
from tests.web.roadmap.controls import control, people
from tests.web.roadmap.test_excepting import AT, ONE, SAID, kept

from limen.roadmap.model import Part, Row

__all__ = ["house", "rooms"]
EVIL = "<img src=x onerror=alert(1)>\"'&"
HOSTILE_IDS = (
    "nothing",
    "i2",
    "I2%00",
    "..%2f..%2fpeople",
    "I2%0d%0aset-cookie:x=1",
    "<script>",
    "I2'--",
    "%F0%9F%92%A3",
)


async def test_employees_see_none_of_it(rooms: Rooms) -> None:
    rooms.show(control(ONE, people("Mia", "Tom", met=1)))
    mia = rooms.house.browser()
    await rooms.house.member(mia, "Mia", "staff")
    await mia.get("/passkeys")
    for path in ("/console/roadmap", AT, f"{AT}/rows.csv", f"{AT}/rows.csv?names=1"):
        answer = await mia.get(path)
        assert "/not-yet?decision=" in answer.headers.get("location", ""), path
        assert "Tom" not in answer.text
    for path in ("/console/roadmap/measure", f"{AT}/exceptions", f"{AT}/exceptions/rx_1/end"):
        assert "/not-yet?decision=" in (await mia.post(path, row="p_Tom", **SAID)).headers["location"], path
    assert kept(rooms) == []


async def test_an_auditor_reads_and_changes_nothing(rooms: Rooms) -> None:
    rooms.show(control(ONE, people("Mia", "Tom", met=1)))
    hugo = rooms.house.browser()
    await rooms.house.member(hugo, "Hugo", "guests", "auditors")
    page = (await hugo.get(f"{AT}?row=p_Tom")).text
    assert "Tom" in page
    assert f"{AT}/exceptions" not in page
    assert "/roadmap/measure" not in (await hugo.get("/console/roadmap")).text
    await hugo.get("/passkeys")
    for path in ("/console/roadmap/measure", f"{AT}/exceptions", f"{AT}/exceptions/rx_1/end"):
        assert "/not-yet?decision=" in (await hugo.post(path, row="p_Tom", **SAID)).headers["location"], path
    assert kept(rooms) == []


async def test_no_form_is_taken_from_another_site(rooms: Rooms) -> None:
    rooms.show(control(ONE, people("Mia", "Tom", met=1)))
    await rooms.ada.get(AT)
    for path in ("/console/roadmap/measure", f"{AT}/exceptions", f"{AT}/exceptions/rx_1/end"):
        sent = {"csrf": rooms.ada.csrf, "row": "p_Tom", **SAID}
        foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        assert (await rooms.ada.client.post(path, data=sent, headers=foreign)).status_code == 403
        assert (await rooms.ada.client.post(path, data={**sent, "csrf": "A" * 43}, headers=OUR_PAGE)).status_code == 403
    assert kept(rooms) == []


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
async def test_a_control_that_there_is_not_is_not_found(rooms: Rooms, hostile: str) -> None:
    rooms.show(control(ONE, people("Mia")))
    await rooms.ada.get(AT)
    for path in (f"/console/roadmap/{hostile}", f"/console/roadmap/{hostile}/rows.csv"):
        answer = await rooms.ada.get(path)
        assert answer.status_code in {400, 404}, path
        assert "set-cookie" not in answer.headers or "x=1" not in answer.headers["set-cookie"]
    for path in (f"/console/roadmap/{hostile}/exceptions", f"/console/roadmap/{hostile}/exceptions/rx_1/end"):
        assert (await rooms.ada.post(path, row="", **SAID)).status_code in {400, 404}, path
    done = await rooms.ada.post(f"{AT}/exceptions/{hostile}/end")
    assert done.status_code in {400, 404} or done.headers["location"] == f"{AT}?done=gone"
    assert kept(rooms) == []


async def test_an_exception_of_another_control_is_not_ended_here(rooms: Rooms) -> None:
    rooms.show(control(ONE, people("Mia")), control("X9", people("Mia")))
    await rooms.ada.get(AT)
    await rooms.ada.post(f"{AT}/exceptions", row="p_Mia", **SAID)
    (one,) = kept(rooms)
    await rooms.ada.post(f"/console/roadmap/X9/exceptions/{one.id}/end")
    assert kept(rooms)[0].ended_at == 0


async def test_names_full_of_markup_are_only_text(rooms: Rooms) -> None:
    rows = (
        Row(EVIL, EVIL, False, EVIL, "javascript:alert(1)"),
        Row("x", EVIL, True, "", "//evil.example"),
        Row("y", "y", False, "", f"/console/people/{EVIL}"),
    )
    rooms.show(control(ONE, Part(EVIL, rows, missing=""), title=EVIL, how=EVIL, page="javascript:alert(1)"))
    for path in ("/console/roadmap", AT, f"{AT}?row={EVIL.replace('&', '%26').replace(' ', '%20')}"):
        page = (await rooms.ada.get(path)).text
        assert "<img src=x" not in page
        assert not re.search(r'href="(?!/|\?|#)|\sstyle=|\son[a-z]+="', page)
    done = await rooms.ada.post(f"{AT}/exceptions", **{**SAID, "row": EVIL, "why": f"{EVIL} and more"})
    assert done.status_code == 303
    page = (await rooms.ada.get(AT)).text
    assert ("<img src=x" in page, "&lt;img src=x" in page) == (False, True)
