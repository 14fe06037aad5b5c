from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from limen.web import charts
from limen.web.charts import Bar

SVG = "{http://www.w3.org/2000/svg}"


def drawn(markup: str) -> ET.Element:
    """The chart as XML; it must be well-formed."""
    return ET.fromstring(str(markup).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_every_column_leads_to_its_rows_and_says_its_numbers() -> None:
    hours = [Bar("09:00", "/console/decisions?since=1", permit=1_200, challenge=3, deny=1), Bar("10:00", "/x")]
    chart = drawn(charts.bars(hours, "Decisions per hour"))
    (link,) = chart.iter(f"{SVG}a")
    assert link.get("href") == "/console/decisions?since=1"
    assert link.get("aria-label") == "09:00: 1,200 permitted, 3 challenged, 1 denied"
    assert [title.text for title in chart.iter(f"{SVG}title")] == [hour.said for hour in hours]


def test_columns_stand_in_proportion_and_the_smallest_can_still_be_seen() -> None:
    chart = drawn(charts.bars([Bar("09:00", "/", permit=100), Bar("10:00", "/", permit=50, deny=1)], "x"))
    tall = {r.get("x"): float(r.get("height", "")) for r in chart.iter(f"{SVG}rect") if r.get("class") == "permit"}
    assert tall["8.50%"] == pytest.approx(2 * tall["58.50%"], rel=0.03)
    (deny,) = [r for r in chart.iter(f"{SVG}rect") if r.get("class") == "deny"]
    assert float(deny.get("height", "")) >= 1.5


def test_an_empty_day_is_drawn_without_a_link() -> None:
    chart = drawn(charts.bars([Bar(f"{hour:02}:00", "/x") for hour in range(24)], "Decisions per hour"))
    assert not list(chart.iter(f"{SVG}a"))
    assert charts.bars([], "nothing")


def test_a_ring_is_full_only_when_all_are_in_it() -> None:
    assert "99%" in charts.ring(999, 1_000, "x")
    assert "100%" in charts.ring(7, 7, "x")
    nobody = drawn(charts.ring(0, 0, "nobody yet"))
    assert (nobody.get("role"), nobody.get("aria-label")) == ("img", "nobody yet")
    assert "0%" in charts.ring(0, 0, "x")


def test_shares_add_up_to_the_whole_strip() -> None:
    strip = drawn(charts.share({"permit": 6, "challenge": 1, "deny": 1}))
    assert sum(float(r.get("width", "").rstrip("%")) for r in strip.iter(f"{SVG}rect")) == pytest.approx(100)
    assert strip.get("aria-label") == "6 permit, 1 challenge, 1 deny"
    assert not list(drawn(charts.share({})).iter(f"{SVG}rect"))


@pytest.mark.parametrize(("value", "top"), [(0, 2), (1, 2), (3, 4), (17, 20), (60, 60), (61, 80), (420, 600)])
def test_an_axis_ends_at_a_number_with_a_whole_half(value: int, top: int) -> None:
    assert charts.round_up(value) == top
    assert charts.round_up(value) % 2 == 0


def test_what_a_chart_is_given_cannot_break_out_of_it() -> None:
    evil = '"><script>alert(1)</script>'
    for chart in (charts.bars([Bar(evil, evil, deny=1)], evil), charts.ring(1, 2, evil)):
        assert "<script" not in chart
        assert " style=" not in chart
        assert drawn(chart) is not None
