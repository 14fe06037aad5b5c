"""`limen journal verify`: finds any event that was changed, removed or reordered, and says what can't be known."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import has_database, opened
from limen.cli.options import Folder
from limen.cli.output import at
from limen.company.load import load_settings
from limen.company.places import journal_folder
from limen.errors import LimenError
from limen.storage.journal import Report, verify
from limen.storage.journal.heads import noted_heads

TASKS = ("verify",)


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task: verify")],
    folder: Folder = Path(),
    *,
    exported: Annotated[Path | None, typer.Option(help="A checkpoints file that was stored elsewhere")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON")] = False,
) -> None:
    if task not in TASKS:
        raise LimenError(f"`limen journal` can't {task[:40]!r}", "try `limen journal verify`")
    report = _verified(folder, exported)
    if as_json:
        found = {
            "ok": report.ok,
            "events": report.lines,
            "erased": report.erased,
            "problems": report.problems,
            "said": report.sentences,
        }
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(report.sentences))
        print(f"{'The journal is intact' if report.ok else 'The journal is NOT intact'}: {report.lines} lines.")
        print(f"It is what Limen itself did. What sources sent: `limen events verify{at(folder)}`.")
    sys.exit(0 if report.ok else 1)


def _verified(folder: Path, exported: Path | None) -> Report:
    """Follow the journal of the company in `folder`, with the signing keys where they can be had."""
    settings = load_settings(folder)
    root = journal_folder(folder, settings)
    if not root.is_dir() and not has_database(folder, settings):
        raise LimenError(f"there is no journal in {root}", "run `limen serve` once, or give the company folder")
    with opened(folder, settings, may_make=True) as here:
        keys = here.keyring().journal_keys
        noted = here.database.read(noted_heads)
    report = verify(root, keys, exported.read_bytes().splitlines() if exported else (), noted)
    if not report.lines and report.ok:
        raise LimenError(f"there is no journal in {root}", "run `limen serve` once, or give the company folder")
    return report
