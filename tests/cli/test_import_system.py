from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.importing.harbor import EXPORTS

AUTHELIA = str(EXPORTS / "authelia")


def test_shown_written_published_and_then_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "harbor"
    assert leave("import", "authelia", AUTHELIA, "--company", str(folder)) == 0
    assert not folder.exists()
    capsys.readouterr()
    app = "wiki.harbor.example=http://10.0.0.5:3000"
    words = ("import", "authelia", AUTHELIA, "--company", str(folder), "--write", "--app", app, "-m", "Move in")
    assert leave(*words) == 0
    capsys.readouterr()
    assert leave("import", "authelia", AUTHELIA, "--company", str(folder), "--app", app, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["files"], said["kept"], said["failing_tests"], said["new_folder"]) == ([], [], [], False)
    assert said["apps"]["host:wiki.harbor.example"] == "wiki"
    assert said["report"]["wider"] == []
    people = folder / "data" / "imports" / "authelia" / "people.csv"
    assert leave("import", "people", str(people), str(folder)) == 0
    assert "\n5 new, " in capsys.readouterr().out
    assert leave("check", str(folder)) == 0


def test_where_apps_run_is_asked_for_until_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("import", "authelia", AUTHELIA, "--company", str(tmp_path / "harbor"))
    assert leave(*words) == 0
    lines = capsys.readouterr().out.splitlines()
    asked = next(line for line in lines if "wiki.harbor.example" in line and "crm.harbor.example" in line)
    assert any(line.startswith("Name each: --app") for line in lines)
    assert leave(*words, "--app", "Wiki.Harbor.Example=http://10.0.0.5:3000") == 0
    assert asked not in capsys.readouterr().out


@pytest.mark.parametrize(("name", "code"), [("r.md", 0), ("r.csv", 0), ("r.json", 0), ("r.txt", 1)])
def test_the_report_in_each_form(name: str, code: int, tmp_path: Path) -> None:
    report = tmp_path / name
    assert leave("import", "authelia", AUTHELIA, "--report", str(report)) == code
    assert report.exists() == (code == 0)
    if code == 0:
        assert leave("import", "authelia", AUTHELIA, "--report", str(report)) == 1
