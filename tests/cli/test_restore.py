from __future__ import annotations

from pathlib import Path

from tests.backup.saved_company import serve_once
from tests.cli.test_main import leave

from limen.storage.master_key import written_key


def test_a_dry_run_changes_nothing_and_the_real_one_says_what_is_next(tmp_path: Path, capsys) -> None:
    served = serve_once(tmp_path)
    file, there, key = tmp_path / "b.tar.gz", tmp_path / "there", tmp_path / "safe.key"
    served.back_up(file)
    key.touch(0o600)
    key.write_text(written_key(served.key))
    assert leave("restore", str(file), str(there), "--key", str(key), "--dry-run") == 0
    assert "Nothing was changed" in capsys.readouterr().out
    assert not there.exists()
    assert leave("restore", str(file), str(there), "--key", str(key)) == 0
    said = capsys.readouterr().out
    assert "everyone has to sign in again" in said
    assert "is in force again. Review" in said
    assert f"limen serve {there}" in said
    assert leave("journal", "verify", str(there)) == 0
    capsys.readouterr()
    assert leave("restore", str(file), str(there), "--key", str(key)) == 1
    assert "already contains data" in capsys.readouterr().err
