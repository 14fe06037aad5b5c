"""Figures are honest: nothing to count is never all of it, and what is silent counts as nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.roadmap.model import Grade, Measured, Part, Row, or_probed

GRADES = st.sampled_from(Grade)
ROWS = st.lists(st.builds(Row, st.uuids().map(str), st.just("x"), st.booleans(), count=st.integers(1, 50)), max_size=8)
PARTS = st.builds(
    Part,
    st.just("p"),
    ROWS.map(tuple),
    st.floats(0.1, 1.0),
    GRADES,
    st.sampled_from(["", "connect a source of people first"]),
)
UNMET = Row("new", "somebody nobody knows", is_met=False)


@given(PARTS)
def test_something_that_nobody_knows_never_raises_a_figure(part: Part) -> None:
    more = Part(part.name, (*part.rows, UNMET), part.at_least, part.grade, part.missing)
    assert (more.share or 0.0) <= (part.share or 0.0)
    assert more.is_met <= part.is_met


@given(PARTS)
def test_a_source_that_falls_silent_never_raises_a_figure(part: Part) -> None:
    silent = Part(part.name, part.rows, part.at_least, part.grade, "connect it")
    assert (silent.share, silent.is_met) == (None, False)


@given(st.lists(PARTS, min_size=1, max_size=4), st.data())
def test_a_control_is_as_good_as_its_worst_part(parts: list[Part], data: st.DataObject) -> None:
    found = Measured("I1", 0, tuple(parts))
    assert found.is_met == all(one.is_met for one in parts)
    more = Measured("I1", 0, (*parts, data.draw(PARTS)))
    assert (more.share, more.grade) <= (found.share, found.grade) or more.share <= found.share
    assert found.is_met is False or found.grade is not Grade.UNKNOWN


@pytest.mark.parametrize(
    "part",
    [
        Part("nothing to count", ()),
        Part("silent", (Row("a", "a", is_met=True),), missing="connect it"),
        Part("not known", (Row("a", "a", is_met=True),), grade=Grade.UNKNOWN),
    ],
)
def test_what_is_unknown_is_not_met(part: Part) -> None:
    found = Measured("I1", 0, (part,))
    assert (part.share, found.is_met, found.share, found.grade) == (None, False, 0.0, Grade.UNKNOWN)


def test_no_part_at_all_is_not_met() -> None:
    assert (Measured("I1", 0, ()).is_met, Measured("I1", 0, ()).worst) == (False, None)


def test_the_worst_part_is_the_one_furthest_from_what_is_asked_of_it() -> None:
    rows = tuple(Row(str(number), "", is_met=number < 8) for number in range(10))
    wanted, other = Part("8 of 10 where all are asked", rows), Part("8 of 10 where 9 are", rows, 0.9)
    found = Measured("I1", 0, (other, wanted))
    assert found.worst is wanted
    assert found.share == pytest.approx(0.8)


PROBE = Row("probe", "the test account of Tuesday", is_met=True)


def test_where_nothing_happened_a_probe_stands_in_its_place() -> None:
    found = or_probed(Part("leavers", ()), PROBE)
    assert (found.is_met, found.grade, found.is_in_place) == (True, Grade.PROBED, True)
    failed = or_probed(Part("leavers", ()), Row("probe", "the test account", is_met=False))
    assert (failed.is_known, failed.is_met) == (True, False)


@given(PARTS)
def test_a_probe_makes_up_for_nothing_that_is_counted_or_silent(part: Part) -> None:
    if part.rows or part.missing:
        assert or_probed(part, PROBE) is part
