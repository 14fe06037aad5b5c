from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import new_folder

from limen.company.load import check_folder, load_company


def test_the_example_app_goes_and_the_folder_is_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = new_folder(tmp_path)
    assert leave("remove", "app", "handbook", str(folder)) == 0
    said = capsys.readouterr().out
    assert "-- id: handbook" in said
    assert "limen plan" in said
    assert load_company(folder).apps == ()
    assert check_folder(folder).is_sound


def test_what_can_not_go_is_said_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = new_folder(tmp_path)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for words in (("app", "limen"), ("app", "nothing"), ("group", "staff"), ("policy", "staff-work")):
        assert leave("remove", *words, str(folder)) == 1
        assert "limen remove:" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
