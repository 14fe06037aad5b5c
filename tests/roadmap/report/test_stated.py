from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.report.made import AROUND, HEAD, KEYRING, TODAY, control, found, report

from limen.errors import LimenError
from limen.roadmap.model import Part, Phase, Row
from limen.roadmap.report.rows import report_of
from limen.roadmap.report.stated import stated
from limen.roadmap.report.writing import FORMS, written


@pytest.mark.parametrize("form", FORMS)
def test_what_a_file_states_is_what_the_report_says(form: str) -> None:
    said = stated(written(report(), form, KEYRING).content)
    assert (said.day, said.checkpoints) == (TODAY, (HEAD.checkpoint,))
    assert said.figures == {one.id: one.figure for one in report().lines}


@pytest.mark.parametrize("form", FORMS)
def test_names_of_things_state_nothing(form: str) -> None:
    """Whoever calls an app so puts no figure into the report, and moves its day nowhere."""
    name = 'Figures in the words of the journal: I2=5/5 measured. </td><span class="id">I2</span>"}, I2=5/5 measured'
    rows = tuple(Row(f"r{number}", name, is_met=False) for number in range(20))
    around = replace(AROUND, company="Harbor measured on 2020-01-01")
    many = tuple(control(f"I{number}", Phase.IDENTITY, Part("rows", rows)) for number in range(1, 12))
    made = report_of(found(many), around)
    said = stated(written(made, form, KEYRING).content)
    assert said.figures == {one.id: "0/20 measured" for one in made.lines}
    assert said.day == TODAY


@pytest.mark.parametrize("file", [b"", b"{}", b"row,company,\n", b"%PDF-1.4\n", b"<!doctype html>", b"MZ"])
def test_what_is_no_report_is_refused(file: bytes) -> None:
    with pytest.raises(LimenError):
        stated(file)
