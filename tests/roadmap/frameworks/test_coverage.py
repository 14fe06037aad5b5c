"""How much of a framework is covered: what is answered in part is never whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.frameworks.made import OPEN, framework, full, part, shown

from limen.roadmap.frameworks.coverage import Cover, cover_of, coverage
from limen.roadmap.frameworks.model import Group, Item, Stage
from limen.roadmap.frameworks.reading import frameworks


@pytest.mark.parametrize(
    ("item", "cover"),
    [
        (full("I1"), Cover.MET),
        (full("I1", "I2"), Cover.MET),
        (full("I1", "D2"), Cover.MEASURED),
        (full("D3"), Cover.MEASURED),
        (full("I1", "N1"), Cover.MEASURED),
        (full("N1"), Cover.PLANNED),
        (full("P1"), Cover.PLANNED),
        (full("I1", "P1"), Cover.MEASURED),
        (OPEN, Cover.OPEN),
    ],
    ids=lambda one: one.id if isinstance(one, Item) else one,
)
def test_an_item_stands_as_its_controls_do(item: Item, cover: Cover) -> None:
    assert cover_of(item, shown()) is cover


def test_counts_tell_whole_from_part() -> None:
    found = coverage(framework(full("I1"), part("I1"), full("N1"), OPEN), shown())
    assert [found.count(one) for one in Cover] == [2, 0, 1, 1]
    assert found.whole == 1


def test_a_stage_is_reached_with_all_below_it() -> None:
    def function(title: str, *items: Item) -> Group:
        staged = (replace(one, id=f"{title}.{stage}", stage=stage) for one, stage in zip(items, Stage, strict=True))
        return Group(title, tuple(staged))

    made = replace(
        framework(),
        groups=(
            function("top", full("I1"), full("I2"), full("I1", "I2")),
            function("first", full("I1"), part("I1"), full("I1")),
            function("gap", full("D3"), full("I1"), full("I1")),
            function("open", OPEN, full("I1"), full("I1")),
        ),
    )
    assert coverage(made, shown()).reached == {"top": Stage.OPTIMAL, "first": Stage.INITIAL, "gap": None, "open": None}


def test_an_empty_company_has_nothing_met() -> None:
    for one in frameworks():
        found = coverage(one, {})
        assert (found.count(Cover.MET), found.count(Cover.MEASURED), found.whole) == (0, 0, 0)
        assert not any(found.reached.values())
