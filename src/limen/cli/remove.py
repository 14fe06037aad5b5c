"""`limen remove`: an app or a group, with the policies and tests that are only about it, each shown."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Annotated

import typer

from limen.cli import apply
from limen.cli.open_company import has_database, opened
from limen.cli.options import Folder, Json
from limen.cli.output import at
from limen.company.company import Company
from limen.company.gate import members_of, people_of
from limen.company.load import load_company
from limen.company.pull import write_text
from limen.company.removals import Removed, without_app, without_group
from limen.errors import LimenError


def run(
    what: Annotated[str, typer.Argument(metavar="app|group", help="What to remove: an app or a group")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its ID")],
    folder: Folder = Path(),
    *,
    message: Annotated[str, typer.Option("-m", "--publish", help="Also publish it: why, in one line")] = "",
    as_json: Json = False,
) -> None:
    if what not in {"app", "group"}:
        raise LimenError("only apps and groups can be removed", "write `limen remove app NAME`")
    company = load_company(folder)
    done = without_app(company, name) if what == "app" else without_group(company, name, _inside(folder, company, name))
    print(json.dumps({"files": list(done.changed), "said": list(done.said)}) if as_json else _text(company, done))
    for file, text in done.changed.items():
        if text is not None:
            write_text(folder, file, text)
    if message:
        apply.run(folder, message=message)
    elif not as_json:
        print(
            f"Nothing is published yet. Check with `limen plan{at(folder)}`, then run `limen "
            f'apply{at(folder)} -m "why"`.'
        )


def _inside(folder: Path, company: Company, group: str) -> list[str]:
    """The names of the people and workloads in this group."""
    if not has_database(folder, company.settings):
        return []
    with opened(folder, company.settings) as here:
        return members_of(here.database.read(people_of), group)


def _text(company: Company, done: Removed) -> str:
    lines: list[str] = []
    for file, text in done.changed.items():
        before = company.files.get(file, "").splitlines()
        lines += difflib.unified_diff(before, (text or "").splitlines(), file, file, lineterm="", n=1)
    return "\n".join([*lines, "", *(f"{one[:1].upper()}{one[1:]}." for one in done.said)])
