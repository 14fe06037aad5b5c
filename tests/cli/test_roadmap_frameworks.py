"""`limen roadmap frameworks` and `questionnaire`: what is there is measured, and nobody is named."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.golden import Expected
from tests.roadmap.frameworks.made import AT, CONTROLS, EXCEPTIONS
from tests.web.roadmap.controls import TUESDAY, control, unknown

from limen.cli import roadmap as command
from limen.clock import DAY
from limen.roadmap.evidence import Evidence
from limen.roadmap.frameworks.reading import frameworks
from limen.roadmap.holding import Standing
from limen.roadmap.roadmap import Kept, roadmap

__all__ = ["folder"]


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept({}, {one: Standing(one, closed_at=AT - DAY) for one in ("I1", "I8")}, {}, EXCEPTIONS)
    controls = (*CONTROLS, control("I8", *CONTROLS[0].measure(Evidence(at=AT))))
    silent = control("N3", unknown("ask Oscar for the flow log"))
    found = roadmap(Evidence(at=AT), kept, TUESDAY, (*controls, silent))
    monkeypatch.setattr(command, "_measured", lambda _here, _now: found)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert leave("roadmap", *words, "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_over_what_is_there_nothing_is_met_and_nothing_is_yes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = said(capsys, "frameworks", str(folder))
    assert [one["framework"] for one in every] == [one.id for one in frameworks()]
    for one in every:
        assert one["met"] == one["whole"] == 0
        assert one["measured"] + one["planned"] + one["open"] == one["items"] > 0
    answers = {one["answer"] for one in said(capsys, "questionnaire", "cyber-essentials", str(folder))}
    assert "open" in answers
    assert "yes" not in answers


@pytest.mark.usefixtures("made_up")
def test_questions_are_answered_with_figures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    of = {one["item"]: one for one in said(capsys, "questionnaire", str(folder))}
    assert of["unique-accounts"]["answer"] == "yes"
    assert [one["figure"] for one in of["unique-accounts"]["controls"]] == ["2 of 2", "2 of 2"]
    assert (of["inventory"]["answer"], of["backups"]["answer"]) == ("partly", "open")
    assert of["firewalls"]["answer"] == "no"
    assert all(one["unchecked"] for one in of.values())
    items = {one["item"]: one for one in said(capsys, "frameworks", "insurer", str(folder))}
    assert (items["unique-accounts"]["cover"], items["unique-accounts"]["is_whole"]) == ("met", True)


@pytest.mark.usefixtures("made_up")
def test_the_text_shows_every_item(folder: Path, capsys: pytest.CaptureFixture[str], expected: Expected) -> None:
    for words in (
        ("frameworks",),
        ("frameworks", "nis2"),
        ("questionnaire", "NIST-800-207"),
        ("questionnaire", "nis2"),
    ):
        assert leave("roadmap", *words, str(folder)) == 0
        expected(capsys.readouterr().out)


@pytest.mark.usefixtures("made_up")
def test_csv_has_a_row_for_each_item_and_no_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("roadmap", "questionnaire", "insurer", str(folder), "--csv") == 0
    out = capsys.readouterr().out
    rows = list(csv.DictReader(StringIO(out)))
    (insurer,) = (one for one in frameworks() if one.id == "insurer")
    assert [one["item"] for one in rows] == [one.id for one in insurer.items]
    assert "flow log" in out
    assert not [name for name in ("Oscar", "Mia", "Tom") if name in out]


@pytest.mark.usefixtures("made_up")
def test_the_folder_and_the_framework_may_be_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert said(capsys, "questionnaire") == said(capsys, "questionnaire", "insurer", ".")
    assert len(said(capsys, "frameworks", "nis2")) == 10


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("frameworks", "nis3"), 1),
        (("questionnaire", "..\x1b[2J"), 1),
        (("questionnaire", "nis2", ".", "more"), 2),
        (("frameworks", "--csv"), 2),
        (("questionnaire", "--csv", "--json"), 2),
        (("questionnaire", "--names"), 2),
        (("frameworks", "--control", "I2"), 2),
        (("--csv",), 2),
        (("else", "nis2"), 2),
    ],
    ids=str,
)
def test_a_wrong_call_is_refused(words: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("roadmap", *words) == code
    assert "\x1b" not in capsys.readouterr().err
