"""`limen events verify`: finds any event that was changed, removed or reordered, and says what can't be known."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import Folder
from limen.cli.output import at
from limen.company.load import load_settings
from limen.company.places import events_folder
from limen.errors import LimenError
from limen.storage.event_store.store import KEYS
from limen.storage.event_store.verify import verify
from limen.storage.segments.report import Report

TASKS = ("verify",)


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task: verify")],
    folder: Folder = Path(),
    *,
    exported: Annotated[Path | None, typer.Option(help="A checkpoints file that was stored elsewhere")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON")] = False,
) -> None:
    if task not in TASKS:
        raise LimenError(f"`limen events` can't {task[:40]!r}", "try `limen events verify`")
    report = _verified(folder, exported)
    if as_json:
        found = {"ok": report.ok, "events": report.lines, "problems": report.problems, "said": report.sentences}
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(report.sentences))
        print(f"{'The events are intact' if report.ok else 'The events are NOT intact'}: {report.lines} events.")
        print(f"They are what sources sent. What Limen itself did: `limen journal verify{at(folder)}`.")
    sys.exit(0 if report.ok else 1)


def _verified(folder: Path, exported: Path | None) -> Report:
    """Follow the event store of the company in `folder`."""
    settings = load_settings(folder)
    root = events_folder(folder, settings)
    if not root.is_dir():
        raise LimenError(f"there are no events in {root}", "run `limen serve` with a source once")
    with opened(folder, settings, may_make=True) as here:
        keys = here.keyring().keys_for(KEYS)
    return verify(root, keys, exported.read_bytes().splitlines() if exported else ())
