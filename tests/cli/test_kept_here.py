from __future__ import annotations

from pathlib import Path

import pytest

from limen.cli import kept_here
from limen.errors import LimenError

LIMEN = "https://limen.harbor.example"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_limen_is_named_once_and_over_https() -> None:
    with pytest.raises(LimenError):
        kept_here.where_limen_is()
    for wrong in ("http://limen.harbor.example", "limen", "ftp://x"):
        with pytest.raises(LimenError):
            kept_here.where_limen_is(wrong)
    assert kept_here.where_limen_is(f"{LIMEN}/some/page") == LIMEN
    assert kept_here.where_limen_is() == LIMEN


def test_what_is_kept_is_for_nobody_elses_eyes(home: Path) -> None:
    assert kept_here.settings_folder() == home / ".config" / "limen"
    path = kept_here.state_folder() / "deep" / "key"
    assert path == home / "state" / "limen" / "deep" / "key"
    kept_here.write(path, b"one")
    kept_here.write(path, b"two")
    assert (path.read_bytes(), path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (
        b"two",
        0o600,
        0o700,
    )
    assert list(path.parent.iterdir()) == [path]
