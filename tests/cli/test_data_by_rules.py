"""`limen data scan` and `detectors` of a company: by what its data.yaml looks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave

from limen.demo.harbor import copy_to

STATED = """
detectors: {off: [payment-card]}
own: {project-number: {name: Project number, expression: 'HB-[0-9]{5}', alone: high}}
dictionaries: {projects: {name: Names of projects, words: [Nordlicht]}}
"""


@pytest.fixture(scope="module")
def harbor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("of") / "harbor"
    copy_to(folder, prefer_usual_ports=False)
    (folder / "data.yaml").write_text(STATED)
    assert leave("apply", str(folder), "-m", "Look for projects") == 0
    return folder


def found(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, set[object]]:
    code = leave("data", *words, "--json")
    return code, {json.loads(line)["detector"] for line in capsys.readouterr().out.splitlines()}


def test_what_a_company_looks_for_itself_is_found_and_what_it_turned_off_is_not(
    harbor: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.txt"
    file.write_text("HB-12345 of Nordlicht, Visa card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00")
    at = ("--company", str(harbor))
    capsys.readouterr()
    assert found(capsys, "scan", str(file)) == (1, {"payment-card", "iban"})
    assert found(capsys, "scan", str(file), *at) == (1, {"project-number", "projects", "iban"})
    assert found(capsys, "scan", str(file), "--kind", "own", *at) == (1, {"project-number", "projects"})
    assert leave("data", "scan", str(file), *at) == 1
    assert "Project number, 1 (high)" in capsys.readouterr().out
    assert {"project-number", "projects"} <= found(capsys, "detectors", *at)[1]
    assert found(capsys, "detectors", "--kind", "own", *at)[1] == {"project-number", "projects"}


def test_without_a_company_nothing_of_ones_own_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert leave("data", "scan", str(tmp_path), "--kind", "own") == 2
    assert leave("data", "detectors", "--kind", "own") == 2
