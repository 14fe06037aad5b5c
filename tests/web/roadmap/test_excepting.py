"""Excepting a row or a whole control: with a proof, a reason and an end; and ending it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from tests.web.roadmap.conftest import Rooms
from tests.web.roadmap.controls import control, people

from limen.clock import DAY, MINUTE
from limen.roadmap import store
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.exceptions import RoadmapException

ONE = CONTROLS[0].id
AT = f"/console/roadmap/{ONE}"
SAID = {"why": "She is on a ship", "compensation": "Her account sleeps", "days": "30"}


def kept(rooms: Rooms) -> list[RoadmapException]:
    return rooms.house.limen.database.read(lambda snapshot: store.exceptions(snapshot.connection))


@pytest.fixture
async def ready(rooms: Rooms) -> Rooms:
    rooms.show(control(ONE, people("Mia", "Tom", met=1)))
    await rooms.ada.get(AT)
    return rooms


async def test_a_row_is_excepted_shown_and_ended(ready: Rooms) -> None:
    page = (await ready.ada.get(f"{AT}?row=p_Tom")).text
    assert 'name="row" value="p_Tom"' in page
    done = await ready.ada.post(f"{AT}/exceptions", row="p_Tom", **SAID)
    assert done.headers["location"] == f"{AT}?done=excepted"
    (one,) = kept(ready)
    assert (one.control, one.row_id, one.decided_by) == (ONE, "p_Tom", ready.ada_id)
    assert one.until - one.decided_at == 30 * DAY
    page = (await ready.ada.get(AT)).text
    assert [name for name, text in SAID.items() if text in page][:2] == ["why", "compensation"]
    assert "1 of 2" in page, "the figure stays"
    assert "1 excepted" in (await ready.ada.get("/console/roadmap")).text
    (event,) = ready.house.events("roadmap.excepted")
    assert (event.actor, event.details["control"]) == (ready.ada_id, ONE)
    done = await ready.ada.post(f"{AT}/exceptions/{one.id}/end")
    assert done.headers["location"] == f"{AT}?done=ended"
    assert len(ready.house.events("roadmap.exception_ended")) == 1
    done = await ready.ada.post(f"{AT}/exceptions/{one.id}/end")
    assert done.headers["location"] == f"{AT}?done=gone"


async def test_a_whole_control_is_left_out_for_longer_and_is_no_step_any_more(ready: Rooms) -> None:
    assert 'id="steps"' in (await ready.ada.get("/console/roadmap")).text
    done = await ready.ada.post(f"{AT}/exceptions", **{**SAID, "row": "", "days": "365"})
    assert done.headers["location"] == f"{AT}?done=excepted"
    assert kept(ready)[0].row_id == ""
    assert 'id="steps"' not in (await ready.ada.get("/console/roadmap")).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"why": "short"},
        {"compensation": " " * 40},
        {"why": "x" * 301},
        {"days": "0"},
        {"days": "91"},
        {"days": "-5"},
        {"days": "soon"},
        {"row": "p_Mia"},
        {"row": "p_Nobody"},
        {"row": "x" * 300},
        {"row": "", "days": "367"},
    ],
)
async def test_what_is_unfit_is_refused_and_what_was_typed_stays(ready: Rooms, wrong: dict[str, str]) -> None:
    done = await ready.ada.post(f"{AT}/exceptions", **{"row": "p_Tom", **SAID, **wrong})
    assert done.status_code == 400
    assert kept(ready) == []
    assert ready.house.events("roadmap.excepted") == []
    assert {**SAID, **wrong}["compensation"].strip() in done.text


async def test_nothing_is_excepted_twice(ready: Rooms) -> None:
    for status in (303, 400):
        assert (await ready.ada.post(f"{AT}/exceptions", row="p_Tom", **SAID)).status_code == status
    assert len(kept(ready)) == 1


async def test_it_needs_a_young_proof_and_the_form_is_kept_over_it(ready: Rooms) -> None:
    ready.house.clock.forward(11 * MINUTE)
    ready.show(control(ONE, people("Mia", "Tom", met=1)))
    asked = await ready.ada.post(f"{AT}/exceptions", row="p_Tom", **SAID)
    assert asked.headers["location"].startswith("/step-up?")
    assert kept(ready) == []
    (to,) = parse_qs(urlsplit(asked.headers["location"]).query)["to"]
    await ready.ada.step_up("limen", to)
    done = await ready.ada.press(await ready.ada.get(to))
    assert done.headers["location"] == f"{AT}?done=excepted"
    assert [one.row_id for one in kept(ready)] == ["p_Tom"]
