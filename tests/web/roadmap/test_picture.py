"""The picture of the roadmap: four phases, and what is unknown said as such."""

from __future__ import annotations

import re

from tests.web.roadmap.conftest import Rooms
from tests.web.roadmap.controls import TUESDAY, control, measured, people, unknown

from limen.clock import MINUTE
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.model import Part, Phase, Row
from limen.web.roadmap.picture import columns_of, line_of

AT = "/console/roadmap"


def of(page: str, control_id: str) -> str:
    """What the picture says of a control."""
    return page.partition(f'<li id="{control_id}">')[2].partition("</li>")[0]


async def test_every_control_is_measured_and_leads_to_its_page(rooms: Rooms) -> None:
    page = (await rooms.ada.get(AT)).text
    assert page.count('<section class="phase') == len(Phase)
    for one in CONTROLS:
        assert of(page, one.id), one.id
        assert (await rooms.ada.get(f"{AT}/{one.id}")).status_code == 200, one.id


async def test_unknown_is_neither_nothing_nor_all(rooms: Rooms) -> None:
    rooms.show(
        control("N1", unknown("connect <b>it</b>"), phase=Phase.NETWORK),
        control("N2", Part("nothing", ()), phase=Phase.NETWORK),
        control("N3", people("Mia", met=1), unknown(), phase=Phase.NETWORK),
    )
    page = (await rooms.ada.get(AT)).text
    for one in ("N1", "N2", "N3"):
        said = re.sub(r"<[^>]*>", " ", of(page, one))
        assert "Unknown" in said, one
        assert "%" not in said, one
        assert "1 of 1" not in said, one
    assert "connect &lt;b&gt;it" in of(page, "N1")
    assert re.search(r"<strong class=\"number\">0 of 3</strong>.*3</span> are unknown", page)


async def test_three_steps_come_first_and_nobody_is_named(rooms: Rooms) -> None:
    ids = ("I1", "I2", "I3", "I4")
    apps = Part("apps", (Row("wiki", "Wiki", False),))
    rooms.show(*(control(one, people("Mia", "Tom", met=1)) for one in ids), control("P1", apps, phase=Phase.DATA))
    page = (await rooms.ada.get(AT)).text
    steps = page.partition('id="steps"')[2].partition("</section>")[0]
    assert steps.count("<li>") == 3
    assert not [name for name in ("Mia", "Tom") if name in page.partition("<main")[2]]


async def test_it_says_when_it_was_measured_and_measures_again(rooms: Rooms) -> None:
    rooms.show(control("I1", people("Mia")))
    page = (await rooms.ada.get(AT)).text
    assert of(page, "I1")
    rooms.house.clock.forward(MINUTE)
    done = await rooms.ada.post(f"{AT}/measure")
    assert done.headers["location"] == f"{AT}?done=measured"
    page = (await rooms.ada.get(AT)).text
    assert (of(page, "I1") == "", bool(of(page, "I2"))) == (CONTROLS[0].id != "I1", True)
    assert 'role="status"' in (await rooms.ada.get(f"{AT}?done=measured")).text


async def test_without_a_measurement_the_next_step_is_said(rooms: Rooms) -> None:
    from limen.web.roadmap import latest as module

    async def nothing(*_: object) -> None:
        return None

    module.Latest.measured, before = nothing, module.Latest.measured  # type: ignore[assignment, method-assign]
    try:
        page = (await rooms.ada.get(AT)).text
        assert 'class="empty"' in page
        assert "limen roadmap" in page
        assert (await rooms.ada.get(f"{AT}/I2")).status_code == 404
    finally:
        module.Latest.measured = before  # type: ignore[method-assign]


def test_a_column_counts_what_is_met_and_knows_its_plan() -> None:
    found = measured(1_000, [control("I1", people("Mia", met=1)), control("I2", people("Mia"))])
    columns = columns_of(found, [*found.shown], TUESDAY)
    assert [(one.phase, one.met, len(one.lines)) for one in columns][:2] == [
        (Phase.IDENTITY, 1, 2),
        (Phase.DEVICES, 0, 0),
    ]
    assert all(one.planned is not None and one.planned.phase is one.phase for one in columns)
    assert line_of(found.shown[1], TUESDAY).figure == "0 of 1"
