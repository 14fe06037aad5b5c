"""The pages of frameworks: each answer leads to its controls, and what is unknown, unchecked or open is said."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from io import StringIO

import pytest
from tests.web.roadmap.conftest import Rooms
from tests.web.roadmap.controls import control, people, unknown

from limen.clock import DAY
from limen.roadmap import store
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.frameworks.questionnaire import Reply
from limen.roadmap.frameworks.reading import frameworks
from limen.roadmap.holding import Standing
from limen.roadmap.model import Phase
from limen.web.roadmap import frameworks as pages
from limen.web.roadmap.frameworks import AT, MARKS

ROADMAP = "/console/roadmap"


def item(page: str, item_id: str) -> str:
    """What the page says of an item."""
    return page.partition(f'<li id="{item_id}">')[2].partition("</li>")[0]


def count(page: str, framework_id: str) -> list[int]:
    row = page.partition(f'href="{AT}/{framework_id}"')[2].partition("</tr>")[0]
    return [int(one) for one in re.findall(r'class="number">(\d+)<', row)]


def show_closed(rooms: Rooms) -> None:
    """Two controls that are closed, one that misses a row, and one that nobody knows of."""
    found = rooms.show(
        control("I1", people("Mia", "Tom", met=2)),
        control("I8", people("Mia", "Tom", met=2)),
        control("D1", people("Mia", "Tom", met=1), phase=Phase.DEVICES),
        control("N2", unknown("connect Mia's firewall"), phase=Phase.NETWORK),
    )
    closed = {"I1", "I8"}
    at = rooms.house.clock.now() - DAY
    rooms.job.newest = replace(
        found,
        shown=tuple(
            replace(one, standing=Standing(one.control.id, closed_at=at)) if one.control.id in closed else one
            for one in found.shown
        ),
    )


async def test_the_roadmap_leads_to_each_framework_with_its_counts(rooms: Rooms) -> None:
    show_closed(rooms)
    assert f'href="{AT}"' in (await rooms.ada.get(ROADMAP)).text
    page = (await rooms.ada.get(AT)).text
    for one in frameworks():
        items, met, measured, planned, open_, yes = count(page, one.id)
        assert items == met + measured + planned + open_ == len(list(one.items))
        assert yes <= met
        assert (await rooms.ada.get(f"{AT}/{one.id}")).status_code == 200
    assert count(page, "insurer")[-1] == 1


async def test_each_answer_says_why_and_leads_to_its_controls(rooms: Rooms) -> None:
    show_closed(rooms)
    page = (await rooms.ada.get(f"{AT}/insurer")).text
    for item_id, reply in (
        ("unique-accounts", Reply.YES),
        ("inventory", Reply.PARTLY),
        ("firewalls", Reply.NO),
        ("backups", Reply.OPEN),
    ):
        assert f"</svg>{MARKS[reply].word}</span>" in item(page, item_id), item_id
    assert f'href="{ROADMAP}/I8"' in item(page, "unique-accounts")
    assert "1 of 2" in item(page, "inventory")
    assert "connect" in item(page, "firewalls")
    assert f'href="{ROADMAP}/N3"' not in item(page, "firewalls"), "it is not measured, so it has no page"
    assert (await rooms.ada.get(f"{ROADMAP}/D1")).status_code == 200


async def test_what_is_unchecked_is_said(rooms: Rooms) -> None:
    show_closed(rooms)
    for one in frameworks():
        page = (await rooms.ada.get(f"{AT}/{one.id}")).text
        assert ('class="notice heed"' in page.partition('id="source"')[2].partition("</section>")[0]) is (
            one.is_unchecked
        ), one.id
        assert one.mapped.isoformat() in page


@pytest.mark.parametrize("reply", Reply)
async def test_one_kind_of_answer_is_shown(rooms: Rooms, reply: Reply) -> None:
    show_closed(rooms)
    page = (await rooms.ada.get(f"{AT}/insurer?show={reply}")).text
    shown = re.findall(r"</svg>(\w+)</span></li>", page)
    assert set(shown) == {MARKS[reply].word}


async def test_where_nothing_is_answered_so_the_page_says_it(rooms: Rooms) -> None:
    rooms.show()
    page = (await rooms.ada.get(f"{AT}/nis2?show=yes")).text
    assert 'class="empty"' in page
    assert "<li id=" not in page
    assert (await rooms.ada.get(f"{AT}/nis2?show=%3Cscript%3E")).text.count("<li id=") == 10


async def test_with_nothing_measured_there_is_no_yes(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> tuple[dict[str, object], int]:
        return {}, 0

    monkeypatch.setattr(pages, "_shown", nothing)
    page = (await rooms.ada.get(AT)).text
    assert 'class="empty"' in page
    assert all(count(page, one.id)[1] == count(page, one.id)[-1] == 0 for one in frameworks())
    assert "</svg>Yes</span></li>" not in (await rooms.ada.get(f"{AT}/insurer")).text


async def test_an_exception_changes_no_answer_and_is_counted(rooms: Rooms) -> None:
    show_closed(rooms)
    before = item((await rooms.ada.get(f"{AT}/insurer")).text, "inventory")
    now = rooms.house.clock.now()
    one = RoadmapException("rx_1", "D1", "p_Tom", "it is lent out", "it is watched", now + DAY, rooms.ada_id, now)
    rooms.house.limen.database.write(lambda transaction: store.except_(transaction.connection, one))
    after = item((await rooms.ada.get(f"{AT}/insurer")).text, "inventory")
    assert ("excepted" in before, "1 excepted" in after) == (False, True)
    assert MARKS[Reply.PARTLY].word in after


async def test_the_csv_has_every_item_and_nobodys_name(rooms: Rooms) -> None:
    await rooms.house.member(rooms.house.browser(), "Mia", "staff")
    show_closed(rooms)
    answer = await rooms.ada.get(f"{AT}/insurer/answers.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="limen-insurer.csv"' in answer.headers["content-disposition"]
    rows = {one["item"]: one for one in csv.DictReader(StringIO(answer.text))}
    assert rows["unique-accounts"]["answer"] == "yes"
    assert "connect" in rows["firewalls"]["said"]
    for text in (answer.text, (await rooms.ada.get(f"{AT}/insurer")).text.partition("<main")[2]):
        assert "Mia" not in text
        assert "Tom" not in text
