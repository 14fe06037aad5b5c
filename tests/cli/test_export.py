from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from tests.backup.saved_company import serve_once
from tests.cli.test_main import leave


def test_a_copy_is_written_for_its_owner_alone_and_never_over_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served, file = serve_once(tmp_path), tmp_path / "ada.zip"
    assert leave("export", "ada@harbor.example", str(served.root), "--to", str(file)) == 0
    assert "1 sets of facts" in capsys.readouterr().out
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        assert "decision" in archive.read("events.csv").decode()
    assert leave("export", "ada@harbor.example", str(served.root), "--to", str(file)) == 1
    assert "already exists" in capsys.readouterr().err
    assert leave("export", "eve@harbor.example", str(served.root), "--to", str(tmp_path / "eve.zip")) == 1
    assert not (tmp_path / "eve.zip").exists()
