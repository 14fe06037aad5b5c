"""Shares as SVG: what is unknown is never drawn as nothing, or as all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.web.roadmap.controls import TUESDAY, people, unknown, with_days

from limen.roadmap.model import Part
from limen.web.roadmap.drawn_shares import bar, percent, trend


def test_a_share_is_rounded_down_so_that_all_means_all() -> None:
    assert [percent(one).replace("\u00a0", "") for one in (1.0, 0.99999, 2 / 3, 0.57, 0.0)] == [
        "100%",
        "99.9%",
        "66.6%",
        "57%",
        "0%",
    ]


@pytest.mark.parametrize("part", [None, unknown(), Part("nothing", ())])
def test_what_is_unknown_has_no_bar(part: Part | None) -> None:
    drawn = bar(part)
    assert 'class="share-bar unknown"' in drawn
    assert 'class="value"' not in drawn
    assert "0" not in re.findall(r'aria-label="([^"]*)"', drawn)[0]


def test_a_bar_has_a_mark_at_what_is_asked() -> None:
    drawn = bar(people("Mia", "Tom", met=1, at_least=0.8))
    assert '<rect class="value" x="0" y="2" width="50.00%"' in drawn
    assert '<rect class="asked" x="80.00%"' in drawn
    assert 'class="share-bar missed"' in drawn
    assert 'class="asked"' not in bar(people("Mia", met=1))
    assert 'class="share-bar met"' in bar(people("Mia", met=1))


def test_a_line_has_gaps_where_nobody_knows() -> None:
    days = tuple(with_days("I1").days["I1"].values())
    drawn = trend(days, TUESDAY)
    assert drawn.count("<polyline") == 2
    assert "18 days" in drawn
    assert "<polyline" not in trend((), TUESDAY)
    alone = trend(days[:1], TUESDAY)
    assert ("<polyline" in alone, alone.count("<circle")) == (False, 1)
    assert "<circle" not in trend(days, TUESDAY + timedelta(days=90))
    assert "style=" not in drawn
