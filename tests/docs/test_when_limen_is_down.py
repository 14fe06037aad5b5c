"""Every command of the page for the worst night is run, in its order, on a company that was served and upgraded.

What is put in place of the page's own words is declared in `words_of`, and nothing else is.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tests.backup.saved_company import ADA, make_older, serve_once
from tests.cli.test_main import leave

from limen.storage.master_key import written_key

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "when-limen-is-down.md"
BLOCKS = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def at(tmp_path: Path) -> Path:
    """The company in `company`, brought over from an older database; a backup and the key beside it."""
    served = serve_once(tmp_path)
    make_older(served)
    assert leave("upgrade", str(served.root)) == 0
    (tmp_path / "backups").mkdir()
    assert leave("backup", str(served.root), "--to", str(tmp_path / "backup.tar.gz")) == 0
    (tmp_path / "key").touch(0o600)
    (tmp_path / "key").write_text(written_key(served.key))
    return tmp_path


def words_of(line: str, at: Path) -> list[str]:
    instead = {
        "DIR": at / "company",
        "DIR2": at / "second",
        "DIR3": at / "third",
        "BACKUP": at / "backup.tar.gz",
        "BACKUPS": at / "backups",
        "KEY": at / "key",
        "KEYCOPY": at / "copy",
        "you@your.domain": ADA.email,
    }
    return [str(instead.get(word, word)) for word in shlex.split(line)]


def test_each_command_on_it_works(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.strip() for block in BLOCKS.findall(PAGE.read_text("utf-8")) for line in block.splitlines()]
    assert len(lines) >= 13
    for line in lines:
        words = words_of(line, at)
        assert words[0] == "limen"
        left = leave(*words[1:])
        said = capsys.readouterr()
        if words[1] == "doctor":  # the app of this company runs nowhere, and it says so
            assert all(f"✓ {one}" in said.out for one in ("folder", "database", "keyring")), said.out
        else:
            assert left == 0, (line, said)
        if "--back" in words:
            assert "Reinstall Limen" in said.out
            assert leave("upgrade", str(at / "company")) == 0
    assert (at / "second" / "data" / "limen.db").is_file()
    assert not (at / "third").exists()
    assert len(list((at / "backups").iterdir())) == 1
    assert (at / "copy").stat().st_mode & 0o777 == 0o600
