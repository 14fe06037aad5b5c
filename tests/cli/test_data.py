"""`limen data`: which files hold what, without what they hold."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pytest
import typer

from limen.cli import data
from limen.cli.options import MisusedError
from limen.data.detectors.every import DETECTORS
from limen.errors import LimenError

_CARD = "4111 1111 1111 1111"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "june.txt").write_text(f"Kreditkarte\n{_CARD}\n{_CARD}\n")
    document = docx.Document()
    document.add_paragraph(f"Kreditkarte {_CARD}")
    document.save(str(folder / "june.docx"))
    (folder / "clean.txt").write_text("nothing of note\n")
    (folder / "chart.bin").write_bytes(b"\0\1" * 40)
    return folder


def _rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_it_says_where_and_never_what(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        data.run("scan", [reports], as_json=True)
    assert ended.value.exit_code == 1
    finds = {"detector": "payment-card", "confidence": "high", "values": 1, "more": False}
    places = {"text": ["line 2", "line 3"], "docx": ["text"]}
    assert _rows(capsys) == [
        {"file": str(reports / "chart.bin"), "kind": "unknown", "why_not": ["unknown-kind"]},
        {"file": str(reports / "june.docx"), "kind": "docx", **finds, "where": places["docx"]},
        {"file": str(reports / "june.txt"), "kind": "text", **finds, "where": places["text"]},
    ]
    with pytest.raises(typer.Exit):
        data.run("scan", [reports])
    assert "4111" not in capsys.readouterr().out


def test_nothing_found_is_no_failure(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data.run("scan", [reports / "clean.txt"])
    data.run("scan", [reports / "june.txt"], kind=["health"])
    assert capsys.readouterr().out.count("none") == 2


def test_how_sure_a_find_has_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "offer.txt"
    file.write_text("Confidential\n")
    data.run("scan", [file], as_json=True)
    assert not _rows(capsys)
    with pytest.raises(typer.Exit):
        data.run("scan", [file], at_least=data.AtLeast.LOW, as_json=True)
    assert [row["detector"] for row in _rows(capsys)] == ["confidentiality-marking"]


def test_detectors_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    data.run("detectors", as_json=True)
    assert {row["detector"] for row in _rows(capsys)} == set(DETECTORS)
    data.run("detectors", kind=["bank"])
    assert capsys.readouterr().out.splitlines()[0].startswith("iban ")


def test_what_is_asked_wrongly_says_what_there_is() -> None:
    with pytest.raises(MisusedError, match="reports"):
        data.run("scan")
    with pytest.raises(MisusedError, match="payment-card"):
        data.run("scan", kind=["bankk"])
    with pytest.raises(LimenError):
        data.run("find")


def test_a_job_with_a_misspelled_folder_does_not_pass(reports: Path) -> None:
    with pytest.raises(LimenError, match="reprots"):
        data.run("scan", [reports, reports.with_name("reprots")])
