"""`limen assess`: a first roadmap where no company folder is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.assessing.harbor import DOMAIN, Harbor
from tests.cli.test_main import leave

from limen.assessing.kinds import EXPORTS
from limen.cli import assess as command
from limen.clock import SystemClock
from limen.roadmap.catalogue import CONTROLS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Harbor(people=12, without_factor=frozenset({3}), now=SystemClock().now()).write(tmp_path / "in")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert leave("assess", *words, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_json_has_every_control(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = said(capsys, str(folder))
    assert [one["control"] for one in found["controls"]] == [one.id for one in CONTROLS]
    assert (found["names"], found["left_out"]) == (True, [])


def test_text_says_figures_steps_and_what_was_not_seen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "policies.json").unlink()
    assert leave("assess", str(folder)) == 0
    written = capsys.readouterr().out
    for word in ("I2", "11/12", "entra-sign-ins", "conditional access policies"):
        assert word in written


def test_names_are_left_out_on_request(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Noor" in json.dumps(said(capsys, str(folder)))
    found = said(capsys, str(folder), "--redact")
    assert "Noor" not in json.dumps(found)
    assert found["names"] is False


def test_files_are_written_on_request(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = said(capsys, str(folder), "--out", str(tmp_path / "a" / "b"))
    assert json.loads((tmp_path / "a" / "b" / "roadmap.json").read_text()) == found
    assert (tmp_path / "a" / "b" / "roadmap.html").read_text().startswith("<!doctype html>")


def test_how_needs_no_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("assess", "--how") == 0
    written = capsys.readouterr().out
    assert all(each in written for one in EXPORTS for _, each in one.commands)


@pytest.mark.parametrize("words", [(), ("x", "--domain", DOMAIN)])
def test_wrong_calls(words: tuple[str, ...]) -> None:
    assert leave("assess", *words) == 2


def test_the_dns_is_asked_only_on_request_and_only_about_these_domains(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(name: str, _kind: str) -> list[str]:
        asked.append(name)
        return []

    monkeypatch.setattr(command, "by_resolver", lambda: ask)
    (folder / f"{DOMAIN}.zone").unlink()
    assert "dns" not in {one["kind"] for one in said(capsys, str(folder))["files"]}
    assert not asked
    assert "dns" in {one["kind"] for one in said(capsys, str(folder), "--dns")["files"]}
    assert {one.removeprefix("_dmarc.").removeprefix("_mta-sts.") for one in asked} == {DOMAIN}
    said(capsys, str(folder), "--dns", "--domain", "other.example")
    assert "other.example" in asked
