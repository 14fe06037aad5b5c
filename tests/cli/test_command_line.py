"""What is said of a wrong call, and how a command's help writes what it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
import typer
from tests.golden import Expected

from limen.cli.command_line import run
from limen.cli.options import Folder, Message, MisusedError, Strength


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="An email address or ID")],
    folder: Folder = Path(),
    *,
    message: Message,
    group: Annotated[list[str] | None, typer.Option(help="A group; may be repeated")] = None,
    strength: Strength = 2,
    out: Annotated[Path | None, typer.Option(help="Where to")] = None,
) -> None:
    """Whatever it is called with is right."""
    if person == "nobody":
        raise typer.Abort
    if person == "seven":
        raise typer.Exit(7)


def said(*words: str) -> str:
    with pytest.raises(MisusedError) as wrong:
        run(command, "Do it", "do", words)
    assert wrong.value.fix
    return str(wrong.value)


def test_a_wrong_call_says_what_is_wrong_and_what_to_do(expected: Expected) -> None:
    calls = (
        ["ada"],
        ["-m", "why"],
        ["ada", "-m", "why", "--nothing"],
        ["ada", "-m", "why", "--gruop", "staff"],
        ["ada", "-m", "why", "--strength", "9"],
        ["ada", "-m", "why", "--strength", "high"],
        ["ada", ".", "more", "-m", "why"],
        ["ada", "-m"],
    )
    expected("\n".join(f"{' '.join(words)}: {said(*words)}" for words in calls))


def test_help_writes_what_has_to_be_given_and_what_may_be_left_out(
    expected: Expected, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert run(command, "Do it", "do", ["--help"]) == 0
    expected(capsys.readouterr().out)


@pytest.mark.parametrize(("person", "code"), [("ada", 0), ("nobody", 1), ("seven", 7)])
def test_the_exit_code_is_the_commands_own(person: str, code: int) -> None:
    assert run(command, "Do it", "do", [person, "-m", "why"]) == code
