"""Stating in the console what no source can tell: with a proof, a reason and an end; and taking it back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.web.roadmap.conftest import Rooms
from tests.web.roadmap.controls import control, people

from limen.clock import DAY, MINUTE
from limen.roadmap import store
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.model import Part
from limen.roadmap.statements import Statement

ONE = CONTROLS[0].id
AT = f"/console/roadmap/{ONE}"
SAID = {"why": "the bill of each month shows it", "days": "365"}
CLOUD = Part("groups", (), missing="read them", area="cloud")
KEYS = replace(people("Mia", "Tom", met=1), area="recovery_key")


def kept(rooms: Rooms) -> list[Statement]:
    return rooms.house.limen.database.read(lambda snapshot: store.statements(snapshot.connection))


@pytest.fixture
async def ready(rooms: Rooms) -> Rooms:
    rooms.show(control(ONE, CLOUD, KEYS))
    await rooms.ada.get(AT)
    return rooms


async def test_that_there_is_none_is_stated_shown_and_taken_back(ready: Rooms) -> None:
    assert 'name="area" value="cloud"' in (await ready.ada.get(AT)).text
    done = await ready.ada.post(f"{AT}/statements", area="cloud", row="", **SAID)
    assert done.headers["location"] == f"{AT}?done=stated"
    (one,) = kept(ready)
    assert (one.area, one.subject, one.said_by, one.until - one.said_at) == ("cloud", "", ready.ada_id, 365 * DAY)
    page = (await ready.ada.get(AT)).text
    assert (SAID["why"] in page, 'name="area" value="cloud"' in page) == (True, False)
    (event,) = ready.house.events("roadmap.stated")
    assert (event.actor, event.details["area"]) == (ready.ada_id, "cloud")
    for done_word in ("taken-back", "gone"):
        done = await ready.ada.post(f"{AT}/statements/{one.id}/end")
        assert done.headers["location"] == f"{AT}?done={done_word}"
    assert len(ready.house.events("roadmap.statement_ended")) == 1


async def test_a_row_is_stated_of_and_no_other(ready: Rooms) -> None:
    page = (await ready.ada.get(f"{AT}?area=recovery_key&row=p_Tom")).text
    assert ('name="row" value="p_Tom"' in page, 'id="except"' in page) == (True, False)
    done = await ready.ada.post(f"{AT}/statements", area="recovery_key", row="p_Tom", **SAID)
    assert done.status_code == 303
    assert [one.subject for one in kept(ready)] == ["p_Tom"]


async def test_a_contradiction_is_shown(ready: Rooms) -> None:
    await ready.ada.post(f"{AT}/statements", area="cloud", row="", **SAID)
    (one,) = kept(ready)
    now = ready.house.clock.now()
    what = "<b>network.yaml</b> names vpc"
    ready.house.limen.database.write(lambda to: store.contradict(to.connection, one.id, now, what))
    page = (await ready.ada.get(AT)).text
    assert ("&lt;b&gt;network.yaml" in page, "<b>network.yaml" in page) == (True, False)
    assert 'name="area" value="cloud"' in page  # to be stated anew


@pytest.mark.parametrize(
    "wrong",
    [
        {"why": "short"},
        {"why": "x" * 301},
        {"days": "366"},
        {"days": "0"},
        {"days": "soon"},
        {"area": "servers"},
        {"area": "banks"},
        {"area": ""},
        {"row": "p_Tom"},
        {"area": "recovery_key"},
        {"area": "recovery_key", "row": "p_Mia"},
        {"area": "recovery_key", "row": "x" * 300},
    ],
)
async def test_what_is_unfit_is_refused_and_what_was_typed_stays(ready: Rooms, wrong: dict[str, str]) -> None:
    done = await ready.ada.post(f"{AT}/statements", **{"area": "cloud", "row": "", **SAID, **wrong})
    assert done.status_code == 400
    assert (kept(ready), ready.house.events("roadmap.stated")) == ([], [])


async def test_it_needs_a_young_proof(ready: Rooms) -> None:
    ready.house.clock.forward(11 * MINUTE)
    ready.show(control(ONE, CLOUD))
    asked = await ready.ada.post(f"{AT}/statements", area="cloud", row="", **SAID)
    assert asked.headers["location"].startswith("/step-up?")
    assert kept(ready) == []


async def test_an_auditor_and_an_employee_state_nothing(ready: Rooms) -> None:
    hugo, mia = ready.house.browser(), ready.house.browser()
    await ready.house.member(hugo, "Hugo", "guests", "auditors")
    await ready.house.member(mia, "Mia", "staff")
    assert f"{AT}/statements" not in (await hugo.get(AT)).text
    for who in (hugo, mia):
        await who.get("/passkeys")
        for path in (f"{AT}/statements", f"{AT}/statements/rs_1/end"):
            answer = await who.post(path, area="cloud", row="", **SAID)
            assert "/not-yet?decision=" in answer.headers["location"], path
    assert kept(ready) == []
