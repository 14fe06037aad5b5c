"""A report is held against the journal: figures that were changed before it was signed are contradicted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.report.made import AT, KEYRING, report

from limen.events import Event
from limen.roadmap.report.anchor import Anchored, Held, anchored
from limen.roadmap.report.model import Report
from limen.roadmap.report.stated import stated
from limen.roadmap.report.writing import FORMS, Written, written

HONEST = report()
MEASURED = {one.id: one.figure for one in HONEST.lines}


def reported(made: Report, one: Written) -> Event:
    figures = ", ".join(f"{each.id}={each.figure}" for each in made.lines)
    return Event(at=AT, kind="roadmap.reported", details={"sha256": one.digest, "figures": figures})


def held(made: Report, form: str, measured: dict[str, str], *journal: Event) -> Anchored:
    one = written(made, form, KEYRING)
    return anchored(stated(one.content), one.content, measured, journal or (reported(made, one),))


def forged(**figures: str) -> Report:
    """With other figures, and signed with the company's own key."""
    pages = tuple(
        replace(page, lines=tuple(replace(one, figure=figures.get(one.id, one.figure)) for one in page.lines))
        for page in HONEST.pages
    )
    return replace(HONEST, pages=pages)


@pytest.mark.parametrize("form", FORMS)
def test_an_honest_report_is_confirmed(form: str) -> None:
    found = held(HONEST, form, MEASURED)
    assert found == Anchored(tuple(MEASURED), (), (), is_known=True)
    assert found.held is Held.CONFIRMED


@pytest.mark.parametrize("form", FORMS)
def test_figures_that_were_changed_before_signing_are_contradicted(form: str) -> None:
    was = reported(HONEST, written(HONEST, form, KEYRING))
    found = held(forged(I2="12/12 measured", D1="9/9 probed"), form, MEASURED, was)
    assert [(one.control, one.said, one.journaled) for one in found.contradicted] == [
        ("I2", "12/12 measured", "0/1 measured"),
        ("D1", "9/9 probed", "unknown"),
    ]
    assert (found.held, found.is_known) == (Held.CONTRADICTED, False)
    assert found.confirmed == ("I1", "N1", "P1")


@pytest.mark.parametrize("form", FORMS)
def test_a_better_grade_alone_is_contradicted_as_well(form: str) -> None:
    was = reported(HONEST, written(HONEST, form, KEYRING))
    found = held(forged(I1="2/2 measured"), form, MEASURED, was)
    assert [one.control for one in found.contradicted] == ["I1"]


def test_a_figure_that_moved_since_the_morning_is_shown_as_moved() -> None:
    found = held(HONEST, "csv", {**MEASURED, "I2": "1/1 measured"})
    assert [(one.control, one.journaled) for one in found.moved] == [("I2", "1/1 measured")]
    assert found.held is Held.CONFIRMED


def test_a_control_that_was_left_out_is_contradicted() -> None:
    less = replace(HONEST, pages=tuple(replace(one, lines=one.lines[:1]) for one in HONEST.pages))
    assert [one.control for one in held(less, "csv", MEASURED).contradicted] == ["I2"]


def test_without_anything_in_the_journal_nothing_is_confirmed() -> None:
    one = written(HONEST, "csv", KEYRING)
    found = anchored(stated(one.content), one.content, {}, ())
    assert (found.confirmed, found.is_known, found.is_measured, found.held) == ((), False, False, Held.NOT_YET)
