"""Each `limen` command that a page shows is one that there is, with the options that it has."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer

from limen.cli.main import OWN
from limen.pillars import commands

HERE = Path(__file__).resolve().parents[2]
PAGES = [HERE / "README.md", HERE / "docs" / "tutorial" / "first-app-in-ten-minutes.md"]
PAGES += [*sorted((HERE / "docs" / "how-to").glob("*.md")), *sorted((HERE / "docs" / "explanation").glob("*.md"))]
SHOWN = re.compile(r"^```(?:sh|console)?\n(.*?)^```|`((?:\.venv/bin/)?limen [^`]+)`", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"^\s*(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?limen +(.+)$", re.MULTILINE)


def calls(page: Path) -> Iterator[list[str]]:
    """The words behind `limen` of each command that `page` shows."""
    for block, inline in SHOWN.findall(page.read_text("utf-8")):
        for line in CALL.findall(block or inline):
            yield shlex.split(line.partition("|")[0], comments=True)


@cache
def options(name: str) -> frozenset[str]:
    command = commands(OWN)[name]
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(getattr(importlib.import_module(command.module), command.function))
    params = typer.main.get_command(app).params
    return frozenset({"--help", *(word for one in params for word in [*one.opts, *one.secondary_opts])})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_command_is_one_that_there_is(page: Path) -> None:
    for name, *words in calls(page):
        if name == "COMMAND":
            continue
        assert name in commands(OWN), f"{page.name}: limen {name}"
        said = {word.partition("=")[0] for word in words if re.fullmatch(r"--?[a-z][\w-]*(=.*)?", word)}
        assert said <= options(name), f"{page.name}: limen {name} {' '.join(words)}"


def test_the_pages_show_most_commands() -> None:
    shown = {name for page in PAGES for name, *_ in calls(page)}
    assert len(shown & set(commands(OWN))) > len(commands(OWN)) / 2


def test_the_first_page_stays_short() -> None:
    assert len(PAGES[0].read_text("utf-8").splitlines()) <= 140
