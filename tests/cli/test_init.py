from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave


def test_init_writes_a_folder_that_check_finds_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "harbor")
    assert leave("init", folder, "--name", "Harbor", "--domain", "harbor.localhost") == 0
    said = capsys.readouterr().out
    assert "limen.toml" in said
    assert "python3 -m http.server 9001 --bind 127.0.0.1" in said
    assert leave("check", folder) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Harbor: 1 app, ")


def test_init_never_writes_over_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("x")
    assert leave("init", str(tmp_path)) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]
