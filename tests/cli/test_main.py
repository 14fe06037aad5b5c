from __future__ import annotations

import subprocess
import sys

import pytest

from limen.cli.main import OWN, main
from limen.pillars import commands


def leave(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    return int(left.value.code or 0)


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]])
def test_the_list_of_commands_is_shown(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert leave(*words) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in commands(OWN))
    assert "Exit codes:" in out


def test_the_list_loads_nothing_heavy() -> None:
    code = (
        "import sys; from limen.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'typer', 'rich', 'pydantic', 'cedarpy', 'sqlalchemy', 'limen.policy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, stdout=subprocess.DEVNULL)


def test_a_command_nobody_knows_is_misuse_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("chekc") == 2
    assert "did you mean `limen check`?" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(commands(OWN)))
def test_each_command_says_what_it_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave(name, "--help") == 0
    assert f"Usage: limen {name}" in capsys.readouterr().out


def test_a_wrong_option_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("check", "--nothing") == 2
    assert "--nothing" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("--version") == 0
    assert capsys.readouterr().out.startswith("limen ")
