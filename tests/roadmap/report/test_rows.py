"""From the roadmap to the report: what is answered, what is counted, and that nobody is named who was not asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.roadmap.report.made import AROUND, AT, BEN, CONTROLS, TODAY, control, found, people_rows, report

from limen.clock import DAY
from limen.roadmap.model import Grade, Measured, Part, Phase, Row
from limen.roadmap.report.model import Answer, Line, Missed
from limen.roadmap.report.redaction import INSTEAD
from limen.roadmap.report.rows import LONGEST, MOST_LISTED, answer, report_of


def line(control_id: str, *, has_names: bool = False) -> Line:
    return next(one for one in report(has_names=has_names).lines if one.id == control_id)


def test_there_is_a_page_for_each_phase_with_its_controls() -> None:
    assert [(one.phase, [each.id for each in one.lines]) for one in report().pages] == [
        (Phase.IDENTITY, ["I1", "I2"]),
        (Phase.DEVICES, ["D1"]),
        (Phase.NETWORK, ["N1"]),
        (Phase.DATA, ["P1"]),
    ]


def test_yes_is_for_what_is_closed_and_still_met_and_no_for_what_nobody_knows() -> None:
    answers = {one.id: one.answer for one in report().lines}
    assert answers == {
        "I1": Answer.YES,
        "I2": Answer.NO,
        "D1": Answer.NO,
        "N1": Answer.PARTLY,
        "P1": Answer.PARTLY,
    }
    assert report().pages[0].answered(Answer.YES) == 1


def test_figures_are_in_the_words_of_the_journal() -> None:
    assert {one.id: (one.figure, one.journaled) for one in report().lines} == {
        "I1": ("2/2 imported", "2/2 imported"),
        "I2": ("0/1 measured", "0/1 measured"),
        "D1": ("unknown", ""),
        "N1": ("3/3 probed", ""),
        "P1": ("1/2 measured", ""),
    }


def test_what_held_is_said_from_which_day_to_which() -> None:
    one = line("I1").held
    assert one.until is not None
    assert one.since is not None
    assert (one.days, (TODAY - one.until).days, (one.until - one.since).days) == (16, 1, 15)
    assert line("D1").held.days == 0


def test_rows_of_people_are_counted_by_what_they_lack_and_named_when_asked() -> None:
    (of_people, of_apps) = line("I2").parts
    assert of_people.missed == (Missed("", "lacks a factor", 1, AT + 30 * DAY),)
    assert of_apps.missed == (Missed("=Customers <b>", f"{INSTEAD} asked for passwords"),)
    (named, _) = line("I2", has_names=True).parts
    assert [one.name for one in named.missed] == [BEN.name]


def test_what_is_excepted_is_said_with_what_is_done_in_its_place() -> None:
    (one,) = line("I2").exceptions
    assert (one.row, one.by, one.until) == (INSTEAD, "", AT + 30 * DAY)
    assert (one.why, one.compensation) == (f"{INSTEAD} is away", f"{INSTEAD} is disabled")
    (named,) = line("I2", has_names=True).exceptions
    assert (named.row, named.by, named.why) == (BEN.name, "Ada Lindqvist", "Benedikt is away")
    assert [(one.row, one.until) for one in line("P1").exceptions] == [
        ("", AT + 90 * DAY),
        ("=Customers <b>", AT + 9 * DAY),
    ]


def test_a_part_that_is_not_known_has_no_figure() -> None:
    (one,) = line("D1").parts
    assert (one.numerator, one.denominator, one.grade, one.is_met) == (0, 0, Grade.UNKNOWN, False)
    assert line("D1").missing == ("connect Fleet first",)


def test_many_rows_are_counted() -> None:
    rows = tuple(Row(f"r{number}", f"Row {number}", is_met=False, count=2) for number in range(50))
    made = report_of(found((control("I1", Phase.IDENTITY, Part("rows", rows)),)), AROUND)
    ((part,),) = (one.parts for one in made.lines)
    assert (len(part.missed), part.unlisted) == (MOST_LISTED, 2 * (50 - MOST_LISTED))


@given(st.lists(st.booleans(), max_size=6), st.integers(0, 5), st.booleans())
@settings(max_examples=size(200), deadline=None)
def test_law_less_evidence_never_makes_a_better_answer(met: list[bool], dropped: int, is_closed: bool) -> None:
    order = [Answer.NO, Answer.PARTLY, Answer.YES]
    rows = tuple(Row(str(number), "", is_met=one) for number, one in enumerate(met))
    whole = Measured("I1", AT, (Part("rows", rows),))
    silent = Measured("I1", AT, (replace(whole.parts[0], missing="connect it"),))
    unmet = tuple(replace(one, is_met=False) if number == dropped else one for number, one in enumerate(rows))
    for less in (silent, Measured("I1", AT, (Part("rows", unmet),)), Measured("I1", AT, ())):
        assert order.index(answer(less, is_closed=is_closed)) <= order.index(answer(whole, is_closed=is_closed))


def test_an_empty_company_has_no_yes() -> None:
    assert {one.answer for one in report_of(found(()), AROUND).lines} == set()
    empty = tuple(control(one.id, one.phase, Part("nothing", ())) for one in CONTROLS)
    assert {one.answer for one in report_of(found(empty), AROUND).lines} == {Answer.NO}


@pytest.mark.parametrize("has_names", [True, False])
def test_whether_names_stand_in_it_is_said(has_names: bool) -> None:
    assert report(has_names=has_names).has_names is has_names
    assert len(people_rows()) == 2


def test_endless_names_are_cut() -> None:
    row = Row("r", "x" * 4_000, is_met=False, why="y" * 4_000)
    made = report_of(found((control("I1", Phase.IDENTITY, Part("rows", (row,))),)), AROUND)
    ((part,),) = (one.parts for one in made.lines)
    assert [(len(one.name), len(one.why)) for one in part.missed] == [(LONGEST, LONGEST)]
