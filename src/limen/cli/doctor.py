"""`limen doctor`: what is wrong with this set-up, first, each with its fix; then what is fine."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from limen.cli.options import Folder, Json
from limen.cli.output import console
from limen.doctor.examine import EXAMINATIONS, examine
from limen.errors import LimenError
from limen.finding import Finding, State

_MARKS: Final = {"wrong": "✗", "warning": "!", "skipped": "·", "ok": "✓"}


def run(
    folder: Folder = Path(),
    *,
    as_json: Json = False,
) -> None:
    if not folder.is_dir():
        raise LimenError(f"there is no folder {folder}", "give the company folder; `limen init` creates one")
    findings = _examined(folder)
    print(json.dumps(plain(findings)) if as_json else report(findings))
    sys.exit(1 if any(one.state is State.WRONG for one in findings) else 0)


def _examined(folder: Path) -> tuple[Finding, ...]:
    """Run all examinations; a terminal sees which are still at work."""
    waiting = dict.fromkeys(EXAMINATIONS)
    with console(error=True).status("Checking …") as status:

        def told(name: str) -> None:
            waiting.pop(name, None)
            done = len(EXAMINATIONS) - len(waiting)
            status.update(f"{done} of {len(EXAMINATIONS)} checks done; still running: {', '.join(waiting)} …")

        return asyncio.run(examine(folder, told))


def plain(findings: Sequence[Finding]) -> dict[str, object]:
    """What `--json` prints: `healthy` says whether nothing is wrong."""
    return {
        "healthy": not any(one.is_wrong for one in findings),
        "findings": [{**asdict(one), "state": one.state.value} for one in findings],
    }


def report(findings: Sequence[Finding]) -> str:
    """What is wrong with its fix, what to look at, what was left out, and one line for each thing that is fine."""
    lines = []
    for one in findings:
        where = f" [{one.where}]" if one.where and one.where not in one.what else ""
        lines.append(f"{_MARKS[one.state]} {one.name}: {one.what}{where}")
        if one.fix:
            lines.append(f"    → {one.fix}")
    return "\n".join([*lines, "", summary(findings)])


def summary(findings: Sequence[Finding]) -> str:
    """`2 things are wrong, 1 to look at, 14 fine`."""
    count = {state: sum(one.state is state for one in findings) for state in State}
    wrong = count[State.WRONG]
    parts = ["no problems" if not wrong else f"{wrong} problem" if wrong == 1 else f"{wrong} problems"]
    words = ((State.WARNING, "to review"), (State.SKIPPED, "not checked"), (State.OK, "fine"))
    parts += [f"{count[state]} {word}" for state, word in words if count[state]]
    said = ", ".join(parts)
    return f"{said[0].upper()}{said[1:]}."
