from __future__ import annotations

from pathlib import Path

from tests.backup.saved_company import serve_once
from tests.cli.test_main import leave
from tests.golden import Expected


def test_where_there_is_nothing_to_do_it_says_so(tmp_path: Path, capsys, expected: Expected) -> None:
    served = serve_once(tmp_path)
    assert leave("upgrade", str(served.root)) == 0
    assert "up to date" in capsys.readouterr().out
    assert leave("upgrade", str(served.root), "--back") == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
