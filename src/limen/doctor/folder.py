"""The company folder: what `limen check` finds in it."""

from __future__ import annotations

from typing import Final

from limen.company.load import Checked, check_folder
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.finding import Finding, State

NAME: Final = "folder"


async def folder(setup: Setup) -> list[Finding]:
    """Every file's problems and the policy tests; the first is told, the rest counted."""
    return [said(await aside(lambda: check_folder(setup.root)), str(setup.root))]


def said(checked: Checked, where: str) -> Finding:
    """What a check found, in one finding."""
    if checked.problems:
        more = len(checked.problems) - 1
        rest = f", and {more} more {'problem' if more == 1 else 'problems'}" if more else ""
        fix = "fix the problems that `limen check` lists; until then the last published revision stays in force"
        return Finding(NAME, State.WRONG, f"{checked.problems[0]}{rest}", fix, where)
    if checked.company is None:
        return Finding(NAME, State.WRONG, "the folder can't be read", "run `limen check`", where)
    what = f"all files are valid, and {checked.tests_run} policy tests pass"
    return Finding(NAME, State.OK, what, where=where)
