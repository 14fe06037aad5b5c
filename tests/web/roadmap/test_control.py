"""The page of one control: its rows, folded and bounded, with links, and its CSV."""

from __future__ import annotations

from tests.web.roadmap.conftest import Rooms
from tests.web.roadmap.controls import control, people, unknown

from limen.roadmap.model import Part, Phase, Row
from limen.web.roadmap.control import MOST_ROWS, rows_of

AT = "/console/roadmap"


async def test_rows_that_are_missed_lead_to_their_pages_and_met_ones_are_folded(rooms: Rooms) -> None:
    rooms.show(control("I2", people("Mia", "Tom", met=1)))
    page = (await rooms.ada.get(f"{AT}/I2")).text
    missed, _, met = page.partition("<details")
    assert ('href="/console/people/p_Tom"' in missed, 'href="/console/people/p_Mia"' in missed) == (True, False)
    assert 'href="/console/people/p_Mia"' in met
    assert "1 of 2" in missed
    for word in ("demands", "figure", "closes", "why", "how"):
        assert f"{word} of I2" in page


async def test_so_many_rows_stand_on_the_page_and_all_in_the_csv(rooms: Rooms) -> None:
    rows = tuple(Row(f"d_{n}", f"laptop-{n}.", n % 2 == 0, "old") for n in range(3 * MOST_ROWS))
    rooms.show(control("D2", Part("laptops", rows), phase=Phase.DEVICES))
    page = (await rooms.ada.get(f"{AT}/D2")).text
    assert page.count("<strong>laptop-") == 2 * MOST_ROWS
    csv = await rooms.ada.get(f"{AT}/D2/rows.csv")
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.text.count("laptop-") == 3 * MOST_ROWS


async def test_names_of_people_leave_the_house_only_where_asked_for(rooms: Rooms) -> None:
    rooms.show(control("I2", people("Mia", "Tom", met=1)))
    assert "Tom" not in (await rooms.ada.get(f"{AT}/I2/rows.csv")).text
    assert "Tom" in (await rooms.ada.get(f"{AT}/I2/rows.csv?names=1")).text
    assert {one.details["page"] for one in rooms.house.events("person.looked_at")} == {"roadmap"}


async def test_a_silent_source_is_named_and_nothing_looks_like_a_figure(rooms: Rooms) -> None:
    rooms.show(control("N1", unknown("connect the firewall"), phase=Phase.NETWORK))
    page = (await rooms.ada.get(f"{AT}/N1")).text.partition("<main")[2]
    assert "connect the firewall" in page
    assert "1 of 1" not in page


def test_a_row_of_two_parts_is_the_one_that_is_missed() -> None:
    from tests.web.roadmap.controls import measured

    met, missed = Row("p_1", "Mia", True), Row("p_1", "Mia", False, "late")
    (shown,) = measured(1, [control("I2", Part("a", (missed,)), Part("b", (met,)))]).shown
    assert rows_of(shown)["p_1"] in {met, missed}
